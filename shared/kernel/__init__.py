"""Bottom shelf: ids, clock, decisions, refusals, settings, words. No I/O, and nothing of ours below it."""
