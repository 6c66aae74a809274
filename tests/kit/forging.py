"""Tokens as a forger would try them."""


def forged(token: str) -> str:
    """Another character, but not the last one: of that some bits mean nothing, and another says the same."""
    return f"{token[:-2]}{'A' if token[-2] != 'A' else 'B'}{token[-1]}"
