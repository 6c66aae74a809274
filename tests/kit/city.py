"""The default city folder, read once for all tests that ask it something."""

from functools import cache
from pathlib import Path

from shared.city.city import City, load_city

FOLDER = Path(__file__).parents[2] / "deploy" / "seed" / "beijing"


@cache
def beijing() -> City:
    """The seed city; frozen, so every test may share it."""
    return load_city(FOLDER)


def seed(name: str) -> str:
    """The text of one of its files, to be broken by a test."""
    return (FOLDER / name).read_text(encoding="utf-8")
