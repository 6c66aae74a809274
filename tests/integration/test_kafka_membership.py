"""What a membership meets while nothing is ours reaches who asks, and closing leaves nothing alive."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaError

from deploy.local.kafka import LocalKafka
from shared.bus.ending import end
from shared.bus.kafka import KafkaBus
from shared.bus.port import BusBusy
from shared.events.topics import Topic
from tests.contract.bus_engines import message

pytestmark = pytest.mark.kafka


async def _topic(bus: KafkaBus) -> str:
    name = f"test.{uuid4().hex[:10]}"
    await bus.create_topics([Topic(name, 1, False, "key", "A test's own.")])
    return name


async def test_an_error_met_while_nothing_is_ours_is_told_without_polling(kafka: LocalKafka) -> None:
    bus = KafkaBus(kafka.bootstrap)
    consumer = await bus.consumer(uuid4().hex, [await _topic(bus)], instance="1")
    # As its own task does when a broker goes while the group is dividing: it waits until somebody was told.
    waiting = asyncio.ensure_future(consumer._consumer._coordinator._push_error_to_user(KafkaError("gone")))
    with pytest.raises(BusBusy, match="gone"):
        consumer.assigned()
    await asyncio.wait_for(waiting, 60)
    await consumer.close()


def _of_the_library(tasks: "set[asyncio.Task[Any]]") -> "set[asyncio.Task[Any]]":
    """Others live in this loop too: what the file's neighbours made for the whole session."""
    return {task for task in tasks if "aiokafka" in task.get_coro().cr_code.co_filename}  # type: ignore[union-attr]


async def test_a_consumer_that_cannot_leave_is_left_behind_without_a_task(
    kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.kafka.client.CLOSE", 0.3)
    bus = KafkaBus(kafka.bootstrap)
    topic = await _topic(bus)
    before = asyncio.all_tasks()
    consumer = await bus.consumer(uuid4().hex, [topic], instance="1")

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(consumer._consumer._coordinator, "close", never)
    running = _of_the_library(asyncio.all_tasks() - before)
    await consumer.close()
    assert running
    assert not _of_the_library(asyncio.all_tasks() - before)


async def test_a_client_that_died_of_a_broker_is_hung_up_all_the_same(
    kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own close raises what it died of: who sends would end with it, and the connections would stay."""
    bus = KafkaBus(kafka.bootstrap)
    topic, producer = await _topic(bus), bus.producer()
    await producer.send([message(topic, "k", 1)])
    consumer = await bus.consumer(uuid4().hex, [topic], instance="1")
    clients = [producer._producer.client, consumer._consumer._client]  # type: ignore[union-attr]
    connections = [each for client in clients for each in client._conns.values()]
    assert all(each.connected() for each in connections)

    async def closed(*_: object) -> None:
        raise RuntimeError("the handler is closed")

    for client in clients:
        monkeypatch.setattr(client, "_metadata_update", closed)
        client.force_metadata_update()
        await asyncio.wait([client._sync_task])
    await producer.close()
    await consumer.close()
    assert not any(each.connected() for each in connections)


async def test_a_client_that_no_longer_learns_where_the_brokers_are_is_told_to_who_asks(
    kafka: LocalKafka,
) -> None:
    bus = KafkaBus(kafka.bootstrap)
    consumer = await bus.consumer(uuid4().hex, [await _topic(bus)], instance="1")
    try:
        consumer.assigned()
        # As when an answer it does not expect ends it: whoever looks for a coordinator waits for it for ever.
        await end(consumer._consumer._client._sync_task)
        with pytest.raises(BusBusy, match="where the brokers are"):
            consumer.assigned()
    finally:
        await consumer.close()
