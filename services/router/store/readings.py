"""查阅: which unit's clerk was shown which contact, written before intake is asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId, new_id


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One line of the audit."""

    reading_id: UUID
    case_id: UUID
    order_id: UUID
    unit: str
    by: str
    at: datetime


class ReadingRepository:
    """Adds lines; the table itself refuses to change one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(
        self, case_id: CaseId, order_id: WorkOrderId, unit: UnitCode, by: str, *, at: datetime
    ) -> None:
        told = {"case_id": case_id, "order_id": order_id, "unit": unit, "by": by, "at": at}
        await self._connection.execute(insert(tables.READINGS).values(reading_id=new_id(), **told))


async def readings(
    connection: AsyncConnection,
    *,
    case_id: UUID | None,
    unit: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[ReadingRow]:
    """Who was shown which contact, the newest first."""
    r = tables.READINGS.c
    picked = select(r.reading_id, r.case_id, r.order_id, r.unit, r.by, r.at)
    query = picked.order_by(r.at.desc(), r.reading_id.desc()).limit(limit)
    if case_id is not None:
        query = query.where(r.case_id == case_id)
    if unit is not None:
        query = query.where(r.unit == unit)
    if after is not None:
        query = query.where(tuple_(r.at, r.reading_id) < tuple_(*after))
    return [ReadingRow(*row) for row in await connection.execute(query)]
