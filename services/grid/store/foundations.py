"""五有 in memory: row ⇄ aggregate, one community, and what many have said."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.foundations import Foundations
from services.grid.store.tables import FOUNDATIONS
from shared.kernel.ids import UnitCode
from shared.store.repository import Repository

SAID = text("""
SELECT f.unit, jsonb_object_agg(t.item, t.has)
FROM foundations AS f CROSS JOIN jsonb_to_recordset(f.ticks) AS t(item text, has boolean)
WHERE f.unit = ANY(CAST(:units AS text[]))
GROUP BY f.unit
""")


class FoundationsRepository(Repository[UnitCode, Foundations]):
    AGGREGATE = "foundations"
    MODEL = Foundations
    TABLE = FOUNDATIONS
    KEY = "unit"

    async def of(self, key: UnitCode) -> Foundations:
        """A community's; of one that ticked nothing yet, nothing."""
        return await self.find(key) or Foundations(key)


async def foundations(connection: AsyncConnection, unit: UnitCode) -> Foundations:
    """One community's as it stands, words sealed; of one that ticked nothing yet, nothing."""
    rows = (await connection.execute(select(FOUNDATIONS).where(FOUNDATIONS.c.unit == unit))).mappings()
    found = [FoundationsRepository.read(row) for row in rows]
    return found[0] if found else Foundations(unit)


async def said(
    connection: AsyncConnection, units: Collection[UnitCode]
) -> dict[UnitCode, Mapping[str, bool]]:
    """What these communities said of which items, without words: a city's would be hundreds of megabytes."""
    rows = await connection.execute(SAID, {"units": list(units)})
    return {UnitCode(unit): has for unit, has in rows}
