"""Tables by month: the months are made ahead of time, so that a write never finds no partition."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

AHEAD = 3
"""Months made in advance, the running one counted."""
LOG = ("event_log",)


def by_month(metadata: MetaData) -> tuple[str, ...]:
    """The tables of a schema that lie in months."""
    tables = metadata.tables.values()
    return tuple(table.name for table in tables if table.dialect_options["postgresql"]["partition_by"])


async def ensure(connection: AsyncConnection, now: datetime, tables: Sequence[str] = LOG) -> None:
    """Make the tables' partitions for this month and the next ones. `now` is the database's own time."""
    month = now.date().replace(day=1)
    for _ in range(AHEAD):
        following = _next(month)
        for table in tables:
            await connection.execute(
                text(
                    f"CREATE TABLE IF NOT EXISTS {table}_{month:%Y_%m} PARTITION OF {table} "
                    f"FOR VALUES FROM ('{month}T00:00:00Z') TO ('{following}T00:00:00Z')"
                )
            )
        month = following


async def ensure_now(connection: AsyncConnection, tables: Sequence[str] = LOG) -> None:
    """The same by the database's clock, which the time of a row is written by."""
    await ensure(connection, (await connection.execute(text("SELECT now()"))).scalar_one(), tables)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
