"""示意图: where districts stand among the tiles of a drawing; not a map, and no outline of anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.city.documents import read_table
from shared.city.errors import BrokenFile
from shared.city.units import Units

COLUMNS = ("unit_code", "column", "row")
MOST = 40


@dataclass(frozen=True, slots=True)
class Schematic:
    """Column and row of each unit on it, from 1."""

    tiles: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))


def load_schematic(text: str, units: Units, *, filename: str) -> Schematic:
    """Read a schematic, or refuse it with file, line and reason."""
    tiles: dict[str, tuple[int, int]] = {}
    for line, (unit, *written) in read_table(text, COLUMNS, filename=filename):
        if unit not in units:
            raise BrokenFile(filename, line, f"there is no unit {unit}")
        if unit in tiles:
            raise BrokenFile(filename, line, f"unit {unit} has its tile above")
        if not all(each.isascii() and each.isdecimal() and 0 < int(each) <= MOST for each in written):
            raise BrokenFile(filename, line, f"column and row are numbers from 1 to {MOST}")
        column, row = map(int, written)
        if (column, row) in tiles.values():
            raise BrokenFile(filename, line, f"another unit stands at column {column}, row {row}")
        tiles[unit] = column, row
    return Schematic(MappingProxyType(tiles))
