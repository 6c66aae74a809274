"""The embedded bus: durable, multi-process, no kinder than Kafka."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from uuid import uuid4

from shared.bus.embedded import records
from shared.bus.embedded.consumer import LOOK, EmbeddedConsumer
from shared.bus.embedded.link import Link
from shared.bus.embedded.membership import Membership
from shared.bus.embedded.redelivery import Redelivery
from shared.bus.port import POLL_LIMIT, BusBusy, Message, OnRevoke, Partition, Record, let_go
from shared.events.topics import Topic

CREATE = """
INSERT INTO bus.log (topic, partition)
SELECT $1, number FROM generate_series(0, $2 - 1) AS number ON CONFLICT DO NOTHING
"""
LAG = """
SELECT topic, partition, greatest(0, next - coalesce("offset", 0)) AS behind
FROM bus.log LEFT JOIN (SELECT * FROM bus.claim WHERE "group" = $1) AS own USING (topic, partition)
WHERE topic = ANY($2::text[])
"""
NEXT_UP = """
SELECT first.topic, first.partition, first."offset", key, value, header_names, header_values
FROM bus.log LEFT JOIN (SELECT * FROM bus.claim WHERE "group" = $1) AS own USING (topic, partition)
CROSS JOIN LATERAL (
    SELECT * FROM bus.record WHERE record.topic = log.topic AND record.partition = log.partition
    AND record."offset" >= coalesce(own."offset", 0) ORDER BY record."offset" LIMIT 1
) AS first
WHERE log.topic = ANY($2::text[])
"""


class EmbeddedBus:
    """The bus in the schema `bus` of this database."""

    def __init__(self, dsn: str, *, redelivery: Redelivery | None = None, connections: int = 4) -> None:
        self._link = Link(dsn, connections=connections)
        self._redelivery = redelivery
        self._sent_here = asyncio.Condition()

    def producer(self) -> "EmbeddedProducer":
        return EmbeddedProducer(self._link, self._sent_here)

    async def consumer(
        self, group: str, topics: Sequence[str], *, instance: str, on_revoke: OnRevoke = let_go
    ) -> EmbeddedConsumer:
        membership = Membership(group, instance, uuid4(), tuple(topics))
        consumer = EmbeddedConsumer(self._link, membership, on_revoke, self._sent_here, self._redelivery)
        await consumer.start()
        return consumer

    async def create_topics(self, topics: Sequence[Topic]) -> None:
        async with self._link.connection() as connection, connection.transaction():
            for topic in topics:
                await connection.execute(CREATE, topic.name, topic.partitions)

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Partition, int]:
        async with self._link.connection() as connection:
            rows = await connection.fetch(LAG, group, list(topics))
        return {Partition(row["topic"], row["partition"]): row["behind"] for row in rows}

    async def next_up(self, group: str, topics: Sequence[str]) -> list[Record]:
        async with self._link.connection() as connection:
            rows = await connection.fetch(NEXT_UP, group, list(topics))
        return list(map(records.record_of, rows))

    async def read(
        self, topic: str, *, since: datetime | None = None, follow: bool = False
    ) -> AsyncGenerator[Record, None]:
        async with self._link.connection() as connection:
            starts = await connection.fetch(records.FIRST_SINCE, topic, since)
        offsets = {Partition(topic, number): end if first is None else first for number, end, first in starts}
        ends = {Partition(topic, number): end for number, end, _ in starts}
        while True:
            for partition, end in ends.items():
                async for record in self._between(partition, offsets.get(partition, 0), end):
                    yield record
            if not follow:
                return
            await asyncio.sleep(LOOK)
            offsets = ends
            async with self._link.connection() as connection:
                ends = await records.high_waters(connection, [topic])

    async def _between(self, partition: Partition, offset: int, end: int) -> AsyncIterator[Record]:
        while offset < end:
            async with self._link.connection() as connection:
                found = await records.read(connection, partition, offset, POLL_LIMIT)
            for record in found:
                if record.offset < end:
                    yield record
            offset = found[-1].offset + 1 if found else end

    async def close(self) -> None:
        await self._link.close()


class EmbeddedProducer:
    """Writes records; the commit is the acknowledgement."""

    def __init__(self, link: Link, sent_here: asyncio.Condition) -> None:
        self._link = link
        self._sent_here = sent_here
        self._counts: dict[str, int] = {}

    async def send(self, batch: Sequence[Message]) -> None:
        async with self._link.connection() as connection:
            if any(message.topic not in self._counts for message in batch):
                rows = await connection.fetch("SELECT topic, count(*) FROM bus.log GROUP BY topic")
                self._counts = {row[0]: row[1] for row in rows}
            await records.append(connection, batch, self._counts)
        async with self._sent_here:
            self._sent_here.notify_all()

    async def close(self) -> None:
        """The connections are the bus's."""


__all__ = ["BusBusy", "EmbeddedBus", "EmbeddedProducer"]
