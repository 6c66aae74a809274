"""Logs, metrics and traces: every metric named once, and nothing personal in any of them."""
