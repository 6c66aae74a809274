"""Schemas: a role and a schema for each service, and alembic inside it as that role."""

from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.store import partitions
from shared.store.schema import Schema

HERE = Path(__file__).parent


async def prepare(admin_dsn: str, name: str, password: str) -> None:
    """Make the service's role and schema, or bring them to what they must be. Runs as an administrator.

    The role may log in, owns its schema, sees nothing else: the database proves the boundary.
    """
    connection: Any = await asyncpg.connect(admin_dsn)  # type: ignore[no-untyped-call]
    try:
        database = await connection.fetchval("SELECT current_database()")
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f'CREATE ROLE "{name}"')
        await connection.execute(
            f'ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD {quoted}'
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
    finally:
        await connection.close()


async def upgrade(dsn: str, schema: Schema) -> None:
    """Bring the schema to the newest migration, as the service's own role."""
    await _inside(dsn, lambda connection: command.upgrade(_config(schema, connection), "head"))
    engine = create_async_engine(_async(dsn), poolclass=NullPool)
    async with engine.begin() as connection:
        await partitions.ensure_now(connection, partitions.by_month(schema.metadata))
    await engine.dispose()


async def check(dsn: str, schema: Schema) -> None:
    """Raise alembic's error when the tables and the migrations say different things."""
    await _inside(dsn, lambda connection: command.check(_config(schema, connection)))


async def revise(dsn: str, schema: Schema, message: str) -> None:
    """Write the next migration from the difference between tables and database."""
    number = f"{len(list(schema.migrations.glob('[0-9]*.py'))) + 1:04d}"
    await _inside(
        dsn,
        lambda connection: command.revision(
            _config(schema, connection), message, autogenerate=True, rev_id=number
        ),
    )


async def _inside(dsn: str, run: Any) -> None:
    engine = create_async_engine(_async(dsn), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


def _async(dsn: str) -> Any:
    return make_url(dsn).set(drivername="postgresql+asyncpg")


def _config(schema: Schema, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / "alembic"))
    config.set_main_option("version_locations", str(schema.migrations))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=schema.metadata, schema=schema.name)
    return config
