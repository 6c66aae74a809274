"""查阅: which caller was shown which contact, written before intake is asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.store import tables
from shared.kernel.ids import CallbackId, CaseId
from shared.store import contact_audit


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
        connection, table = self._connection, tables.READINGS
        await contact_audit.note(connection, table, case_id, by, at=at, callback_id=callback_id)


async def readings(
    connection: AsyncConnection,
    *,
    case_id: UUID | None,
    by: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[ReadingRow]:
    """Who was shown which contact, the newest first."""
    rows = await contact_audit.newest(
        connection, tables.READINGS, after=after, limit=limit, case_id=case_id, by=by
    )
    return [ReadingRow(*row) for row in rows]
