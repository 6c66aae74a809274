"""Records in their table: written under the partition's row lock, read by offset."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.bus.partitioning import partition_of
from shared.bus.port import Message, Partition, Record, RecordRefused

# The lock is held until commit: so a later commit can never hide an earlier offset, and none is skipped.
ALLOCATE = """
UPDATE bus.log SET next = next + $3 WHERE topic = $1 AND partition = $2
RETURNING next - $3, clock_timestamp()
"""
COLUMNS = ("topic", "partition", "offset", "at", "key", "value", "header_names", "header_values")
READ = """
SELECT topic, partition, "offset", key, value, header_names, header_values FROM bus.record
WHERE topic = $1 AND partition = $2 AND "offset" >= $3 ORDER BY "offset" LIMIT $4
"""
HIGH_WATER = "SELECT topic, partition, next FROM bus.log WHERE topic = ANY($1::text[])"
FIRST_SINCE = """
SELECT log.partition, log.next,
       (SELECT min("offset") FROM bus.record WHERE record.topic = log.topic
        AND record.partition = log.partition AND ($2::timestamptz IS NULL OR at >= $2)) AS first
FROM bus.log WHERE topic = $1 ORDER BY partition
"""


async def append(connection: Any, batch: Sequence[Message], counts: Mapping[str, int]) -> None:
    """Write a batch in one transaction; `counts` is the number of partitions by topic."""
    placed: dict[Partition, list[Message]] = {}
    for message in batch:
        count = counts.get(message.topic)
        if count is None:
            raise RecordRefused(f"there is no topic {message.topic}")
        place = Partition(message.topic, partition_of(message.key or b"", count))
        placed.setdefault(place, []).append(message)
    async with connection.transaction():
        rows: list[tuple[Any, ...]] = []
        # In one order for everybody: two batches cannot wait for each other's partitions.
        for place in sorted(placed):
            messages = placed[place]
            first, now = await connection.fetchrow(ALLOCATE, place.topic, place.number, len(messages))
            rows += [_row(place, offset, now, message) for offset, message in enumerate(messages, first)]
        await connection.copy_records_to_table("record", schema_name="bus", records=rows, columns=COLUMNS)


async def read(connection: Any, partition: Partition, offset: int, limit: int) -> list[Record]:
    """Records from an offset on."""
    rows = await connection.fetch(READ, partition.topic, partition.number, offset, limit)
    return list(map(record_of, rows))


def record_of(row: Any) -> Record:
    """A row of `READ`."""
    topic, partition, offset, key, value, names, values = row
    return Record(topic, partition, offset, key, value, tuple(zip(names, values, strict=True)))


async def high_waters(connection: Any, topics: Sequence[str]) -> dict[Partition, int]:
    """The next offset of every partition of these topics."""
    rows = await connection.fetch(HIGH_WATER, list(topics))
    return {Partition(row[0], row[1]): row[2] for row in rows}


def _row(place: Partition, offset: int, now: object, message: Message) -> tuple[Any, ...]:
    names = [name for name, _ in message.headers]
    values = [value for _, value in message.headers]
    return (place.topic, place.number, offset, now, message.key, message.value, names, values)
