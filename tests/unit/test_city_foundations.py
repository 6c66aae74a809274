"""五有 as a city file: versions with first days, and every mistake refused with its line."""

from datetime import date

import pytest

from shared.city.errors import BrokenFile
from shared.city.foundations import load_foundations
from tests.kit.city import beijing

FILE = """lists:
  - version: 1
    first: 2026-01-01
    items:
      - {code: place, zh: 有场所, en: A place, means_zh: 甲, means_en: A}
      - {code: rules, zh: 有制度, en: Rules, means_zh: 乙, means_en: B}
  - version: 2
    first: 2026-07-01
    items:
      - {code: place, zh: 有场所, en: A place, means_zh: 甲, means_en: A}
"""


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2025, 12, 31), 1),
        (date(2026, 1, 1), 1),
        (date(2026, 6, 30), 1),
        (date(2026, 7, 1), 2),
        (date(2030, 1, 1), 2),
    ],
)
def test_a_list_is_in_force_from_its_first_day_on(day: date, version: int) -> None:
    assert load_foundations(FILE, filename="foundations.yaml").in_force(day).version == version


def test_the_city_s_own_list_has_five() -> None:
    assert [len(listed.items) for listed in beijing().foundations.versions] == [5]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("code: rules", "code: place", 6),
        ("version: 2", "version: 1", 7),
        ("first: 2026-07-01", "first: 2026-01-01", 8),
        ("en: Rules, ", "", 6),
        ("version: 2", "version: two", 7),
    ],
)
def test_a_broken_list_is_refused_with_its_line(right: str, wrong: str, line: int) -> None:
    with pytest.raises(BrokenFile) as broken:
        load_foundations(FILE.replace(right, wrong), filename="foundations.yaml")
    assert f"foundations.yaml:{line}:" in str(broken.value)


@pytest.mark.parametrize("empty", ["lists: []\n", "lists: [{version: 1, first: 2026-01-01, items: []}]\n"])
def test_a_list_asks_for_something(empty: str) -> None:
    with pytest.raises(BrokenFile):
        load_foundations(empty, filename="foundations.yaml")
