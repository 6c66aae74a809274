"""Schemas: a role and a schema for each service, and alembic inside it as that role.

The version before goes on serving meanwhile. Whoever waits for a table's lock holds up all who ask for the
table after him: so a migration waits a moment, lets go, and tries again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.kernel.errors import Conflict, Unavailable
from shared.store import partitions
from shared.store.busy import lock_not_free
from shared.store.schema import Schema

HERE = Path(__file__).parent
LOCK_PATIENCE = 5.0
"""Seconds for which requests may have to wait behind a migration."""
TRIES, PAUSE = 10, 2.0
"""How often it is tried, and the seconds in which those who waited go first."""
OWNER = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = $1"
TURN = "SELECT pg_try_advisory_lock(hashtext('jiesu migrate'), hashtext(current_schema()))"


class TablesInUse(Unavailable):
    """Somebody holds a table for longer than we wait; what was done until then stays done."""

    def __init__(self, schema: str) -> None:
        super().__init__(f"a table of {schema} is held by somebody else: look at pg_stat_activity, try again")


class SchemaOfAnother(Conflict):
    """A schema with the service's name is there and is not the service's."""

    def __init__(self, schema: str, owner: str) -> None:
        super().__init__(
            f"the schema {schema} belongs to the role {owner}: it is another program's, or was restored "
            "before `jiesu roles` had made its owner"
        )


class NoSchema(Unavailable):
    """The role sees no schema of its own."""

    def __init__(self, schema: str) -> None:
        super().__init__(f"there is no schema {schema} that this role may use: run `jiesu roles` first")


async def prepare(admin_dsn: str, name: str, password: str) -> None:
    """Make the service's role and schema, or bring them to what they must be. Runs as an administrator.

    The role may log in, owns its schema, sees nothing else: the database proves the boundary.
    Without a password it keeps the one it has. Raises `SchemaOfAnother`.
    """
    connection: Any = await asyncpg.connect(admin_dsn)  # type: ignore[no-untyped-call]
    try:
        database = await connection.fetchval("SELECT current_database()")
        quoted = await connection.fetchval("SELECT 'PASSWORD ' || quote_literal($1::text)", password)
        known_by = quoted if password else ""
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f'CREATE ROLE "{name}"')
        await connection.execute(
            f'ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT {known_by}'
        )
        await connection.execute(
            f"""
            REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;
            GRANT CONNECT ON DATABASE "{database}" TO "{name}";
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            CREATE SCHEMA IF NOT EXISTS "{name}" AUTHORIZATION "{name}";
            ALTER ROLE "{name}" IN DATABASE "{database}" SET search_path = "{name}";
            """
        )
        owner = await connection.fetchval(OWNER, name)
        if owner != name:
            raise SchemaOfAnother(name, owner)
    finally:
        await connection.close()


async def upgrade(dsn: str, schema: Schema, *, to: str = "head") -> bool:
    """Bring the schema to a migration, the newest, as the service's own role.

    Several may be told to at the same time: one does it, and the others find it done. Tables of a newer
    release are left as they are, and the answer is False: whoever goes back a release is not held up by them.
    Raises `TablesInUse`, `NoSchema`, `SchemaOfAnotherService`.
    """
    async with _connected(dsn) as connection:
        await _take_turn(connection, schema)
        await schema.require_own(connection)
        found = await connection.run_sync(_version)
        await connection.commit()
        if found > schema.newest:
            return False
        for left in reversed(range(TRIES)):
            try:
                await connection.run_sync(lambda own: command.upgrade(_config(schema, own), to))
                await partitions.ensure_now(connection, partitions.by_month(schema.metadata))
                await connection.commit()
            except DBAPIError as error:
                await connection.rollback()
                if not lock_not_free(error):
                    raise
                if not left:
                    raise TablesInUse(schema.name) from None
            else:
                break
            await asyncio.sleep(PAUSE)
    return True


async def check(dsn: str, schema: Schema) -> None:
    """Raise alembic's error when the tables and the migrations say different things."""
    async with _connected(dsn) as connection:
        await connection.run_sync(lambda own: command.check(_config(schema, own)))


async def revise(dsn: str, schema: Schema, message: str) -> None:
    """Write the next migration from the difference between tables and database."""
    number = f"{len(list(schema.migrations.glob('[0-9]*.py'))) + 1:04d}"
    async with _connected(dsn) as connection:
        await connection.run_sync(
            lambda own: command.revision(_config(schema, own), message, autogenerate=True, rev_id=number)
        )


@contextlib.asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[AsyncConnection]:
    told = {"lock_timeout": f"{int(LOCK_PATIENCE * 1000)}", "application_name": "jiesu migrate"}
    engine = create_async_engine(_async(dsn), poolclass=NullPool, connect_args={"server_settings": told})
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _take_turn(connection: AsyncConnection, schema: Schema) -> None:
    # Not waited for in the database: an index is built once every statement that began before is over, and
    # the builder would wait for us while we wait for him.
    for _ in count():
        is_ours = await connection.scalar(text(TURN))
        await connection.commit()
        if is_ours is None:  # It has no current schema.
            raise NoSchema(schema.name)
        if is_ours:
            return
        await asyncio.sleep(PAUSE)


def _version(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _async(dsn: str) -> Any:
    return make_url(dsn).set(drivername="postgresql+asyncpg")


def _config(schema: Schema, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / "alembic"))
    config.set_main_option("version_locations", str(schema.migrations))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=schema.metadata, schema=schema.name)
    return config
