"""The parked rows of a service: facts that are bad for ever, and those of their key that wait behind them.

The key is the record's own key as text, so that a fact without a readable envelope blocks its case too.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.port import Record
from shared.kernel.ids import EventId
from shared.store import driver

KEYS = "SELECT DISTINCT key FROM parked WHERE consumer = $1 AND key = ANY($2::text[])"
ARRIVED = """
WITH blocked AS (
    SELECT DISTINCT key FROM parked WHERE consumer = $1 AND key = ANY($2::text[])
), heard AS (
    INSERT INTO inbox (consumer, event_id)
    SELECT $1, id FROM unnest($3::uuid[]) AS id WHERE NOT EXISTS (SELECT FROM blocked)
    ON CONFLICT DO NOTHING RETURNING event_id
)
SELECT EXISTS (SELECT FROM blocked),
       CASE WHEN count(*) < cardinality($3) THEN coalesce(array_agg(event_id), '{}') END
FROM heard
"""
# By place, since a fact that cannot be read has no id: a record delivered again is parked once.
PARK = """
INSERT INTO parked (consumer, topic, partition, "offset", key, headers, value, reason, behind)
SELECT $1, $2, $3, $4, $5, $6::json, $7, $8, $9 WHERE NOT EXISTS (
    SELECT FROM parked WHERE consumer = $1 AND key = $5 AND topic = $2 AND partition = $3 AND "offset" = $4)
"""
COLUMNS = 'seq, topic, partition, "offset", key, headers::text AS headers, value, reason, behind, parked_at'
OF_KEY = f"SELECT {COLUMNS} FROM parked WHERE consumer = $1 AND key = $2 ORDER BY behind, seq"
# A retry that was broken off leaves nothing but what waited behind: its first stands for the key then.
LISTED = f"""
SELECT {COLUMNS} FROM parked WHERE consumer = $1 AND seq > $2 AND (NOT behind OR $3 OR NOT EXISTS (
    SELECT FROM parked AS other WHERE other.consumer = $1 AND other.key = parked.key
    AND (NOT other.behind OR other.seq < parked.seq)
)) ORDER BY seq LIMIT $4
"""
ONE = f"SELECT {COLUMNS} FROM parked WHERE consumer = $1 AND seq = $2"
BLAME = "UPDATE parked SET behind = false, reason = $3 WHERE consumer = $1 AND seq = $2"
REMOVE = "DELETE FROM parked WHERE consumer = $1 AND seq = $2"
LONGEST = 500
"""Bytes of a key that is kept as it is. An index takes no more than 2,700; ours have fewer than 100."""
COUNT = "SELECT count(*) FROM parked WHERE consumer = $1"
# Who adds behind a parked key shares this lock; who takes a key's rows away holds it alone. Otherwise a fact
# could be put behind a key in the moment its last row goes, and wait for ever.
SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('jiesu parked'), hashtext($1))"
ALONE = "SELECT pg_advisory_xact_lock(hashtext('jiesu parked'), hashtext($1))"


@dataclass(frozen=True, slots=True)
class Letter:
    """One parked record. `behind` means: nothing wrong with it, it waits for its key."""

    seq: int
    key: str
    reason: str
    behind: bool
    parked_at: datetime
    record: Record


def key_of(record: Record) -> str:
    """The key a record blocks, or its own place when it has none: then it blocks nobody."""
    if record.key is None:
        return f"{record.topic}/{record.partition}/{record.offset}"
    if len(record.key) > LONGEST:
        return f"sha256:{sha256(record.key).hexdigest()}"
    # Postgres text takes no NUL.
    return record.key.decode(errors="backslashreplace").replace("\x00", "\\0")


async def arrived(
    connection: AsyncConnection, consumer: str, ids: Sequence[EventId], keys: Collection[str]
) -> tuple[set[EventId] | None, bool]:
    """Write down what was heard, unless any of the keys is parked: which of it is new, and whether one is.

    None: all of it is new. One statement, and next to no answer, for what nearly every batch is.
    """
    [(is_any_parked, found)] = await driver.fetch(connection, ARRIVED, (consumer, keys, ids))
    return (None if found is None else set(found)), is_any_parked


async def parked_among(connection: AsyncConnection, consumer: str, keys: Collection[str]) -> set[str]:
    """Which of these keys are parked; when any is, the answer stays true until we commit."""
    found = {row[0] for row in await driver.fetch(connection, KEYS, (consumer, keys))}
    if not found:
        return found
    await driver.execute(connection, SHARED, (consumer,))
    return {row[0] for row in await driver.fetch(connection, KEYS, (consumer, keys))}


async def park(
    connection: AsyncConnection, consumer: str, record: Record, reason: str, *, behind: bool
) -> None:
    """Put a record aside, once."""
    headers = json.dumps([[name, value.decode("latin-1")] for name, value in record.headers])
    place = (record.topic, record.partition, record.offset)
    arguments = (consumer, *place, key_of(record), headers, record.value, reason, behind)
    await driver.execute(connection, PARK, arguments)


async def hold_alone(connection: AsyncConnection, consumer: str) -> None:
    """Keep consumers from adding behind any key until we commit."""
    await driver.execute(connection, ALONE, (consumer,))


async def letters_of(connection: AsyncConnection, consumer: str, key: str) -> list[Letter]:
    """A key's letters: the bad ones first, then those behind, as they came."""
    return _letters(await driver.fetch(connection, OF_KEY, (consumer, key)))


async def listed(
    connection: AsyncConnection, consumer: str, *, after: int, with_behind: bool, limit: int
) -> list[Letter]:
    """A page of letters by their number: of each parked key at least one."""
    return _letters(await driver.fetch(connection, LISTED, (consumer, after, with_behind, limit)))


async def letter(connection: AsyncConnection, consumer: str, seq: int) -> Letter | None:
    """One letter by its number."""
    found = _letters(await driver.fetch(connection, ONE, (consumer, seq)))
    return found[0] if found else None


async def blame(connection: AsyncConnection, consumer: str, seq: int, reason: str) -> None:
    """Say why a letter is bad, also of one that only waited behind another before."""
    await driver.execute(connection, BLAME, (consumer, seq, reason))


async def remove(connection: AsyncConnection, consumer: str, seq: int) -> None:
    """Take a letter away."""
    await driver.execute(connection, REMOVE, (consumer, seq))


async def count(connection: AsyncConnection, consumer: str) -> int:
    """How many records are parked, those behind counted."""
    return int((await driver.fetch(connection, COUNT, (consumer,)))[0][0])


def _letters(rows: Any) -> list[Letter]:
    return [_letter(row) for row in rows]


def _letter(row: Any) -> Letter:
    pairs: Sequence[Sequence[str]] = json.loads(row["headers"])
    record = Record(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"].encode(),
        value=row["value"],
        headers=tuple((name, value.encode("latin-1")) for name, value in pairs),
    )
    return Letter(row["seq"], row["key"], row["reason"], row["behind"], row["parked_at"], record)
