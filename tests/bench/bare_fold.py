"""The reference for a fold: poll up to 500 records, read each with pydantic, one `unnest` insert, commit.

What the machine, aiokafka and Postgres allow in one process; it knows no case, decides and says nothing.
"""

import time
from typing import Any

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer
from pydantic import ValidationError

from shared.events.catalog import FACTS
from shared.events.topics import CASE
from tests.bench.house import House

DATABASE = "bare_fold"
MOST = 500
TABLE = (
    "CREATE TABLE heard (id uuid PRIMARY KEY, type text NOT NULL, subject text NOT NULL, fact text NOT NULL)"
)
WRITE = "INSERT INTO heard SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"


def bare_fold(home: House, expected: int) -> float:
    """Facts per second over all that lies on the topic of cases, from the first record to the last commit."""
    home.ground.postgres.create_database(DATABASE)
    return uvloop.run(_folded(home, expected))


async def _folded(home: House, expected: int) -> float:
    connection: Any = await asyncpg.connect(home.ground.postgres.dsn(DATABASE))
    await connection.execute(f"DROP TABLE IF EXISTS heard; {TABLE}")
    consumer: Any = AIOKafkaConsumer(
        CASE.name,
        bootstrap_servers=home.ground.bootstrap,
        group_id=f"bare-fold-{time.time_ns()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        return await _drained(consumer, connection, expected)
    finally:
        await consumer.stop()
        await connection.close()


async def _drained(consumer: Any, connection: Any, expected: int) -> float:
    written, began = 0, 0.0
    while written < expected:
        found = await consumer.getmany(max_records=MOST, timeout_ms=1000)
        began = began or (time.perf_counter() if found else 0.0)
        rows = [_row(record) for records in found.values() for record in records]
        if rows:
            await connection.execute(WRITE, *map(list, zip(*rows, strict=True)))
            await consumer.commit()
            written += len(rows)
    return written / (time.perf_counter() - began)


def _row(record: Any) -> tuple[str, ...]:
    headers = {name: value.decode() for name, value in record.headers}
    try:
        fact = FACTS[headers["ce_type"]].model_validate_json(record.value)
    except ValidationError as error:
        raise SystemExit(f"the benchmark put a fact on the topic that cannot be read: {error}") from None
    return headers["ce_id"], headers["ce_type"], headers["ce_subject"], fact.model_dump_json()
