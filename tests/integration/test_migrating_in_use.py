"""F18: tables are changed while the version before serves: nobody waits long, and two who change agree."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from deploy.cli import app
from deploy.commands.migrate import role_dsn, schema_of
from deploy.local.postgres import LocalPostgres
from shared.store import migrate
from shared.store.engine import make_engine
from shared.store.schema import TablesBehind
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


async def test_who_goes_back_a_release_is_not_held_up_by_its_newer_tables(dsn: str, service: Any) -> None:
    """The jobs run before the services, and the release before does not know what the newer one made."""
    await migrate.upgrade(dsn, schema_of("survey"))
    await service.execute("UPDATE alembic_version SET version_num = '9999'")
    assert await migrate.upgrade(dsn, schema_of("survey")) is False
    assert await service.fetchval("SELECT version_num FROM alembic_version") == "9999"


async def test_tables_serve_a_release_from_its_newest_migration_on(dsn: str, service: Any) -> None:
    schema = schema_of("survey")
    with pytest.raises(TablesBehind, match=f"survey are at {BEFORE_INDEX}, and not at {schema.newest}"):
        await look_at(dsn)
    await migrate.upgrade(dsn, schema)
    await look_at(dsn)
    await service.execute("UPDATE alembic_version SET version_num = '9999'")
    await look_at(dsn)
    await service.execute("DROP TABLE alembic_version")
    with pytest.raises(TablesBehind, match="at None"):
        await look_at(dsn)


async def look_at(dsn: str) -> None:
    """As a service does to say whether it is ready."""
    engine = make_engine(dsn, pool=2, application_name="survey")
    try:
        async with engine.connect() as connection:
            await schema_of("survey").require_newest(connection)
    finally:
        await engine.dispose()


async def test_a_role_keeps_its_password_when_none_is_named(postgres: LocalPostgres, dsn: str) -> None:
    await migrate.prepare(postgres.dsn(make_url(dsn).database or ""), "survey", "")
    await migrate.upgrade(dsn, schema_of("survey"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"password": "guessed"}, "the database refuses: password authentication failed"),
        ({"database": "nowhere"}, 'the database refuses: database "nowhere" does not exist'),
    ],
)
async def test_what_the_database_refuses_is_said_in_a_sentence(
    dsn: str, wrong: dict[str, str], told: str
) -> None:
    url = make_url(dsn).set(**wrong).render_as_string(hide_password=False)  # type: ignore[arg-type]
    env = {"JIESU_DATABASE_URL_SURVEY": url}
    done = await asyncio.to_thread(CliRunner().invoke, app, ["migrate"], env=env)
    assert (done.exit_code, done.stderr.startswith(told)) == (1, True)


async def test_a_schema_that_is_another_s_is_told_and_not_waited_for(
    postgres: LocalPostgres, dsn: str
) -> None:
    """A dump that was restored before its roles were made leaves its schemas to the administrator."""
    name = make_url(dsn).database or ""
    admin = postgres.dsn(name)
    await asyncio.to_thread(postgres.execute, "ALTER SCHEMA survey OWNER TO postgres", database=name)
    with pytest.raises(migrate.SchemaOfAnother, match="survey belongs to the role postgres"):
        await migrate.prepare(admin, "survey", "password")
    async with asyncio.timeout(30):
        with pytest.raises(migrate.NoSchema, match="run `jiesu roles` first"):
            await migrate.upgrade(dsn, schema_of("survey"))
