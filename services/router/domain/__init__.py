"""Mind: pure decisions over a case."""
