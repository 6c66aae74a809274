"""F18: tables are changed while the version before serves: nobody waits long, and two who change agree."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.commands.migrate import role_dsn, schema_of
from deploy.local.postgres import LocalPostgres
from shared.store import migrate
from tests.kit.people import eventually

pytestmark = pytest.mark.postgres

BEFORE_INDEX = "0004"
INDEX = "ix_readings_by_at_reading_id"
BUILT = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"
NOTE = """
INSERT INTO readings (reading_id, case_id, callback_id, "by", at)
VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'a caller', now())
"""
WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jiesu migrate' AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def dsn(postgres: LocalPostgres) -> AsyncIterator[str]:
    """Survey's schema as it was before its newest index."""
    name = f"test_{uuid4().hex[:12]}"
    await asyncio.to_thread(postgres.create_database, name)
    await migrate.prepare(postgres.dsn(name), "survey", "password")
    own = role_dsn(postgres.dsn(name), "survey", "password")
    await migrate.upgrade(own, schema_of("survey"), to=BEFORE_INDEX)
    yield own
    await asyncio.to_thread(postgres.execute, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def service(dsn: str) -> AsyncIterator[Any]:
    """The version before, which serves."""
    connection: Any = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def test_an_index_is_built_beside_what_is_written(dsn: str, service: Any) -> None:
    under_way: Any = await asyncpg.connect(dsn)
    open_one = under_way.transaction()
    await open_one.start()
    await under_way.execute(NOTE)
    upgrading = asyncio.create_task(migrate.upgrade(dsn, schema_of("survey")))
    await eventually(lambda: service.fetchval(WAITS), what="the index waits for what began before")
    await service.execute("SET statement_timeout = '20s'")
    await service.execute(NOTE)
    assert not upgrading.done()
    await open_one.commit()
    await under_way.close()
    await upgrading
    assert await service.fetchval(BUILT, INDEX)
    assert await service.fetchval("SELECT count(*) FROM readings") == 2


async def test_what_a_broken_attempt_left_behind_is_built_anew(dsn: str, service: Any) -> None:
    await service.execute(NOTE)
    await service.execute(f'CREATE INDEX {INDEX} ON readings ((1 / (length("by") - length("by") + 1)))')
    await migrate.upgrade(dsn, schema_of("survey"))
    shape = await service.fetchval("SELECT pg_get_indexdef(to_regclass($1)::oid)", INDEX)
    assert shape.endswith("(by, at, reading_id)")


async def test_a_held_table_is_waited_for_a_moment_and_tried_again(
    dsn: str, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_PATIENCE", 0.1)
    monkeypatch.setattr(migrate, "PAUSE", 0.0)
    monkeypatch.setattr(migrate, "TRIES", 2)
    # What the newest migration writes last.
    async with service.transaction():
        await service.execute("LOCK TABLE alembic_version IN SHARE MODE")
        with pytest.raises(migrate.TablesInUse, match="a table of survey is held by somebody else"):
            await migrate.upgrade(dsn, schema_of("survey"))
    assert await service.fetchval("SELECT version_num FROM alembic_version") == BEFORE_INDEX
    await migrate.upgrade(dsn, schema_of("survey"))
    assert await service.fetchval(BUILT, INDEX)


async def test_of_two_that_are_told_to_one_does_it(dsn: str, service: Any) -> None:
    schema = schema_of("survey")
    await asyncio.gather(migrate.upgrade(dsn, schema), migrate.upgrade(dsn, schema))
    assert await service.fetchval(BUILT, INDEX)
