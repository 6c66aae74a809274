"""Sending again from the event log, after the bus has lost what it had. Consumers know what they heard."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from shared.bus.messages import Sayable, message_of
from shared.bus.port import Bus, BusBusy, Message, Producer
from shared.bus.shards import dsn_of
from shared.observability.logging import logger

# By id: it is made under the aggregate's lock, while recorded_at is when the transaction began, which may be
# before another's that went first. But an id is as old as the clock says that made it. Clocks are set back,
# and two machines' differ: so none goes before an earlier one of its aggregate.
LOGGED = """
SELECT id, topic, key, aggregatetype, aggregateid, type, sequence, time, source,
       causation_id, correlation_id, traceparent, payload::text AS payload
FROM event_log WHERE recorded_at >= $1 AND ($2::timestamptz IS NULL OR recorded_at < $2)
  AND ($3::text IS NULL OR topic = $3)
ORDER BY max(id::text COLLATE "C") OVER (PARTITION BY aggregatetype, aggregateid ORDER BY sequence), sequence
"""
BATCH = 1000
FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0


async def replay(
    store: Any, bus: Bus, since: datetime, until: datetime | None = None, topic: str | None = None
) -> int:
    """Send the log's facts again in their order; answers how many. Waits while the bus is away."""
    connection: Any = await asyncpg.connect(dsn_of(store.engine), timeout=5)  # type: ignore[no-untyped-call]
    producer = bus.producer()
    sent = 0
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            batch: list[Message] = []
            async for row in connection.cursor(LOGGED, since, until, topic, prefetch=BATCH):
                batch.append(message_of(Sayable.from_row(row)))
                if len(batch) == BATCH:
                    sent += await _send(producer, batch)
                    batch = []
            sent += await _send(producer, batch)
    finally:
        await producer.close()
        await connection.close()
    return sent


async def _send(producer: Producer, batch: Sequence[Message]) -> int:
    wait = FIRST_WAIT
    while batch:
        try:
            await producer.send(batch)
            break
        except BusBusy as error:
            logger("jiesu.replay").warning("replay waits", error=str(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
    return len(batch)
