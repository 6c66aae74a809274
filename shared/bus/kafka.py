"""The production engine: Apache Kafka through aiokafka. The only module that speaks aiokafka.

aiokafka's private parts are touched in three places, each with its reason; the version is pinned for that.
"""

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CommitFailedError,
    ConsumerStoppedError,
    IllegalOperation,
    IllegalStateError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from shared.bus.ending import bounded, end
from shared.bus.partitioning import partition_of
from shared.bus.port import (
    POLL_LIMIT,
    BusBusy,
    Message,
    OnRevoke,
    Partition,
    PartitionLost,
    Record,
    RecordRefused,
    let_go,
)
from shared.events.topics import Topic

_Client = Any
"""aiokafka's classes are not typed."""
_REQUEST_MS = 8_000
_PATIENCE = 12.0
"""Seconds for one batch to be acknowledged; the relay's lease on its shards is longer."""
_SESSION_MS = 8_000
"""A member that died is replaced after this; a restart within it keeps the partitions."""
_HEARTBEAT_MS = 2_000
_REBALANCE_MS = 12_000
"""How long the others wait for a member that is finishing its transaction."""
_START, _CLOSE = 30.0, 5.0
_REFUSED = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTopicError,
    TopicAuthorizationFailedError,
)
_AWAY = (KafkaError, ConsumerStoppedError, IllegalOperation, OSError, TimeoutError)


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except _REFUSED as error:
        raise RecordRefused(str(error)) from error
    except (CommitFailedError, IllegalStateError) as error:
        raise PartitionLost(str(error)) from error
    except _AWAY as error:
        raise BusBusy(f"{type(error).__name__}: {error}") from error
    except RuntimeError as error:
        # uvloop says so to whoever writes to a connection that the broker has just closed.
        if "the handler is closed" not in str(error):
            raise
        raise BusBusy("a connection was closed while it was written to") from error


class KafkaBus:
    """Apache Kafka at these servers."""

    def __init__(self, bootstrap_servers: str, *, client_id: str = "jiesu") -> None:
        self._servers = bootstrap_servers
        self._client_id = client_id

    def producer(self) -> "KafkaProducer":
        return KafkaProducer(self._servers, self._client_id)

    async def consumer(
        self, group: str, topics: Sequence[str], *, instance: str, on_revoke: OnRevoke = let_go
    ) -> "KafkaConsumer":
        consumer: _Client = AIOKafkaConsumer(  # type: ignore[no-untyped-call]
            bootstrap_servers=self._servers,
            client_id=f"{self._client_id}-{group}-{instance}",
            group_id=group,
            group_instance_id=f"{group}-{instance}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            rebalance_timeout_ms=_REBALANCE_MS,
            max_poll_interval_ms=600_000,
            request_timeout_ms=_REQUEST_MS + _REBALANCE_MS,
            fetch_max_wait_ms=250,
            metadata_max_age_ms=30_000,
        )
        listener = _Listener(on_revoke)
        consumer.subscribe(topics=list(topics), listener=listener)
        await _start(consumer)
        return KafkaConsumer(consumer, listener)

    async def create_topics(self, topics: Sequence[Topic]) -> None:
        async with self._admin() as admin:
            brokers = len((await admin.describe_cluster())["brokers"])
            wanted = [_new_topic(topic, replicas=min(3, brokers)) for topic in topics]
            answer = await admin.create_topics(wanted, timeout_ms=_REQUEST_MS)
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise BusBusy(f"topic {name} was not created: {error.__name__}")

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Partition, int]:
        async with self._admin() as admin:
            kept = await admin.list_consumer_group_offsets(group)
            found = await admin.describe_topics(list(topics))
        places = [TopicPartition(each["topic"], p["partition"]) for each in found for p in each["partitions"]]
        async with self._reader() as reader:
            # Where a consumer begins without a kept offset, or with one whose records are deleted by now.
            starts = await reader.beginning_offsets(places)
            ends = await reader.end_offsets(places)
        starts |= {tp: max(starts[tp], kept[tp].offset) for tp in places if tp in kept}
        return {_ours(tp): max(0, ends[tp] - starts[tp]) for tp in places}

    async def read(self, topic: str, *, since: datetime | None = None) -> AsyncIterator[Record]:
        async with self._reader(topic) as reader:
            ends = await _seek(reader, since)
            while ends:
                found = await reader.getmany(*ends, timeout_ms=500, max_records=POLL_LIMIT)
                for tp, records in found.items():
                    for record in records:
                        if record.offset < ends[tp]:
                            yield _record(record)
                ends = {tp: end for tp, end in ends.items() if await reader.position(tp) < end}

    async def close(self) -> None:
        """Nothing is held open here; producers and consumers are closed by who made them."""

    @contextlib.asynccontextmanager
    async def _reader(self, *topics: str) -> AsyncIterator[_Client]:
        reader: _Client = AIOKafkaConsumer(  # type: ignore[no-untyped-call]
            *topics,
            bootstrap_servers=self._servers,
            client_id=f"{self._client_id}-reader",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=_REQUEST_MS,
        )
        await _start(reader)
        try:
            with _in_our_words():
                yield reader
        finally:
            await _stop(reader)

    @contextlib.asynccontextmanager
    async def _admin(self) -> AsyncIterator[_Client]:
        admin: _Client = AIOKafkaAdminClient(bootstrap_servers=self._servers, request_timeout_ms=_REQUEST_MS)
        try:
            with _in_our_words():
                async with asyncio.timeout(_START):
                    await admin.start()
                    yield admin
        finally:
            with contextlib.suppress(*_AWAY):
                async with asyncio.timeout(_CLOSE):
                    await admin.close()


class KafkaProducer:
    """An idempotent producer that is thrown away at the first doubt.

    A batch that timed out may be stored already: the same producer would store it again with new sequence
    numbers and could overtake itself. So it is closed, and the next send makes a new one.
    """

    def __init__(self, servers: str, client_id: str) -> None:
        self._servers = servers
        self._client_id = client_id
        self._connecting = asyncio.Lock()
        self._producer: _Client | None = None

    async def send(self, batch: Sequence[Message]) -> None:
        producer = await self._connected()
        try:
            with _in_our_words():
                async with asyncio.timeout(_PATIENCE):
                    await _send_all(producer, batch)
        except BaseException as error:
            if not isinstance(error, RecordRefused):
                await self._retire(producer)
            raise

    async def close(self) -> None:
        if self._producer is not None:
            await self._retire(self._producer)

    async def _connected(self) -> _Client:
        async with self._connecting:
            if self._producer is None:
                producer: _Client = AIOKafkaProducer(  # type: ignore[no-untyped-call]
                    bootstrap_servers=self._servers,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    # The C codecs come with an optional package; gzip in Python costs more than it saves.
                    compression_type="lz4" if importlib.util.find_spec("cramjam") else None,
                    request_timeout_ms=_REQUEST_MS,
                    max_batch_size=128 * 1024,
                    metadata_max_age_ms=30_000,
                    partitioner=_partition,
                )
                await _start(producer)
                self._producer = producer
            return self._producer

    async def _retire(self, producer: _Client) -> None:
        if self._producer is producer:
            self._producer = None
        await _abandon(producer)


class _Listener(ConsumerRebalanceListener):
    """Knows what is ours, and tells the subscriber before it goes."""

    def __init__(self, on_revoke: OnRevoke) -> None:
        self._on_revoke = on_revoke
        # aiokafka's own answer still names the old partitions while the group is dividing them anew.
        self.held: frozenset[Partition] = frozenset()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.held = frozenset()
        await self._on_revoke(frozenset(map(_ours, revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.held = frozenset(map(_ours, assigned))


class KafkaConsumer:
    """A static member of a consumer group."""

    def __init__(self, consumer: _Client, listener: _Listener) -> None:
        self._consumer = consumer
        self._listener = listener

    def assigned(self) -> frozenset[Partition]:
        # aiokafka tells what its membership met only to who polls, and waits until it is told. While the
        # group divides itself nothing is ours and nobody polls: a broker lost then was never noticed.
        with _in_our_words():
            self._consumer._coordinator.check_errors()
        # The task that learns where the brokers are can die of a broker that is killed while it is asked.
        # Nobody is told: records still come, but who looks for the group's coordinator waits for ever.
        if self._consumer._client._sync_task.done():
            raise BusBusy("the client no longer learns where the brokers are")
        return self._listener.held

    async def poll(
        self, partition: Partition, *, limit: int = POLL_LIMIT, wait: float = 0.5
    ) -> Sequence[Record]:
        tp = _theirs(partition)
        with _in_our_words():
            found = await self._consumer.getmany(tp, timeout_ms=int(wait * 1000), max_records=limit)
        return [_record(record) for record in found.get(tp, ())]

    async def position(self, partition: Partition) -> int:
        with _in_our_words():
            async with asyncio.timeout(_PATIENCE):
                return int(await self._consumer.position(_theirs(partition)))

    async def high_water(self, partition: Partition) -> int:
        tp = _theirs(partition)
        with _in_our_words():
            async with asyncio.timeout(_PATIENCE):
                return int((await self._consumer.end_offsets([tp]))[tp])

    def seek(self, partition: Partition, offset: int) -> None:
        with _in_our_words():
            self._consumer.seek(_theirs(partition), offset)

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        with _in_our_words():
            async with asyncio.timeout(_PATIENCE):
                await self._consumer.commit({_theirs(place): offset for place, offset in offsets.items()})

    async def close(self) -> None:
        await _stop(self._consumer)


def _partition(key: bytes | None, every: Sequence[int], _reachable: Sequence[int]) -> int:
    # The client's own choice, which is the same, costs a send as much again.
    return every[partition_of(key or b"", len(every))]


async def _send_all(producer: _Client, batch: Sequence[Message]) -> None:
    waiting: list[asyncio.Future[object]] = []
    for each in batch:
        sent = await producer.send(each.topic, each.value, key=each.key, headers=list(each.headers))
        # Taken even when we give up waiting: an answer nobody reads is reported as lost.
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        waiting.append(sent)
    if waiting:
        await asyncio.wait(waiting)
    for sent in waiting:
        sent.result()


async def _start(client: _Client) -> None:
    patience = _REQUEST_MS / 1000 if isinstance(client, AIOKafkaProducer) else _START
    try:
        with _in_our_words():
            async with asyncio.timeout(patience):
                await client.start()
    except BaseException:
        await (_abandon(client) if isinstance(client, AIOKafkaProducer) else _stop(client))
        raise


async def _stop(consumer: _Client) -> None:
    """Leave, within a bound, and let nothing live on.

    `stop()` first waits for the membership's task; cut short there, it leaves the tasks that fetch and send
    heartbeats behind, and they would go on in the name of the next consumer.
    """
    if await bounded(consumer.stop(), within=_CLOSE):
        return
    for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
        task = getattr(consumer._coordinator, name, None)
        if task is not None:
            await end(task)
    for part in (consumer._fetcher, consumer._client):
        if part is not None:
            await bounded(part.close(), within=_CLOSE)


async def _abandon(producer: _Client) -> None:
    """Stop without waiting for what was not acknowledged: the sending task goes first, then the connections.

    `stop()` alone flushes first: with the broker away it never ends, and when the broker is back it sends
    what somebody else has sent again since.
    """
    with contextlib.suppress(*_AWAY):
        async with asyncio.timeout(_CLOSE):
            await _end_sending(producer)
            await producer.client.close()
    # There is nothing left that could be stopped; whoever still waits on it is bounded by its own patience.
    producer._closed = True


async def _end_sending(producer: _Client) -> None:
    task = producer._sender.sender_task
    # Cancelled once it still waits for the requests under way; cancelled twice it goes.
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.2)


async def _seek(reader: _Client, since: datetime | None) -> dict[TopicPartition, int]:
    """Put every partition at its start; returns the ends of those that have anything to read."""
    partitions = list(reader.assignment())
    ends = await reader.end_offsets(partitions)
    firsts = await reader.beginning_offsets(partitions)
    if since is not None:
        asked = dict.fromkeys(partitions, int(since.timestamp() * 1000))
        found = await reader.offsets_for_times(asked)
        firsts = {tp: found[tp].offset if found[tp] else ends[tp] for tp in partitions}
    for tp in partitions:
        reader.seek(tp, firsts[tp])
    return {tp: end for tp, end in ends.items() if firsts[tp] < end}


def _new_topic(topic: Topic, *, replicas: int) -> _Client:
    settings = {"cleanup.policy": "compact" if topic.compacted else "delete"}
    if replicas == 3:
        settings["min.insync.replicas"] = "2"
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=settings)  # type: ignore[no-untyped-call]


def _record(record: _Client) -> Record:
    place = record.topic, record.partition, record.offset
    return Record(*place, record.key, record.value, record.headers)


def _ours(tp: TopicPartition) -> Partition:
    return Partition(tp.topic, tp.partition)


def _theirs(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)
