"""分组: units that are compared with one another, because a mountain town is no inner-city street."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.city.documents import read_table
from shared.city.errors import BrokenFile
from shared.city.units import Units

COLUMNS = ("code", "zh", "en", "unit_code")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of comparison."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group a unit is in: its own, or that of the nearest unit above it that is in one."""

    by_code: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))
    by_unit: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, unit: str, units: Units) -> str | None:
        """The group's code; None for a unit that is compared with all of its level."""
        lineage = units.lineage(unit) if units.knows(unit) else (unit,)
        return next((self.by_unit[each] for each in lineage if each in self.by_unit), None)


def load_groups(text: str, units: Units, *, filename: str) -> Groups:
    """Read a groups file, a line for each unit, or refuse it with file, line and reason."""
    by_code: dict[str, Group] = {}
    by_unit: dict[str, str] = {}
    for line, (code, zh, en, unit) in read_table(text, COLUMNS, filename=filename):
        group = Group(code, zh, en)
        if not code or not zh or not en:
            raise BrokenFile(filename, line, "a group needs a code and both names")
        if by_code.setdefault(code, group) != group:
            raise BrokenFile(filename, line, f"group {code} has other names above")
        if unit not in units:
            raise BrokenFile(filename, line, f"there is no unit {unit}")
        if unit in by_unit:
            raise BrokenFile(filename, line, f"unit {unit} is in group {by_unit[unit]} already")
        by_unit[unit] = code
    return Groups(by_code, by_unit)
