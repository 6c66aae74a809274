"""aiokafka's clients: their times, and how they are started and stopped within a bound.

aiokafka's private parts are touched here and by the consumer, each with its reason: so its version is pinned.
"""

import asyncio
import contextlib
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.bus.ending import bounded, end
from shared.bus.kafka.words import AWAY, in_our_words

Client = Any
"""aiokafka's classes are not typed."""
REQUEST_MS = 8_000
PATIENCE = 12.0
"""Seconds for one batch to be acknowledged; the relay's lease on its shards is longer."""
SESSION_MS = 8_000
"""A member that died is replaced after this; a restart within it keeps the partitions."""
HEARTBEAT_MS = 2_000
REBALANCE_MS = 12_000
"""How long the others wait for a member that is finishing its transaction."""
FETCH_BYTES = 3 * 1024 * 1024
"""Of one partition at once: about four thousand facts, as many as a batch takes at most."""
START, CLOSE = 30.0, 5.0


async def start(client: Client) -> None:
    """Connect. Raises `BusBusy`; then nothing of the client lives on."""
    patience = REQUEST_MS / 1000 if isinstance(client, AIOKafkaProducer) else START
    try:
        with in_our_words():
            async with asyncio.timeout(patience):
                await client.start()
    except BaseException:
        await (abandon(client) if isinstance(client, AIOKafkaProducer) else stop(client))
        raise


async def stop(consumer: Client) -> None:
    """Leave, within a bound, and let nothing live on.

    `stop()` first waits for the membership's task; cut short there, or raising what ended it, it leaves the
    tasks that fetch and send heartbeats behind, and they would go on in the name of the next consumer.
    """
    if await bounded(consumer.stop(), within=CLOSE):
        return
    for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
        task = getattr(consumer._coordinator, name, None)
        if task is not None:
            await end(task)
    if consumer._fetcher is not None:
        await bounded(consumer._fetcher.close(), within=CLOSE)
    await bounded(_hang_up(consumer._client), within=CLOSE)


async def abandon(producer: Client) -> None:
    """Stop without waiting for what was not acknowledged: the sending task goes first, then the connections.

    `stop()` alone flushes first: with the broker away it never ends, and when the broker is back it sends
    what somebody else has sent again since.
    """
    with contextlib.suppress(*AWAY):
        async with asyncio.timeout(CLOSE):
            await _end_sending(producer)
            await _hang_up(producer.client)
    # There is nothing left that could be stopped; whoever still waits on it is bounded by its own patience.
    producer._closed = True


async def _hang_up(client: Client) -> None:
    """Close the connections. Its own `close()` raises what the task that learns where the brokers are has
    died of, and leaves them open.
    """
    if client._sync_task is not None:
        await end(client._sync_task)
        client._sync_task = None
    await client.close()


async def _end_sending(producer: Client) -> None:
    task = producer._sender.sender_task
    # Cancelled once it still waits for the requests under way; cancelled twice it goes.
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.2)
