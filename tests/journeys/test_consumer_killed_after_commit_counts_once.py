"""heard → committed → (broker away, no offset kept) → kill -9 scoring → heard again → counted once."""

import re

import asyncpg
import pytest

from tests.kit.house import House
from tests.kit.people import eventually
from tests.kit.stage import Stage

ENTRY = "SELECT xmin::text AS written_by, to_jsonb(entries)::text FROM scoring.entries WHERE case_id = $1"
WAITING = "SELECT 1 FROM pg_locks WHERE relation = 'scoring.entries'::regclass AND NOT granted"
DUPLICATES = re.compile(r'^jiesu_facts_heard_total\{[^}]*fate="duplicate"[^}]*\} (\d+)', re.MULTILINE)


@pytest.mark.kafka
async def test_consumer_killed_after_commit_counts_once(house: House, stage: Stage) -> None:
    gate = await asyncpg.connect(house.admin_dsn)
    # With router away nothing else is said about the case: whatever changed its entry was the same fact.
    await house.kill("router")
    try:
        async with gate.transaction():
            await gate.execute("LOCK TABLE scoring.entries IN ACCESS EXCLUSIVE MODE")
            held = await stage.reported()
            # It has the record in its hands now, and waits to write it down.
            await eventually(lambda: house.rows(WAITING), what="scoring at the gate")
            await house.kill("kafka")
        before = await eventually(lambda: house.rows(ENTRY, held.case_id), what="the entry")
        await house.kill("scoring")
    finally:
        await gate.close()
        await house.start("kafka")
        await house.start("scoring")
    try:
        await eventually(lambda: _duplicates(house), what="the same fact again")
        assert await house.rows(ENTRY, held.case_id) == before
    finally:
        await house.start("router")
    await stage.dispatched(held)
    await eventually(
        lambda: house.rows("SELECT orders FROM scoring.entries WHERE case_id = $1", held.case_id),
        until=lambda rows: "work_order_id" in str(rows[0][0]),
    )


async def _duplicates(house: House) -> int:
    page = (await house.town.clients["scoring"].get("/metrics")).text
    return sum(int(count) for count in DUPLICATES.findall(page))
