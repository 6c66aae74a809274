"""Bottom shelf: ids, clock, decisions, refusals, settings. Nothing but plain Python."""
