"""`jiesu migrate`: a login role, a schema and the newest tables for each service; safe to run again."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from shared.store.schema import Schema

AdminDsn = Annotated[
    str | None,
    typer.Option(
        "--admin-dsn", envvar="JIESU_ADMIN_DATABASE_URL", help="Default: the running local database."
    ),
]


async def migrate_all(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Bring every service named in `passwords` to its newest tables, each as its own role."""
    from shared.store.migrate import prepare, upgrade

    for name, password in passwords.items():
        await prepare(admin_dsn, name, password)
        await upgrade(role_dsn(admin_dsn, name, password), schema_of(name))


def role_dsn(admin_dsn: str, name: str, password: str) -> str:
    """The same database, entered as a service's role."""
    from sqlalchemy.engine import make_url

    return make_url(admin_dsn).set(username=name, password=password).render_as_string(hide_password=False)


def schema_of(name: str) -> "Schema":
    """What alembic needs to know of a service, as the service itself declares it."""
    from importlib import import_module

    schema: Schema = import_module(f"services.{name}.app").SERVICE.schema
    return schema


def urls_from(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Each service's own address out of JIESU_DATABASE_URL_<SERVICE>; services without one are left out."""
    found = {name: environment.get(f"JIESU_DATABASE_URL_{name.upper()}") for name in names}
    return {name: url for name, url in found.items() if url}


def passwords_from(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Each service's password out of JIESU_DATABASE_URL_<SERVICE>; services without one are left out."""
    from sqlalchemy.engine import make_url

    return {name: make_url(url).password or "" for name, url in urls_from(environment, names).items()}


async def upgrade_each(urls: Mapping[str, str]) -> None:
    """Bring every service to its newest tables as its own role; roles and schemas are there already."""
    from shared.store.migrate import upgrade

    for name, url in urls.items():
        await upgrade(url, schema_of(name))


def command(admin_dsn: AdminDsn = None, state: State = None) -> None:
    """Bring every table up to date; with an administrator's address, roles and schemas first."""
    import asyncio
    import os

    from deploy.local.suite import SUITE

    names = tuple(flat.name for flat in SUITE)
    urls = urls_from(os.environ, names)
    if admin_dsn is None and urls:
        asyncio.run(upgrade_each(urls))
        done = tuple(urls)
    elif admin_dsn is None:
        asyncio.run(migrate_all(*_of_local_run(state, names)))
        done = names
    else:
        passwords = passwords_from(os.environ, names)
        asyncio.run(migrate_all(admin_dsn, passwords))
        done = tuple(passwords)
    typer.echo(f"up to date: {', '.join(done)}")


def _of_local_run(state: Path | None, names: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    from deploy.commands.standing import local_run
    from deploy.local.plan import DATABASE
    from deploy.local.postgres import LocalPostgres

    folder = state_folder(state)
    local_run(folder)
    passwords = {name: folder.password(name) for name in names}
    return LocalPostgres(folder.path).attach().dsn(DATABASE), passwords
