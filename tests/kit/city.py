"""The default city folder, read once for all tests that ask it something."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from shared.city.city import City, load_city
from shared.city.units import Units
from shared.kernel.ids import UnitCode

FOLDER = Path(__file__).parents[2] / "deploy" / "seed" / "beijing"


@cache
def beijing() -> City:
    """The seed city; frozen, so every test may share it."""
    return load_city(FOLDER)


def closing(*codes: UnitCode) -> City:
    """The same city after these units were closed."""
    city = beijing()
    units = dict(city.units.by_code)
    units.update((code, replace(units[code], closed=True)) for code in codes)
    return replace(city, units=Units(units, city.units.lineages))


def seed(name: str) -> str:
    """The text of one of its files, to be broken by a test."""
    return (FOLDER / name).read_text(encoding="utf-8")
