"""查阅: which unit's clerk was shown which contact, written before intake is asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId
from shared.store import contact_audit


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
        connection, table = self._connection, tables.READINGS
        await contact_audit.note(connection, table, case_id, by, at=at, order_id=order_id, unit=unit)


async def readings(
    connection: AsyncConnection,
    *,
    case_id: UUID | None,
    unit: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[ReadingRow]:
    """Who was shown which contact, the newest first."""
    rows = await contact_audit.newest(
        connection, tables.READINGS, after=after, limit=limit, case_id=case_id, unit=unit
    )
    return [ReadingRow(*row) for row in rows]
