"""The five flats; none imports another."""
