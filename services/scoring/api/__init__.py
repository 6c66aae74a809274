"""Where people knock."""
