"""The bus on Apache Kafka."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from itertools import chain

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.bus.kafka.client import (
    CLOSE,
    FETCH_BYTES,
    HEARTBEAT_MS,
    REBALANCE_MS,
    REQUEST_MS,
    SESSION_MS,
    START,
    Client,
    start,
    stop,
)
from shared.bus.kafka.consumer import KafkaConsumer, Listener
from shared.bus.kafka.producer import KafkaProducer
from shared.bus.kafka.words import AWAY, in_our_words, ours, record_of
from shared.bus.port import POLL_LIMIT, BusBusy, OnRevoke, Partition, Record, TopicDiffers, let_go
from shared.events.topics import Topic


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
        consumer: Client = AIOKafkaConsumer(  # type: ignore[no-untyped-call]
            bootstrap_servers=self._servers,
            client_id=f"{self._client_id}-{group}-{instance}",
            group_id=group,
            group_instance_id=f"{group}-{instance}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            max_poll_interval_ms=600_000,
            request_timeout_ms=REQUEST_MS + REBALANCE_MS,
            fetch_max_wait_ms=250,
            max_partition_fetch_bytes=FETCH_BYTES,
            metadata_max_age_ms=30_000,
        )
        listener = Listener(on_revoke)
        consumer.subscribe(topics=list(topics), listener=listener)
        await start(consumer)
        return KafkaConsumer(consumer, listener)

    async def create_topics(self, topics: Sequence[Topic]) -> None:
        async with self._admin() as admin:
            brokers = len((await admin.describe_cluster())["brokers"])
            wanted = [_new_topic(topic, replicas=min(3, brokers)) for topic in topics]
            answer = await admin.create_topics(wanted, timeout_ms=REQUEST_MS)
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise BusBusy(f"topic {name} was not created: {error.__name__}")
            there = {name for name, code, *_ in answer.topic_errors if code}
            for topic in topics:
                if topic.name in there:
                    await _require_as_declared(admin, topic)

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Partition, int]:
        async with self._unfinished(group, topics) as (_, stretches):
            return {ours(tp): max(0, end - start) for tp, (start, end) in stretches.items()}

    async def next_up(self, group: str, topics: Sequence[str]) -> list[Record]:
        async with self._unfinished(group, topics) as (reader, stretches):
            left = {tp: end for tp, (start, end) in stretches.items() if start < end}
            reader.assign(list(left))
            for tp in left:
                reader.seek(tp, stretches[tp][0])
            found: list[Record] = []
            while left:
                read = await reader.getmany(*left, timeout_ms=500, max_records=1)
                found += [record_of(record) for record in chain.from_iterable(read.values())]
                # Of a compacted topic there may be nothing left up to the end.
                left = {tp: end for tp, end in left.items() if tp not in read}
                left = {tp: end for tp, end in left.items() if await reader.position(tp) < end}
            return found

    @contextlib.asynccontextmanager
    async def _unfinished(
        self, group: str, topics: Sequence[str]
    ) -> AsyncIterator[tuple[Client, dict[TopicPartition, tuple[int, int]]]]:
        """A reader, and from where to where each partition is not finished."""
        async with self._admin() as admin:
            kept = await admin.list_consumer_group_offsets(group)
            found = await admin.describe_topics(list(topics))
        places = [TopicPartition(each["topic"], p["partition"]) for each in found for p in each["partitions"]]
        async with self._reader() as reader:
            # Where a consumer begins without a kept offset, or with one whose records are deleted by now.
            starts = await reader.beginning_offsets(places)
            ends = await reader.end_offsets(places)
            starts |= {tp: max(starts[tp], kept[tp].offset) for tp in places if tp in kept}
            yield reader, {tp: (starts[tp], ends[tp]) for tp in places}

    async def read(
        self, topic: str, *, since: datetime | None = None, follow: bool = False
    ) -> AsyncGenerator[Record, None]:
        async with self._reader(topic) as reader:
            ends = await _seek(reader, since)
            while ends and not follow:
                found = await reader.getmany(*ends, timeout_ms=500, max_records=POLL_LIMIT)
                for tp, records in found.items():
                    for record in records:
                        if record.offset < ends[tp]:
                            yield record_of(record)
                ends = {tp: end for tp, end in ends.items() if await reader.position(tp) < end}
            while follow:
                found = await reader.getmany(timeout_ms=500, max_records=POLL_LIMIT)
                for record in chain.from_iterable(found.values()):
                    yield record_of(record)

    async def close(self) -> None:
        """Nothing is held open here; producers and consumers are closed by who made them."""

    @contextlib.asynccontextmanager
    async def _reader(self, *topics: str) -> AsyncIterator[Client]:
        reader: Client = AIOKafkaConsumer(  # type: ignore[no-untyped-call]
            *topics,
            bootstrap_servers=self._servers,
            client_id=f"{self._client_id}-reader",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=REQUEST_MS,
        )
        await start(reader)
        try:
            with in_our_words():
                yield reader
        finally:
            await stop(reader)

    @contextlib.asynccontextmanager
    async def _admin(self) -> AsyncIterator[Client]:
        admin: Client = AIOKafkaAdminClient(bootstrap_servers=self._servers, request_timeout_ms=REQUEST_MS)
        try:
            with in_our_words():
                async with asyncio.timeout(START):
                    await admin.start()
                    yield admin
        finally:
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(CLOSE):
                    await admin.close()


async def _seek(reader: Client, since: datetime | None) -> dict[TopicPartition, int]:
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


async def _require_as_declared(admin: Client, topic: Topic) -> None:
    """A broker that makes topics by itself makes them otherwise, and nothing would say so."""
    (found,) = await admin.describe_topics([topic.name])
    count = len(found["partitions"])
    if count < topic.partitions:
        raise TopicDiffers(topic.name, f"{count} partitions, not {topic.partitions}")
    asked: Client = ConfigResource(  # type: ignore[no-untyped-call]
        ConfigResourceType.TOPIC, topic.name, {"cleanup.policy": None}
    )
    (answer,) = await admin.describe_configs([asked])
    ((*_, settings),) = answer.resources
    for name, value, *_ in settings:
        if value != _policy(topic):
            raise TopicDiffers(topic.name, f"{name}={value}, not {_policy(topic)}")


def _policy(topic: Topic) -> str:
    return "compact" if topic.compacted else "delete"


def _new_topic(topic: Topic, *, replicas: int) -> Client:
    settings = {"cleanup.policy": _policy(topic)}
    if replicas == 3:
        settings["min.insync.replicas"] = "2"
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=settings)  # type: ignore[no-untyped-call]
