"""Saying: facts go into the log and the outbox in the same transaction as the state they tell of.

Called last in a knock, when every aggregate's row is locked or its version checked: so the order of
`seq` is the order of commits for one key.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.envelope import Cause
from shared.events.fact import Fact
from shared.kernel.ids import EventId
from shared.store import driver
from shared.store.bulk import Insert

SHARDS = 16
"""Fixed for ever: a key that changed its shard could overtake itself."""

LOG = """
WITH said AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                         $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                         $14::smallint[])
    WITH ORDINALITY AS u(id, topic, key, aggregatetype, aggregateid, type, sequence, time, source,
                         causation_id, correlation_id, traceparent, payload, shard, place)
), logged AS (
    INSERT INTO event_log (id, topic, key, aggregatetype, aggregateid, type, sequence, time, source,
                           causation_id, correlation_id, traceparent, payload)
    SELECT id, topic, key, aggregatetype, aggregateid, type, sequence, time, source,
           causation_id, correlation_id, traceparent, payload::json FROM said
)
INSERT INTO outbox (shard, id) SELECT shard, id FROM said ORDER BY place
"""

LOGGED = (
    "id",
    "topic",
    "key",
    "aggregatetype",
    "aggregateid",
    "type",
    "sequence",
    "time",
    "source",
    "causation_id",
    "correlation_id",
    "traceparent",
    "payload",
)
NAMES = (*LOGGED, "shard")


class Said(NamedTuple):
    """A fact about to be logged: of which aggregate, as its how manieth, and why."""

    id: EventId
    fact: Fact
    aggregate: str
    aggregate_id: str
    sequence: int
    time: datetime
    source: str
    cause: Cause


def shard_of(key: str) -> int:
    """Which of the relay's shards a key belongs to; the same in every process and for ever."""
    return crc32(key.encode()) % SHARDS


async def log(connection: AsyncConnection, said: Sequence[Said]) -> None:
    """Write facts to `event_log` and `outbox` in their order, in one statement."""
    if not said:
        return
    rows = [_row(one) for one in said]
    await driver.execute(connection, LOG, tuple(zip(*rows, strict=True)))


def additions(said: Sequence[Said], log: Table, outbox: Table) -> Iterable[Insert]:
    """The same as rows, for a work that is written together with others."""
    if said:
        whole = [dict(zip(NAMES, _row(one), strict=True)) for one in said]
        yield Insert(log, [{name: row[name] for name in LOGGED} for row in whole])
        yield Insert(outbox, [{"shard": row["shard"], "id": row["id"]} for row in whole])


def _row(one: Said) -> tuple[object, ...]:
    key = one.fact.key()
    return (
        one.id,
        one.fact.topic().name,
        key,
        one.aggregate,
        one.aggregate_id,
        one.fact.type_name(),
        one.sequence,
        one.time,
        one.source,
        one.cause.causation_id,
        one.cause.correlation_id,
        one.cause.traceparent,
        one.fact.model_dump_json(),
        shard_of(key),
    )
