"""Copies of the directory's units, kept by a service that shows names or walks the tree."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.city.city import City
from shared.city.gazetteer import Alias
from shared.city.unit_copies import UnitCopy, city_by
from shared.events.directory import UnitChanged
from shared.events.envelope import Heard
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel
from shared.store.repository import Repository

TABLE = "unit_copies"


def declare_unit_copies(metadata: MetaData) -> Table:
    """The table; a service that keeps copies has it beside its own."""
    return Table(
        TABLE,
        metadata,
        Column("code", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("level", Text, nullable=False),
        Column("parent_code", Text),
        Column("closed", Boolean, nullable=False),
        Column("aliases", JSONB, nullable=False),
        Column("grids", JSONB, nullable=False),
        Column("said", BigInteger, nullable=False),
        Column("version", BigInteger, nullable=False),
    )


def copy_of(heard: Heard[UnitChanged]) -> UnitCopy:
    """What a fact tells of a unit."""
    fact = heard.fact
    return UnitCopy(
        code=fact.code,
        name=fact.name,
        level=fact.level,
        parent_code=fact.parent_code,
        closed=fact.closed,
        aliases=tuple(Alias(each.text, each.kind, fact.code) for each in fact.aliases),
        grids=fact.grids,
        said=heard.envelope.sequence,
    )


class UnitCopyRepository(Repository[UnitCode, UnitCopy]):
    """A service's own subclass names the table in its own schema."""

    AGGREGATE: ClassVar[str] = "unit_copy"
    MODEL = UnitCopy
    TABLE = declare_unit_copies(MetaData())
    KEY: ClassVar[str] = "code"

    async def learn(self, told: UnitCopy) -> None:
        """Take down what is said of a unit, unless something newer was heard already."""
        known = await self.find(told.code)
        if known is None:
            await self.keep(Decision(told))
        elif known.said < told.said:
            await self.keep(Decision(replace(told, version=known.version)))


class CopiedDirectory:
    """Reads the city of a service that keeps copies."""

    def __init__(self, copies: type[UnitCopyRepository]) -> None:
        self._copies = copies

    async def revision(self, connection: AsyncConnection) -> Hashable:
        """Every fact about a unit has a higher number than the one before: the sum moves with each."""
        table = self._copies.TABLE
        query = select(func.count(), func.coalesce(func.sum(table.c.said), 0)).select_from(table)
        return tuple((await connection.execute(query)).one())

    async def read(self, connection: AsyncConnection, city: City, moment: datetime) -> Callable[[], City]:
        """The units in force with what was told since over them."""
        del moment
        columns = (self._copies.TABLE.c[name] for name in UnitCopy.__slots__)
        rows = (await connection.execute(select(*columns))).all()
        return lambda: city_by((_copy(row) for row in rows), city)


def _copy(row: Sequence[Any]) -> UnitCopy:
    """Eight thousand at a look: by hand, one at a time, and mostly forgotten at once."""
    code, name, level, parent, closed, aliases, grids, said, version = row
    names = tuple(Alias(**alias) for alias in aliases)
    return UnitCopy(code, name, UnitLevel(level), parent, closed, names, tuple(grids), said, version)
