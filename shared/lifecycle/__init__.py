"""Lives as tables: what may happen when, and what it is called."""
