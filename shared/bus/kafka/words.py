"""Translation: places and records as the bus has them, and what goes wrong in the bus's own words."""

import contextlib
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    ConsumerStoppedError,
    IllegalOperation,
    IllegalStateError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from shared.bus.port import BusBusy, Partition, PartitionLost, Record, RecordRefused

AWAY = (KafkaError, ConsumerStoppedError, IllegalOperation, OSError, TimeoutError)
_REFUSED = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTopicError,
    TopicAuthorizationFailedError,
)
_VALUE = itemgetter(1)


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """Raise `BusBusy`, `PartitionLost` or `RecordRefused` for what the client raises within."""
    try:
        yield
    except _REFUSED as error:
        raise RecordRefused(str(error)) from error
    except (CommitFailedError, IllegalStateError) as error:
        raise PartitionLost(str(error)) from error
    except AWAY as error:
        raise BusBusy(f"{type(error).__name__}: {error}") from error
    except RuntimeError as error:
        # uvloop says so to whoever writes to a connection that the broker has just closed.
        if "the handler is closed" not in str(error):
            raise
        raise BusBusy("a connection was closed while it was written to") from error


def record_of(record: Any) -> Record:
    """What the client read, as the bus has it."""
    place = record.topic, record.partition, record.offset
    headers = record.headers
    if not all(map(_VALUE, headers)):
        # Kafka takes a header without a value. To us that is a header that is missing.
        headers = tuple(pair for pair in headers if pair[1] is not None)
    return Record(*place, record.key, record.value, headers)


def ours(tp: TopicPartition) -> Partition:
    """The client's name of a partition in the bus's words."""
    return Partition(tp.topic, tp.partition)


def theirs(partition: Partition) -> TopicPartition:
    """The bus's name of a partition in the client's words."""
    return TopicPartition(partition.topic, partition.number)
