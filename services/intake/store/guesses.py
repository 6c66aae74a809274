"""Wrong access codes, counted in the database: replicas count together, and a restart forgives nothing."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.model import WRONG_CODES_WINDOW, WrongCodes
from services.intake.store.tables import WRONG_CODES

COUNT = """
INSERT INTO wrong_codes AS w (tracking_number, count, since) VALUES ($1, 1, $2)
ON CONFLICT (tracking_number) DO UPDATE SET
    count = CASE WHEN w.since <= $3 THEN 1 ELSE w.count + 1 END,
    since = CASE WHEN w.since <= $3 THEN $2 ELSE w.since END
"""


class GuessRows:
    """Counts for tracking numbers, also for those that do not exist: a limit must not tell which do."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, number: TrackingNumber) -> WrongCodes | None:
        lock = select(func.pg_advisory_xact_lock(func.hashtextextended(number, 0)))
        await self._connection.execute(lock)
        asked = select(WRONG_CODES).where(WRONG_CODES.c.tracking_number == number)
        row = (await self._connection.execute(asked)).mappings().one_or_none()
        return WrongCodes(**row) if row else None

    async def count(self, number: TrackingNumber, *, at: datetime) -> None:
        await self._connection.exec_driver_sql(COUNT, (number, at, at - WRONG_CODES_WINDOW))

    async def forgive(self, number: TrackingNumber) -> None:
        await self._connection.execute(delete(WRONG_CODES).where(WRONG_CODES.c.tracking_number == number))

    async def forget(self, *, before: datetime, limit: int) -> int:
        old = select(WRONG_CODES.c.tracking_number).where(WRONG_CODES.c.since <= before).limit(limit)
        dropped = await self._connection.execute(
            delete(WRONG_CODES).where(WRONG_CODES.c.tracking_number.in_(old))
        )
        return dropped.rowcount
