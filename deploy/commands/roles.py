"""`jiesu roles`: a login role and an empty schema for each service; the one job that is an administrator."""

from typing import Annotated

import typer

AdminDsn = Annotated[
    str, typer.Option("--admin-dsn", envvar="JIESU_ADMIN_DATABASE_URL", help="The administrator's address.")
]


def command(admin_dsn: AdminDsn) -> None:
    """Make the roles and schemas that JIESU_DATABASE_URL_<SERVICE> name; safe to run again."""
    import asyncio
    import os

    from deploy.commands.migrate import passwords_from
    from deploy.local.suite import NAMES
    from shared.store.migrate import prepare

    passwords = passwords_from(os.environ, NAMES)
    if not passwords:
        typer.secho("no JIESU_DATABASE_URL_<SERVICE> is set: no role to make", fg=typer.colors.RED, err=True)
        raise typer.Exit(1)

    async def prepare_each() -> None:
        for name, password in passwords.items():
            await prepare(admin_dsn, name, password)

    asyncio.run(prepare_each())
    typer.echo(f"roles and schemas are there: {', '.join(passwords)}")
