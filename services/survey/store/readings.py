"""查阅: which caller was shown which contact, written before intake is asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.store import tables
from shared.kernel.ids import CallbackId, CaseId, new_id


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One line of the audit."""

    reading_id: UUID
    case_id: UUID
    callback_id: UUID
    by: str
    at: datetime


class ReadingRepository:
    """Adds lines; the table itself refuses to change one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, case_id: CaseId, callback_id: CallbackId, by: str, *, at: datetime) -> None:
        row = {"reading_id": new_id(), "case_id": case_id, "callback_id": callback_id, "by": by, "at": at}
        await self._connection.execute(insert(tables.READINGS).values(row))


async def readings(
    connection: AsyncConnection,
    *,
    case_id: UUID | None,
    by: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[ReadingRow]:
    """Who was shown which contact, the newest first."""
    r = tables.READINGS.c
    picked = select(r.reading_id, r.case_id, r.callback_id, r.by, r.at)
    query = picked.order_by(r.at.desc(), r.reading_id.desc()).limit(limit)
    if case_id is not None:
        query = query.where(r.case_id == case_id)
    if by is not None:
        query = query.where(r.by == by)
    if after is not None:
        query = query.where(tuple_(r.at, r.reading_id) < tuple_(*after))
    return [ReadingRow(*row) for row in await connection.execute(query)]
