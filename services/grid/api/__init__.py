"""Grid's door for people: streets and communities blow, departments come."""
