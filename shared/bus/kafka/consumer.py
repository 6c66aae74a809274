"""Hearing from Kafka: a member of a group, and what the group tells it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from aiokafka import ConsumerRebalanceListener, TopicPartition

from shared.bus.kafka.client import PATIENCE, Client, stop
from shared.bus.kafka.words import in_our_words, ours, record_of, theirs
from shared.bus.port import POLL_LIMIT, BusBusy, OnRevoke, Partition, Record


class Listener(ConsumerRebalanceListener):
    """Knows what is ours, and tells the subscriber before it goes."""

    def __init__(self, on_revoke: OnRevoke) -> None:
        self._on_revoke = on_revoke
        # aiokafka's own answer still names the old partitions while the group is dividing them anew.
        self.held: frozenset[Partition] = frozenset()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.held = frozenset()
        await self._on_revoke(frozenset(map(ours, revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.held = frozenset(map(ours, assigned))


class KafkaConsumer:
    """A static member of a consumer group."""

    def __init__(self, consumer: Client, listener: Listener) -> None:
        self._consumer = consumer
        self._listener = listener

    def assigned(self) -> frozenset[Partition]:
        # aiokafka tells what its membership met only to who polls, and waits until it is told. While the
        # group divides itself nothing is ours and nobody polls: a broker lost then was never noticed.
        with in_our_words():
            self._consumer._coordinator.check_errors()
        # The task that learns where the brokers are can die of a broker that is killed while it is asked.
        # Nobody is told: records still come, but who looks for the group's coordinator waits for ever.
        if self._consumer._client._sync_task.done():
            raise BusBusy("the client no longer learns where the brokers are")
        return self._listener.held

    async def poll(
        self, partition: Partition, *, limit: int = POLL_LIMIT, wait: float = 0.5
    ) -> Sequence[Record]:
        tp = theirs(partition)
        with in_our_words():
            found = await self._consumer.getmany(tp, timeout_ms=int(wait * 1000), max_records=limit)
        return [record_of(record) for record in found.get(tp, ())]

    async def position(self, partition: Partition) -> int:
        with in_our_words():
            async with asyncio.timeout(PATIENCE):
                return int(await self._consumer.position(theirs(partition)))

    async def high_water(self, partition: Partition) -> int:
        tp = theirs(partition)
        with in_our_words():
            async with asyncio.timeout(PATIENCE):
                return int((await self._consumer.end_offsets([tp]))[tp])

    def seek(self, partition: Partition, offset: int) -> None:
        with in_our_words():
            self._consumer.seek(theirs(partition), offset)

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        with in_our_words():
            async with asyncio.timeout(PATIENCE):
                await self._consumer.commit({theirs(place): offset for place, offset in offsets.items()})

    async def close(self) -> None:
        await stop(self._consumer)
