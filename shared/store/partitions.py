"""The event log's months: made ahead of time, so that a write never finds no partition."""

from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

AHEAD = 3
"""Months made in advance, the running one counted."""


async def ensure(connection: AsyncConnection, now: datetime) -> None:
    """Make the log's partitions for this month and the next ones. `now` is the database's own time."""
    month = now.date().replace(day=1)
    for _ in range(AHEAD):
        following = _next(month)
        await connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS event_log_{month:%Y_%m} PARTITION OF event_log "
                f"FOR VALUES FROM ('{month}T00:00:00Z') TO ('{following}T00:00:00Z')"
            )
        )
        month = following


async def ensure_now(connection: AsyncConnection) -> None:
    """The same by the database's clock, which `recorded_at` is written by."""
    await ensure(connection, (await connection.execute(text("SELECT now()"))).scalar_one())


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
