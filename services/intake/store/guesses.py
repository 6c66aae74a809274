"""Wrong access codes, counted in the database: replicas count together, and a restart forgives nothing."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.model import WRONG_CODES_WINDOW, WrongCodes
from services.intake.store.tables import WRONG_TRIES
from shared.store.locks import lock_names

TRY = WRONG_TRIES.c
COUNT = """
INSERT INTO wrong_tries AS w (tracking_number, origin, count, since) VALUES ($1, $2, 1, $3)
ON CONFLICT (tracking_number, origin) DO UPDATE SET
    count = CASE WHEN w.since <= $4 THEN 1 ELSE w.count + 1 END,
    since = CASE WHEN w.since <= $4 THEN $3 ELSE w.since END
"""


class GuessRows:
    """Counts for tracking numbers, also for those that do not exist: a limit must not tell which do."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, number: TrackingNumber) -> None:
        await lock_names(self._connection, [number])

    async def of(self, number: TrackingNumber, origin: str) -> WrongCodes | None:
        await self.hold(number)
        asked = select(WRONG_TRIES).where(TRY.tracking_number == number, TRY.origin == origin)
        row = (await self._connection.execute(asked)).mappings().one_or_none()
        return WrongCodes(**row) if row else None

    async def count(self, number: TrackingNumber, origin: str, *, at: datetime) -> None:
        await self._connection.exec_driver_sql(COUNT, (number, origin, at, at - WRONG_CODES_WINDOW))

    async def forgive(self, number: TrackingNumber) -> None:
        await self._connection.execute(delete(WRONG_TRIES).where(TRY.tracking_number == number))

    async def forget(self, *, before: datetime, limit: int) -> int:
        old = select(TRY.tracking_number, TRY.origin).where(TRY.since <= before).limit(limit)
        these = tuple_(TRY.tracking_number, TRY.origin).in_(old)
        return (await self._connection.execute(delete(WRONG_TRIES).where(these))).rowcount
