"""What a city is: its folder of rules, units, places and days, read and checked. No database, no network."""
