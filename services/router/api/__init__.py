"""Router's door for people: a unit's queue, the dispatcher's desk, the directory."""
