"""From commit to bus: a loop over what is not sent, owned by nobody's request.

Keys are hashed into shards, a shard is owned by an advisory lock on the relay's own connection, and rows are
read, and deleted after the acknowledgement, over that same connection: who loses it loses the shards.
"""

import asyncio
import contextlib
import time
from typing import Any

import asyncpg

from shared.bus.messages import Sayable, message_of
from shared.bus.port import Bus, BusBusy, Producer, RecordRefused
from shared.bus.shards import Shards, dsn_of
from shared.observability.logging import logger
from shared.observability.metrics import OUTBOX_AGE, OUTBOX_UNSENT, RELAY_FAILED, RELAY_SENT, RELAY_SHARDS
from shared.store.outbox import SHARDS

UNSENT = """
SELECT o.seq, e.id, e.topic, e.key, e.aggregatetype, e.aggregateid, e.type, e.sequence, e.time, e.source,
       e.causation_id, e.correlation_id, e.traceparent, e.payload::text AS payload
FROM outbox o JOIN event_log e ON e.recorded_at = o.recorded_at AND e.id = o.id
WHERE o.shard = ANY($1::smallint[]) ORDER BY o.seq LIMIT $2
"""
SENT = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])"
WAITING = "SELECT count(*), coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float FROM outbox"

BATCH = 1000
POLL = 0.3
REBALANCE = 1.0
MEASURE = 5.0
FIRST_WAIT, LONGEST_WAIT = 0.2, 2.0
LEASE = 30.0
"""Seconds of silence after which the server ends our session: a relay that was stopped holds nothing.
Longer than a producer's patience, so that waiting for an acknowledgement is never taken for death."""
_SETTINGS = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
    "jit": "off",
    # All it writes is that rows were sent. Should a crash of the database undo that, they are sent again, as
    # after a crash of the relay, and the inbox knows them: no disk need be waited for.
    "synchronous_commit": "off",
}
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)  # type: ignore[attr-defined]


class Relay:
    """Sends one service's outbox. Several may run; each takes a fair share of the shards."""

    def __init__(
        self, store: Any, bus: Bus, *, shards: int = SHARDS, batch: int = BATCH, lease: float = LEASE
    ) -> None:
        self._dsn = dsn_of(store.engine)
        self._service: str = store.source
        self._committed: asyncio.Event = store.committed
        self._bus = bus
        self._count = shards
        self._batch = batch
        self._lease = lease
        self._stopping = asyncio.Event()
        self._log = logger("jiesu.relay")
        self._measured = 0.0

    def stop(self) -> None:
        """Send no further batch, and let go of the shards."""
        self._stopping.set()
        self._committed.set()

    async def run(self) -> None:
        """Relay until stopped; the database or the bus being away is waited out."""
        producer = self._bus.producer()
        try:
            wait = FIRST_WAIT
            while not self._stopping.is_set():
                began = time.monotonic()
                try:
                    await self._with_connection(producer)
                except (*_AWAY, BusBusy, RecordRefused) as error:
                    self._failed(error)
                wait = FIRST_WAIT if time.monotonic() - began > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
                await self._pause(wait)
        finally:
            RELAY_SHARDS.labels(self._service).set(0)
            await producer.close()

    async def _with_connection(self, producer: Producer) -> None:
        connection: Any = await asyncpg.connect(  # type: ignore[no-untyped-call]
            self._dsn,
            timeout=5,
            command_timeout=15,
            server_settings={
                **_SETTINGS,
                "application_name": f"jiesu relay {self._service}",
                "idle_session_timeout": f"{int(self._lease * 1000)}",
            },
        )
        work = asyncio.create_task(self._relay(connection, producer))
        # A send under way must not outlive the locks that allow it.
        connection.add_termination_listener(lambda _: work.cancel("the connection is gone"))
        try:
            await work
        except asyncio.CancelledError:
            if work.cancelled() and connection.is_closed() and not _being_cancelled():
                raise ConnectionResetError("the relay's connection is gone") from None
            raise
        finally:
            # Whatever ended the work: a session that lives on keeps the shards until its lease is over.
            work.cancel()
            await asyncio.wait([work])
            await _close(connection)

    async def _relay(self, connection: Any, producer: Producer) -> None:
        shards = Shards(connection, self._service, self._count)
        await shards.enter()
        rebalanced = -REBALANCE
        while not self._stopping.is_set():
            if time.monotonic() - rebalanced >= REBALANCE:
                await shards.rebalance()
                RELAY_SHARDS.labels(self._service).set(len(shards.owned))
                rebalanced = time.monotonic()
            # Cleared before reading: a commit that comes while we read wakes us again.
            self._committed.clear()
            # Before sending: while the bus is away no send comes back, and just then people look at it.
            await self._measure(connection)
            sent = await self._send_some(connection, producer, sorted(shards.owned))
            if sent < self._batch and not self._stopping.is_set():
                await self._wait_for_commit()

    async def _send_some(self, connection: Any, producer: Producer, owned: list[int]) -> int:
        rows = await connection.fetch(UNSENT, owned, self._batch) if owned else []
        if rows:
            await self._send(producer, [message_of(Sayable.from_row(row)) for row in rows], rows)
            await connection.execute(SENT, [row["seq"] for row in rows])
        return len(rows)

    async def _send(self, producer: Producer, messages: list[Any], rows: list[Any]) -> None:
        await producer.send(messages)
        for topic in {row["topic"] for row in rows}:
            RELAY_SENT.labels(self._service, topic).inc(sum(row["topic"] == topic for row in rows))

    async def _measure(self, connection: Any) -> None:
        if time.monotonic() - self._measured >= MEASURE:
            self._measured = time.monotonic()
            unsent, age = await connection.fetchrow(WAITING)
            OUTBOX_UNSENT.labels(self._service).set(unsent)
            OUTBOX_AGE.labels(self._service).set(age)

    async def _wait_for_commit(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._committed.wait(), POLL)

    def _failed(self, error: BaseException) -> None:
        RELAY_FAILED.labels(self._service).inc()
        self._log.warning("relay waits", error=f"{type(error).__name__}: {error}")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _close(connection: Any) -> None:
    try:
        await connection.close(timeout=2)
    except _AWAY:
        connection.terminate()
