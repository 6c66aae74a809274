"""Responsibility lists for tests: the city's own, with another version and other days."""

from tests.kit.city import seed

OF_ROAD_WATER = "category: road_water"


def list_text(version: str, begins: str, *, until: str | None = None, clause: str | None = None) -> str:
    """The city's list as another version; `clause`: what it says otherwise of water on roads."""
    text = seed("responsibilities.yaml")
    days = f"effective_from: {begins}" + (f"\neffective_until: {until}" if until else "")
    text = text.replace('version: "2026.1"', f'version: "{version}"').replace(
        "effective_from: 2026-01-01", days
    )
    assert version in text
    assert days in text
    return text if clause is None else _with_clause(text, clause)


def _with_clause(text: str, clause: str) -> str:
    start = text.index("clause: ", text.index(OF_ROAD_WATER))
    return f"{text[:start]}clause: {clause}{text[text.index(chr(10), start) :]}"
