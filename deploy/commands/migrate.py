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


async def migrate_all(admin_dsn: str, passwords: Mapping[str, str]) -> list[str]:
    """Bring each service of `passwords` to its newest tables as its own role; those that have newer ones."""
    from shared.store.migrate import prepare

    for name, password in passwords.items():
        await prepare(admin_dsn, name, password)
    return await upgrade_each({name: role_dsn(admin_dsn, name, passwords[name]) for name in passwords})


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
    from shared.kernel.settings import WrongSetting

    found = {name: environment.get(f"JIESU_DATABASE_URL_{name.upper()}") for name in names}
    for name, url in found.items():
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise WrongSetting(
                f"JIESU_DATABASE_URL_{name.upper()} is refused: write postgresql://role:password@host:port/database"
            )
    return {name: url for name, url in found.items() if url}


def passwords_from(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Each service's password out of JIESU_DATABASE_URL_<SERVICE>; services without one are left out."""
    from sqlalchemy.engine import make_url

    return {name: make_url(url).password or "" for name, url in urls_from(environment, names).items()}


async def upgrade_each(urls: Mapping[str, str]) -> list[str]:
    """Bring every service to its newest tables as its own role; those whose tables are a newer release's."""
    from shared.store.migrate import upgrade

    return [name for name, url in urls.items() if not await upgrade(url, schema_of(name))]


def command(admin_dsn: AdminDsn = None, state: State = None) -> None:
    """Bring every table up to date; with an administrator's address, roles and schemas first."""
    import asyncio
    import os

    from deploy.local.suite import NAMES

    urls = urls_from(os.environ, NAMES)
    if admin_dsn is None and urls:
        newer = asyncio.run(upgrade_each(urls))
        done = tuple(urls)
    elif admin_dsn is None:
        newer = asyncio.run(migrate_all(*_of_local_run(state, NAMES)))
        done = NAMES
    else:
        passwords = passwords_from(os.environ, NAMES)
        newer = asyncio.run(migrate_all(admin_dsn, passwords))
        done = tuple(passwords)
    for name in newer:
        typer.echo(f"the tables of {name} are a newer release's, and are left as they are", err=True)
    typer.echo(f"up to date: {', '.join(name for name in done if name not in newer) or 'none'}")


def _of_local_run(state: Path | None, names: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    from deploy.commands.standing import local_run
    from deploy.local.plan import DATABASE
    from deploy.local.postgres import LocalPostgres

    folder = state_folder(state)
    local_run(folder)
    passwords = {name: folder.password(name) for name in names}
    return LocalPostgres(folder.path).attach().dsn(DATABASE), passwords
