"""Which tests may run beside each other in processes of their own (pytest-xdist), and which begin.

A file's tests share what was made for the file, so a file stays in one process. Those that live in the house
of five services stay together too: a house is dear, and its whole history is judged at the end.
"""

from pathlib import Path

import pytest

_IN_THE_HOUSE = frozenset({"house", "flats", "stage", "either_stage"})
_HOUSEHOLD = ("faults", "journeys")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say which tests belong together; the longest of them, the household, begins."""
    if config.getoption("dist", "no") == "no":
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: not _lives_in_the_house(item))


def _group(item: pytest.Item) -> str:
    return "house" if _lives_in_the_house(item) else str(item.path.relative_to(Path(item.config.rootpath)))


def _lives_in_the_house(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    return item.path.parent.name in _HOUSEHOLD and bool(asked & _IN_THE_HOUSE)
