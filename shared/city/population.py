"""常住人口: residents of units, where a census says so. What is not known is not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.city.documents import read_table
from shared.city.errors import BrokenFile
from shared.city.units import Units

COLUMNS = ("unit_code", "residents", "source")
MOST = 100_000_000


@dataclass(frozen=True, slots=True)
class Population:
    """Residents by unit code."""

    by_unit: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, unit: str) -> int | None:
        """How many live there; None: nobody told us."""
        return self.by_unit.get(unit)


def load_population(text: str, units: Units, *, filename: str) -> Population:
    """Read a population file, or refuse it with file, line and reason."""
    found: dict[str, int] = {}
    for line, (unit, written, source) in read_table(text, COLUMNS, filename=filename):
        if unit not in units:
            raise BrokenFile(filename, line, f"there is no unit {unit}")
        if unit in found:
            raise BrokenFile(filename, line, f"unit {unit} has its residents above")
        if not source:
            raise BrokenFile(filename, line, "residents need a source")
        if not (written.isascii() and written.isdecimal() and 0 < int(written) <= MOST):
            raise BrokenFile(filename, line, f"{written!r} is no number of residents")
        found[unit] = int(written)
    return Population(found)
