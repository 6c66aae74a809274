"""五有 in memory: row ⇄ aggregate, and the states of many communities."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.foundations import Foundations
from services.grid.store.among import among
from services.grid.store.tables import FOUNDATIONS
from shared.kernel.ids import UnitCode
from shared.store.repository import Repository


class FoundationsRepository(Repository[UnitCode, Foundations]):
    AGGREGATE = "foundations"
    MODEL = Foundations
    TABLE = FOUNDATIONS
    KEY = "unit"

    async def of(self, key: UnitCode) -> Foundations:
        """A community's; of one that ticked nothing yet, nothing."""
        return await self.find(key) or Foundations(key)


async def foundations(
    connection: AsyncConnection, units: Collection[UnitCode]
) -> dict[UnitCode, Foundations]:
    """Those of these communities of which anything was ticked, words sealed."""
    rows = await connection.execute(select(FOUNDATIONS).where(among(FOUNDATIONS.c.unit, units)))
    found = [FoundationsRepository.read({str(k): v for k, v in row._mapping.items()}) for row in rows]
    return {each.unit: each for each in found}
