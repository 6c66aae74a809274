"""The inbox: a fact is heard once by each consumer, however often it is delivered."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.ids import EventId
from shared.store import driver

ACCEPT = """
INSERT INTO inbox (consumer, event_id)
SELECT $1, id FROM unnest($2::uuid[]) AS id
ON CONFLICT DO NOTHING RETURNING event_id
"""


async def accept(connection: AsyncConnection, consumer: str, ids: Sequence[EventId]) -> set[EventId]:
    """Write down what was heard; answers those that were not heard before."""
    found = await driver.fetch(connection, ACCEPT, (consumer, ids))
    return {EventId(row[0]) for row in found}
