"""Databases with the services' roles and schemas in them, as a deployment has them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url

from deploy.commands.migrate import migrate_all
from shared.store.migrate import prepare

SERVICES = ("intake", "router", "grid", "survey", "scoring")
PASSWORD = "a-password-of-the-tests"


def dsn_of(admin_dsn: str, service: str) -> str:
    """The database as a service's own login role."""
    url = make_url(admin_dsn).set(username=service, password=PASSWORD)
    return url.render_as_string(hide_password=False)


async def furnish(admin_dsn: str, services: Sequence[str]) -> None:
    """Roles, schemas and newest tables of these services; an empty database becomes a copy of a migrated one.

    A hundred modules want the same tables: a server migrates them once, into a database that it copies.
    """
    url = make_url(admin_dsn)
    if not await _is_empty(url):
        await _migrate(url, services)
        return
    pattern = url.set(database="furnished_" + "_".join(services))
    if not await _ask(url, "SELECT count(*) FROM pg_database WHERE datname = $1", pattern.database):
        await _do(url.set(database="postgres"), f'CREATE DATABASE "{pattern.database}"')
        await _migrate(pattern, services)
    await _do(
        url.set(database="postgres"),
        f'DROP DATABASE "{url.database}" WITH (FORCE)',
        f'CREATE DATABASE "{url.database}" TEMPLATE "{pattern.database}"',
    )
    for name in services:
        # What a role may do in a database is not copied with it.
        await prepare(_text(url), name, PASSWORD)


async def _is_empty(url: URL) -> bool:
    query = """
        SELECT (SELECT count(*) FROM pg_namespace WHERE nspname <> ALL($1) AND nspname !~ '^pg_')
            + (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    """
    return not await _ask(url, query, ["public", "information_schema"])


async def _migrate(url: URL, services: Sequence[str]) -> None:
    # Alembic's environment is synchronous code that starts its own loop.
    passwords = dict.fromkeys(services, PASSWORD)
    await asyncio.to_thread(lambda: asyncio.run(migrate_all(_text(url), passwords)))


async def _ask(url: URL, query: str, *arguments: Any) -> Any:
    connection: Any = await asyncpg.connect(_text(url))  # type: ignore[no-untyped-call]
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def _do(url: URL, *statements: str) -> None:
    connection: Any = await asyncpg.connect(_text(url))  # type: ignore[no-untyped-call]
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
