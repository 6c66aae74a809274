"""来电查询 as rows that can be neither changed nor deleted: counted for their bounds, read by ops."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.lookups import Act, Before, Lookup
from services.intake.store.tables import LOOKUPS
from shared.kernel.ids import CaseId
from shared.store.locks import lock_names
from shared.store.shape import Shape

SHAPE = Shape(Lookup, LOOKUPS)
AGE = tuple_(LOOKUPS.c.at, LOOKUPS.c.lookup_id)


@dataclass(frozen=True, slots=True)
class LookupsQuestion:
    """What a reader of the audit asks for; None = all. `until` itself is not in it."""

    case_id: CaseId | None = None
    clerk: str | None = None
    act: Act | None = None
    since: datetime | None = None
    until: datetime | None = None


class LookupRows:
    """What clerks did in one knock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._noted: list[Lookup] = []

    async def of_clerk(self, clerk: str, act: Act, *, since: datetime, refused: bool = False) -> Before:
        # One clerk's requests wait for each other: of many at once none slips by.
        await lock_names(self._connection, [f"lookups:{clerk}"])
        return await self._before(LOOKUPS.c.clerk == clerk, act, since, refused=refused)

    async def of_case(self, key: CaseId, act: Act, *, since: datetime, refused: bool = False) -> Before:
        return await self._before(LOOKUPS.c.case_ids.contains([key]), act, since, refused=refused)

    def note(self, one: Lookup) -> None:
        self._noted.append(one)

    async def flush(self) -> None:
        """Write it down."""
        if self._noted:
            rows = [{**asdict(one), "case_ids": list(one.case_ids)} for one in self._noted]
            await self._connection.execute(insert(LOOKUPS), rows)
            self._noted.clear()

    async def _before(
        self, whose: ColumnElement[bool], act: Act, since: datetime, *, refused: bool
    ) -> Before:
        c = LOOKUPS.c
        is_meant = c.refused.is_not(None) if refused else c.refused.is_(None)
        asked = select(func.count(), func.min(c.at)).where(whose, c.act == act, is_meant, c.at > since)
        times, first = (await self._connection.execute(asked)).one()
        return Before(times, first)


async def lookups(
    connection: AsyncConnection, question: LookupsQuestion, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Lookup]:
    """What clerks looked up, the newest first."""
    c = LOOKUPS.c
    asked: Any = select(LOOKUPS).order_by(c.at.desc(), c.lookup_id.desc()).limit(limit)
    for column, value in ((c.clerk, question.clerk), (c.act, question.act)):
        asked = asked.where(column == value) if value is not None else asked
    if question.case_id is not None:
        asked = asked.where(c.case_ids.contains([question.case_id]))
    if question.since is not None:
        asked = asked.where(c.at >= question.since)
    if question.until is not None:
        asked = asked.where(c.at < question.until)
    if after is not None:
        asked = asked.where(after > AGE)
    return [SHAPE.from_row(row) for row in (await connection.execute(asked)).mappings()]
