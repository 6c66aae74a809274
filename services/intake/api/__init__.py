"""Where people and client apps knock at intake."""
