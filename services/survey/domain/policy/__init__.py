"""The rules of calling back, by what happens. Their numbers: the city's policy file, group `callback`."""
