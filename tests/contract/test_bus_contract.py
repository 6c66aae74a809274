"""What a bus is: the same suite on Kafka and on the embedded engine, both real."""

import asyncio
import collections
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.kafka import LocalKafka
from deploy.local.postgres import LocalPostgres
from deploy.local.waiting import wait_until
from shared.bus.embedded import prepare
from shared.bus.port import Bus, BusBusy, Partition, PartitionLost, Producer, RecordRefused
from tests.contract.bus_engines import Engine, Reader, message, per_key, send_through

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgres]:
    """Killed here, so not the session's."""
    server = LocalPostgres(tmp_path_factory.mktemp("bus_postgres"))
    server.start()
    yield server
    server.discard()


@pytest.fixture(scope="module", params=["embedded", "kafka"])
async def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "kafka":
        broker: LocalKafka = request.getfixturevalue("kafka")
        return Engine("kafka", lambda: broker.bootstrap, broker)
    server: LocalPostgres = request.getfixturevalue("own_postgres")
    connection = await asyncpg.connect(server.dsn())
    await prepare(connection)
    await connection.close()
    return Engine("embedded", server.dsn, server)


@pytest.fixture
async def bus(engine: Engine) -> AsyncIterator[Bus]:
    bus = engine.bus()
    yield bus
    await bus.close()


@pytest.fixture
async def producer(bus: Bus) -> AsyncIterator[Producer]:
    producer = bus.producer()
    yield producer
    await producer.close()


@contextlib.asynccontextmanager
async def member(bus: Bus, group: str, topic: str, instance: str) -> AsyncIterator[Reader]:
    consumer = await bus.consumer(group, [topic], instance=instance)
    try:
        yield Reader(consumer)
    finally:
        await consumer.close()


def a_group() -> str:
    return f"group-{uuid4().hex[:8]}"


KEYS = [f"key-{number}" for number in range(20)]


async def test_records_of_a_key_come_in_the_order_they_were_sent(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic = await engine.topic(bus)
    for start in range(0, 100, 10):
        await producer.send([message(topic, key, n) for n in range(start, start + 10) for key in KEYS])
    async with member(bus, a_group(), topic, "1") as reader:
        await reader.until(lambda: len(reader.records) >= 2000)
    assert per_key(reader.records) == {key: list(range(100)) for key in KEYS}


async def test_a_key_goes_where_javas_client_would_send_it(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic = await engine.topic(bus, partitions=12)
    await producer.send([message(topic, key, 0) for key in ("21", "foobar", "a-little-bit-long-string")])
    found = {record.key: record.partition async for record in bus.read(topic)}
    # From Kafka's own UtilsTest: murmur2 of these is -973932308, -790332482, -985981536.
    expected = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    assert found == {key: (hashed & 0x7FFFFFFF) % 12 for key, hashed in expected.items()}


async def test_headers_keys_and_bytes_arrive_as_they_were(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic = await engine.topic(bus)
    sent = message(topic, "接诉即办", 7)
    await producer.send([sent])
    [record] = [record async for record in bus.read(topic)]
    assert (record.key, record.value, record.headers) == (sent.key, sent.value, sent.headers)


async def test_a_group_goes_on_where_it_committed(engine: Engine, bus: Bus, producer: Producer) -> None:
    topic, group = await engine.topic(bus, partitions=1), a_group()
    partition = Partition(topic, 0)
    await producer.send([message(topic, "k", n) for n in range(10)])
    async with member(bus, group, topic, "1") as reader:
        await reader.until(lambda: partition in reader.consumer.assigned())
        assert [r.offset for r in await reader.consumer.poll(partition, limit=10, wait=5)] or reader.records
        await reader.consumer.commit({partition: 4})
        assert await reader.consumer.high_water(partition) == 10
        assert (await bus.lag(group, [topic]))[partition] == 6
    async with member(bus, group, topic, "1") as reader:
        await reader.until(lambda: len(reader.records) >= 6)
        assert [record.offset for record in reader.records] == [4, 5, 6, 7, 8, 9]
        assert await reader.consumer.position(partition) == 10


async def test_what_a_group_never_committed_counts_from_the_beginning(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic, unheard, group = await engine.topic(bus, partitions=2), await engine.topic(bus), a_group()
    assert await bus.lag(group, [topic]) == {Partition(topic, 0): 0, Partition(topic, 1): 0}
    await producer.send([message(name, key, 0) for key in KEYS for name in (topic, unheard)])
    everything = collections.Counter([Partition(topic, r.partition) async for r in bus.read(topic)])
    assert len(everything) == 2
    assert await bus.lag(group, [topic]) == everything
    first, second = everything
    async with member(bus, group, topic, "1") as reader:
        await reader.until(lambda: len(reader.consumer.assigned()) == 2)
        await reader.consumer.commit({first: everything[first] - 1})
    assert await bus.lag(group, [topic]) == {first: 1, second: everything[second]}
    assert await bus.lag(group, ["no.such.topic"]) == {}


async def test_a_groups_next_records_are_the_first_it_has_not_finished(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic, group = await engine.topic(bus, partitions=2), a_group()
    assert await bus.next_up(group, [topic]) == []
    await producer.send([message(topic, key, number) for number in range(3) for key in KEYS])
    lying = [record async for record in bus.read(topic)]
    firsts = [record for record in lying if record.offset == 0]
    assert len(firsts) == 2
    assert sorted(await bus.next_up(group, [topic])) == sorted(firsts)
    done, begun = (Partition(topic, record.partition) for record in firsts)
    async with member(bus, group, topic, "1") as reader:
        await reader.until(lambda: len(reader.consumer.assigned()) == 2)
        ends = {place: await reader.consumer.high_water(place) for place in (done, begun)}
        await reader.consumer.commit({done: ends[done], begun: 2})
    (left,) = [record for record in lying if (record.partition, record.offset) == (begun.number, 2)]
    assert await bus.next_up(group, [topic]) == [left]
    assert await bus.next_up(group, ["no.such.topic"]) == []


async def test_a_reader_may_seek(engine: Engine, bus: Bus, producer: Producer) -> None:
    topic = await engine.topic(bus, partitions=1)
    partition = Partition(topic, 0)
    await producer.send([message(topic, "k", n) for n in range(10)])
    async with member(bus, a_group(), topic, "1") as reader:
        await reader.until(lambda: len(reader.records) >= 10)
        reader.consumer.seek(partition, 3)
        await reader.until(lambda: len(reader.records) >= 17)
        assert [record.offset for record in reader.records[10:]] == [3, 4, 5, 6, 7, 8, 9]


async def test_reading_from_the_beginning_and_from_a_time(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic = await engine.topic(bus)
    await producer.send([message(topic, key, 1) for key in KEYS])
    between = time.time() + 0.01
    await asyncio.to_thread(wait_until, lambda: time.time() > between + 0.01, within=5)
    await producer.send([message(topic, key, 2) for key in KEYS])
    everything = [record async for record in bus.read(topic)]
    later = [record async for record in bus.read(topic, since=datetime.fromtimestamp(between, UTC))]
    assert per_key(everything) == {key: [1, 2] for key in KEYS}
    assert per_key(later) == {key: [2] for key in KEYS}
    assert [record async for record in bus.read(topic, since=datetime(2100, 1, 1, tzinfo=UTC))] == []


async def test_who_follows_reads_on_from_where_he_is(engine: Engine, bus: Bus, producer: Producer) -> None:
    """What was there and what comes, each record once: also where a partition had nothing at first."""
    topic = await engine.topic(bus)
    await producer.send([message(topic, KEYS[0], n) for n in range(10)])
    beginning = datetime(2020, 1, 1, tzinfo=UTC)
    async with contextlib.aclosing(bus.read(topic, since=beginning, follow=True)) as reading:
        async with asyncio.timeout(60):
            followed = [await anext(reading) for _ in range(10)]
            for n in range(10, 20):
                await producer.send([message(topic, key, n) for key in KEYS])
                followed += [await anext(reading) for _ in KEYS]
    assert sorted(followed) == sorted([record async for record in bus.read(topic)])
    assert per_key(followed) == {key: list(range(0 if key == KEYS[0] else 10, 20)) for key in KEYS}


async def test_two_members_share_and_one_takes_over_when_the_other_leaves(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic, group = await engine.topic(bus), a_group()
    async with member(bus, group, topic, "1") as first:
        await first.until(lambda: len(first.consumer.assigned()) == 4)
        async with member(bus, group, topic, "2") as second:
            await asyncio.gather(
                first.until(lambda: len(first.consumer.assigned()) == 2),
                second.until(lambda: len(second.consumer.assigned()) == 2),
            )
            assert not first.consumer.assigned() & second.consumer.assigned()
            await producer.send([message(topic, key, n) for n in range(10) for key in KEYS])
            both = first.records + second.records
            await asyncio.gather(
                first.until(lambda: len(first.records + second.records) >= 200),
                second.until(lambda: len(first.records + second.records) >= 200),
            )
            both = first.records + second.records
        await first.until(lambda: len(first.consumer.assigned()) == 4, within=60)
    assert per_key(both) == {key: list(range(10)) for key in KEYS}


async def test_what_a_killed_member_had_is_taken_over_and_nothing_is_missed(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic, group = await engine.topic(bus), a_group()
    async with member(bus, group, topic, "1") as survivor:
        child = await engine.child(group, topic, "2")
        await survivor.until(lambda: len(survivor.consumer.assigned()) == 2)
        await producer.send([message(topic, key, 0) for key in KEYS])
        assert child.stdout is not None
        seen = [(await child.stdout.readline()).decode().split()]
        child.kill()
        killed = time.monotonic()
        seen += [line.decode().split() for line in (await child.stdout.read()).splitlines()]
        await child.wait()
        await producer.send([message(topic, key, 1) for key in KEYS])
        await survivor.until(lambda: len(survivor.consumer.assigned()) == 4, within=60)
        handed_over = time.monotonic() - killed
        await survivor.until(lambda: {k for k, n in per_key(survivor.records).items() if 1 in n} == set(KEYS))
    by_both = {key for key, n in per_key(survivor.records).items() if 0 in n} | {
        row[0] for row in seen if row
    }
    assert by_both == set(KEYS)
    assert handed_over < 15


async def test_a_replaced_members_commit_counts_for_nothing(
    engine: Engine, bus: Bus, producer: Producer
) -> None:
    topic, group = await engine.topic(bus, partitions=1), a_group()
    partition = Partition(topic, 0)
    await producer.send([message(topic, "k", n) for n in range(10)])
    old = await bus.consumer(group, [topic], instance="1")
    reader = Reader(old)
    await reader.until(lambda: len(reader.records) >= 10)
    async with member(bus, group, topic, "1") as newer:
        await newer.until(lambda: partition in newer.consumer.assigned())
        with pytest.raises(BusBusy):
            await old.commit({partition: 2})
        await old.close()
        assert (await bus.lag(group, [topic]))[partition] == 0


async def test_a_commit_for_a_partition_of_somebody_else_is_refused(engine: Engine, bus: Bus) -> None:
    topic = await engine.topic(bus, partitions=1)
    async with member(bus, a_group(), topic, "1") as reader:
        await reader.until(lambda: bool(reader.consumer.assigned()))
        with pytest.raises(PartitionLost):
            await reader.consumer.commit({Partition(topic, 3): 1})


async def test_creating_topics_again_changes_nothing(engine: Engine, bus: Bus, producer: Producer) -> None:
    topic = await engine.topic(bus)
    await producer.send([message(topic, "k", 1)])
    with pytest.raises((RecordRefused, BusBusy)):
        await asyncio.wait_for(producer.send([message("no.such.topic", "k", 1)]), 60)
    assert len([record async for record in bus.read(topic)]) == 1


async def test_fifty_thousand_records(engine: Engine, bus: Bus, producer: Producer) -> None:
    topic = await engine.topic(bus)
    keys = [f"case-{number}" for number in range(500)]
    for start in range(0, 100, 4):
        await producer.send([message(topic, key, n) for n in range(start, start + 4) for key in keys])
    async with member(bus, a_group(), topic, "1") as reader:
        await reader.until(lambda: len(reader.records) >= 50_000, within=60)
    last: dict[bytes | None, int] = {}
    for record in reader.records:
        number = int(record.value or b"-1")
        assert number == last.get(record.key, -1) + 1
        last[record.key] = number
    assert set(last.values()) == {99}
    assert len(last) == 500


async def test_a_killed_and_restarted_broker_loses_nothing_that_was_acknowledged(engine: Engine) -> None:
    bus, group = engine.bus(), a_group()
    topic = await engine.topic(bus)
    producer = bus.producer()
    async with member(bus, group, topic, "1") as reader:
        await producer.send([message(topic, key, 0) for key in KEYS])
        await reader.until(lambda: len(reader.records) >= len(KEYS))
        await engine.kill()
        with pytest.raises(BusBusy):
            await producer.send([message(topic, key, 1) for key in KEYS])
        await engine.start()
        await send_through(producer, [message(topic, key, 1) for key in KEYS])
        await send_through(producer, [message(topic, key, 2) for key in KEYS])
        wanted = {key: [0, 1, 2] for key in KEYS}
        await reader.until(lambda: per_key(reader.records) == wanted, within=120)
    await producer.close()
    await bus.close()
