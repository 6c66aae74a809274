"""Copies of parked facts on `<topic>.dlq.<group>`, for whoever watches topics.

The letter itself is the row in `parked`, committed with the inbox; a copy may be missing after a crash or
while the bus is away, and is never waited for long.
"""

import asyncio
import contextlib
from collections.abc import Iterable

from shared.bus.port import BusBusy, Message, Producer, Record, RecordRefused
from shared.events.topics import Topic, dead_letters
from shared.observability.metrics import DEAD_LETTER_COPIES

PATIENCE = 5.0


def dead_letter_topics(topics: Iterable[Topic], groups: Iterable[str]) -> tuple[Topic, ...]:
    """The topics the job creates beside the topics themselves."""
    listed = list(groups)
    return tuple(
        Topic(dead_letters(topic.name, group), 1, False, topic.key, f"What {group} could not handle.")
        for topic in topics
        for group in listed
    )


def copy_of(record: Record, group: str, reason: str) -> Message:
    """The record as it was, with where it came from and why it is here."""
    added = {
        "dlq_reason": reason,
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
    }
    extra = tuple((name, value.encode(errors="backslashreplace")) for name, value in added.items())
    # A null key and a null value together are no message at all for Kafka.
    key = record.key if record.key is not None or record.value is not None else b""
    return Message(dead_letters(record.topic, group), key, record.value, (*record.headers, *extra))


class Copies:
    """Sends copies through a producer of its own: a missing topic must not disturb the relay's."""

    def __init__(self, producer: Producer, *, service: str, group: str) -> None:
        self._producer = producer
        self._service = service
        self._group = group

    async def send(self, record: Record, reason: str) -> None:
        """Try once, briefly."""
        outcome = "failed"
        with contextlib.suppress(BusBusy, RecordRefused, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._producer.send([copy_of(record, self._group, reason)])
            outcome = "sent"
        DEAD_LETTER_COPIES.labels(self._service, outcome).inc()

    async def close(self) -> None:
        await self._producer.close()
