"""The unit tree: city, districts, streets and towns, communities, departments and utilities."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.city.documents import read_table
from shared.city.errors import BrokenFile, ClosedUnit, UnknownUnit
from shared.kernel.words import UnitLevel

COLUMNS = ("code", "name", "level", "parent_code")


_PARENTS = {
    UnitLevel.CITY: frozenset[UnitLevel](),
    UnitLevel.DISTRICT: frozenset({UnitLevel.CITY}),
    UnitLevel.STREET: frozenset({UnitLevel.DISTRICT}),
    UnitLevel.COMMUNITY: frozenset({UnitLevel.STREET}),
    UnitLevel.DEPARTMENT: frozenset({UnitLevel.CITY, UnitLevel.DISTRICT}),
    UnitLevel.UTILITY: frozenset({UnitLevel.CITY, UnitLevel.DISTRICT}),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """承办单位: a unit that can owe an answer."""

    code: str
    name: str
    level: UnitLevel
    parent_code: str | None
    closed: bool = False
    """撤销: it owes nothing new; what it owed before still bears its name."""


@dataclass(frozen=True, slots=True)
class Units:
    """The whole tree, every parent known and no cycle in it. Closed units lie where they lay."""

    by_code: Mapping[str, Unit]
    lineages: Mapping[str, tuple[str, ...]]

    def __contains__(self, code: object) -> bool:
        """Whether a unit has this code and is not closed."""
        unit = self.by_code.get(code) if isinstance(code, str) else None
        return unit is not None and not unit.closed

    def __len__(self) -> int:
        return sum(1 for _ in self.acting())

    def acting(self) -> Iterator[Unit]:
        """The units that are not closed."""
        return (unit for unit in self.by_code.values() if not unit.closed)

    def get(self, code: str) -> Unit:
        """The unit with this code, closed or not."""
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownUnit(code) from None

    def knows(self, code: str) -> bool:
        """Whether the directory has, or had, a unit with this code."""
        return code in self.by_code

    def get_acting(self, code: str) -> Unit:
        """The unit with this code, which must not be closed."""
        unit = self.get(code)
        if unit.closed:
            raise ClosedUnit(code, unit.name)
        return unit

    def acting_for(self, code: str) -> str:
        """The unit itself; where it was closed, the nearest above it that was not."""
        lineage = self.lineage(code)
        return next((each for each in lineage if each in self), lineage[-1])

    def answers_for(self, code: str, other: str) -> bool:
        """Whether a unit is the other, or has in hand what that left when it was closed."""
        return code == other or (self.knows(other) and code == self.acting_for(other))

    def name_of(self, code: str) -> str:
        """How the unit is called; its code when the directory never knew it."""
        return self.by_code[code].name if code in self.by_code else code

    def lineage(self, code: str) -> tuple[str, ...]:
        """The unit itself and its ancestors, deepest first."""
        try:
            return self.lineages[code]
        except KeyError:
            raise UnknownUnit(code) from None

    def is_within(self, code: str, ancestor: str) -> bool:
        """Whether a unit is this ancestor or lies below it."""
        return ancestor in self.lineage(code)

    def oversees(self, code: str, other: str) -> bool:
        """Whether a unit is the other or lies above it; above one the directory never knew lies nobody."""
        return code == other or (self.knows(other) and self.is_within(other, code))

    def with_below(self, code: str) -> tuple[str, ...]:
        """The unit and all that lie below it, closed ones too; nothing where the directory never knew it."""
        return tuple(each for each, lineage in self.lineages.items() if code in lineage)

    def at_level(self, code: str, level: UnitLevel) -> str | None:
        """The unit of this level that a unit is or lies in, if the unit is that deep."""
        for each in self.lineage(code):
            if self.by_code[each].level is level:
                return each
        return None

    def street_of(self, code: str) -> str | None:
        """街乡镇: the street or town a unit is or lies in."""
        return self.at_level(code, UnitLevel.STREET)

    def district_of(self, code: str) -> str | None:
        """The district a unit is or lies in."""
        return self.at_level(code, UnitLevel.DISTRICT)

    def children(self, code: str) -> tuple[Unit, ...]:
        """The units directly below this one that are not closed."""
        return tuple(unit for unit in self.acting() if unit.parent_code == self.get(code).code)

    def path_name(self, code: str) -> str:
        """The names from the district down, as an address would say them."""
        names = [self.by_code[each].name for each in self.lineage(code)]
        return "".join(reversed(names[:-1] or names))


def units_of(found: Iterable[Unit]) -> Units:
    """A tree of units told one by one: one whose parent is not told yet waits outside."""
    told = {unit.code: unit for unit in found}
    lineages: dict[str, tuple[str, ...]] = {}
    for code in told:
        steps: list[str] = []
        step: str | None = code
        while step is not None and step in told and step not in steps:
            steps.append(step)
            step = told[step].parent_code
        if step is None:
            lineages[code] = tuple(steps)
    return Units({code: told[code] for code in lineages}, lineages)


def load_units(files: Iterable[tuple[str, str]]) -> Units:
    """Read (filename, text) CSV files into one tree, or refuse it with file and line."""
    units: dict[str, Unit] = {}
    places: dict[str, tuple[str, int]] = {}
    for filename, text in files:
        for line, row in read_table(text, COLUMNS, filename=filename):
            unit = _unit(row, filename, line)
            if unit.code in units:
                first = ":".join(map(str, places[unit.code]))
                raise BrokenFile(filename, line, f"unit {unit.code} is already in {first}")
            units[unit.code], places[unit.code] = unit, (filename, line)
    if not units:
        raise BrokenFile("units", 1, "there are no units")
    return _tree(units, places)


def _unit(row: tuple[str, ...], filename: str, line: int) -> Unit:
    code, name, level, parent = row
    if not code or not name:
        raise BrokenFile(filename, line, "a unit needs a code and a name")
    if level not in set(UnitLevel):
        raise BrokenFile(filename, line, f"{level!r} is no level; levels are {', '.join(UnitLevel)}")
    return Unit(code, name, UnitLevel(level), parent or None)


def _tree(units: dict[str, Unit], places: dict[str, tuple[str, int]]) -> Units:
    lineages: dict[str, tuple[str, ...]] = {}
    roots: dict[bool, list[str]] = defaultdict(list)
    for code, unit in units.items():
        lineages[code] = _lineage(unit, units, places)
        roots[unit.parent_code is None].append(code)
        _check_level(unit, units, places)
    for second in roots[True][1:]:
        raise BrokenFile(*places[second], f"{second} is a second root beside {roots[True][0]}")
    return Units(units, lineages)


def _lineage(unit: Unit, units: dict[str, Unit], places: dict[str, tuple[str, int]]) -> tuple[str, ...]:
    steps = [unit.code]
    while (parent := units[steps[-1]].parent_code) is not None:
        if parent not in units:
            raise BrokenFile(*places[steps[-1]], f"unit {steps[-1]} names the unknown parent {parent}")
        if parent in steps:
            raise BrokenFile(
                *places[unit.code], f"unit {unit.code} is in a cycle: {' → '.join([*steps, parent])}"
            )
        steps.append(parent)
    return tuple(steps)


def _check_level(unit: Unit, units: dict[str, Unit], places: dict[str, tuple[str, int]]) -> None:
    parent = units[unit.parent_code].level if unit.parent_code else None
    if parent is None and unit.level is not UnitLevel.CITY:
        raise BrokenFile(*places[unit.code], f"unit {unit.code} has no parent; only the city has none")
    if parent is not None and parent not in _PARENTS[unit.level]:
        raise BrokenFile(*places[unit.code], f"a {unit.level} cannot lie below a {parent}")
