"""区划 as they are kept: once, by their hash, for however many months they stayed the same."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.divisions import Divisions
from services.scoring.store import tables
from shared.city.groups import Group, Groups
from shared.city.population import Population
from shared.city.units import Unit, units_of
from shared.store import driver

KEEP = "INSERT INTO divisions (sha256, kept) VALUES ($1, $2) ON CONFLICT DO NOTHING"
MOST = 3
"""Trees of thousands of units that a process remembers: a month's, the month before's, and another."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """In one order, so that the same divisions have the same hash."""

    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    grouped: dict[str, str]
    residents: dict[str, int]


_KEPT = TypeAdapter(_Kept)


async def keep(connection: AsyncConnection, divisions: Divisions) -> str:
    """Write them down, unless they are there; their hash."""
    kept = _KEPT.dump_json(_kept(divisions)).decode()
    sha256 = hashlib.sha256(kept.encode()).hexdigest()
    await driver.execute(connection, KEEP, (sha256, kept))
    return sha256


@dataclass(slots=True)
class DivisionsShelf:
    """What was kept, read once: nothing that has a hash ever changes."""

    _read: OrderedDict[str, Divisions] = field(default_factory=OrderedDict)

    async def get(self, connection: AsyncConnection, sha256: str) -> Divisions:
        """The divisions with this hash."""
        if sha256 not in self._read:
            table = tables.DIVISIONS.c
            found = await connection.execute(select(table.kept).where(table.sha256 == sha256))
            self._read[sha256] = _divisions(_KEPT.validate_python(found.scalar_one()))
            while len(self._read) > MOST:
                self._read.popitem(last=False)
        self._read.move_to_end(sha256)
        return self._read[sha256]


def _kept(divisions: Divisions) -> _Kept:
    by_code, groups = divisions.units.by_code, divisions.groups
    return _Kept(
        units=tuple(by_code[code] for code in sorted(by_code)),
        groups=tuple(groups.by_code[code] for code in sorted(groups.by_code)),
        grouped=dict(sorted(groups.by_unit.items())),
        residents=dict(sorted(divisions.population.by_unit.items())),
    )


def _divisions(kept: _Kept) -> Divisions:
    groups = Groups({group.code: group for group in kept.groups}, kept.grouped)
    return Divisions(units_of(kept.units), groups, Population(kept.residents))
