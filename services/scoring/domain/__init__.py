"""What counts, for whom, when and how much: pure."""
