"""How far a group is behind where the broker has deleted what is old: nobody can read it, nobody owes it."""

from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from deploy.local.kafka import LocalKafka
from shared.bus.kafka import KafkaBus
from shared.bus.port import Partition, TopicDiffers
from shared.events.topics import Topic
from tests.contract.bus_engines import Reader, message

pytestmark = pytest.mark.kafka


async def test_what_the_broker_has_deleted_is_nobodys_lag(kafka: LocalKafka) -> None:
    bus, name = KafkaBus(kafka.bootstrap), f"test.{uuid4().hex[:10]}"
    place = Partition(name, 0)
    await bus.create_topics([Topic(name, 1, False, "key", "A test's own.")])
    producer = bus.producer()
    await producer.send([message(name, "k", number) for number in range(10)])
    await producer.close()
    consumer = await bus.consumer("slow", [name], instance="1")
    await Reader(consumer).until(lambda: bool(consumer.assigned()))
    await consumer.commit({place: 2})
    await consumer.close()
    assert [await bus.lag(group, [name]) for group in ("slow", "new")] == [{place: 8}, {place: 10}]
    await _delete(kafka, TopicPartition(name, 0), before=5)
    assert [await bus.lag(group, [name]) for group in ("slow", "new")] == [{place: 5}, {place: 5}]


@pytest.mark.parametrize(
    ("partitions", "policy", "how"),
    [(1, "delete", "1 partitions, not 3"), (3, "compact", "cleanup.policy=compact, not delete")],
)
async def test_a_topic_that_somebody_made_otherwise_is_told(
    kafka: LocalKafka, partitions: int, policy: str, how: str
) -> None:
    """A broker makes a topic by itself as soon as somebody asks for it, if it is let."""
    bus, name = KafkaBus(kafka.bootstrap), f"test.{uuid4().hex[:10]}"
    await bus.create_topics([Topic(name, partitions, policy == "compact", "key", "Somebody else's.")])
    with pytest.raises(TopicDiffers, match=f"{name} is there, with {how}"):
        await bus.create_topics([Topic(name, 3, False, "key", "A test's own.")])


async def _delete(kafka: LocalKafka, place: TopicPartition, *, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()
