"""`jiesu migrate`: a login role, a schema and the newest tables for each service; safe to run again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from shared.store.migrate import Schema

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


def passwords_from(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Each service's password out of JIESU_DATABASE_URL_<SERVICE>; services without one are left out."""
    from sqlalchemy.engine import make_url

    urls = {name: environment.get(f"JIESU_DATABASE_URL_{name.upper()}") for name in names}
    return {name: make_url(url).password or "" for name, url in urls.items() if url}


def command(admin_dsn: AdminDsn = None, state: State = None) -> None:
    """Create roles and schemas and bring every table up to date."""
    import asyncio
    import os

    from deploy.local.plan import DATABASE
    from deploy.local.postgres import LocalPostgres
    from deploy.local.suite import SUITE

    names = tuple(flat.name for flat in SUITE)
    if admin_dsn is None:
        folder = state_folder(state)
        admin_dsn = LocalPostgres(folder.path).attach().dsn(DATABASE)
        passwords = {name: folder.password(name) for name in names}
    else:
        passwords = passwords_from(os.environ, names)
    asyncio.run(migrate_all(admin_dsn, passwords))
    typer.echo(f"up to date: {', '.join(passwords)}")
