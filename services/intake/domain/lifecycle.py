"""The case's life is `shared.lifecycle.case`; intake fires none of its moves and only keeps a copy."""

ASKED_BY_CITIZENS = frozenset({"supplement", "urge", "withdraw", "join"})
"""What a citizen may ask router for; a refusal of anything else is not the citizen's to read."""
