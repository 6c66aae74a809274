"""受理 as pure decisions: what is taken, what is told, what is refused."""
