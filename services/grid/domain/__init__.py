"""The mind of grid: whistles, calls and distances; pure."""
