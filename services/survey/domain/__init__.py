"""Survey's mind: pure."""
