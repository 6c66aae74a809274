"""Locks on names of things that have no row yet; they end with the transaction."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = """
SELECT pg_advisory_xact_lock(place) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS place FROM unnest($1::text[]) AS n(name) ORDER BY place
) AS places
"""


async def lock_names(connection: AsyncConnection, names: Collection[str]) -> None:
    """Wait for these names, always in one order: two knocks cannot deadlock on them."""
    if names:
        await connection.exec_driver_sql(LOCK, (list(names),))
