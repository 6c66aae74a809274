"""`jiesu score`: the ledger of closed months, checked against the topics it was folded from."""

from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder
    from deploy.verifying import Compared

commands = typer.Typer(help="Closed months: verify them by a replay.", no_args_is_help=True)

AdminDsn = Annotated[
    str | None,
    typer.Option(
        "--admin-dsn", envvar="JIESU_ADMIN_DATABASE_URL", help="Default: the running local database."
    ),
]
NOT_VERIFIED = 3
"""As when nothing runs: of no month was found that it differs."""
STOPPED = 130
SHOWN = 20


@commands.callback()
def _group() -> None:
    """Closed months."""


@commands.command()
def verify(admin_dsn: AdminDsn = None, state: State = None) -> None:
    """Fold both topics from the beginning into an empty schema; every closed month must come to its hash.

    Ends with 0 when all are the same, 1 when one is not, 3 when one cannot be told of because the bus has
    deleted facts, when database or bus is away or the policy is not worked by, 130 after Ctrl-C.
    """
    import asyncio

    from deploy.verifying import Verdict
    from shared.bus.fates import Fate, fate_of
    from shared.store.running_city import CityUnsound

    try:
        compared = asyncio.run(_verify(admin_dsn, state_folder(state)))
    except KeyboardInterrupt:
        typer.echo("stopped; nothing is left behind", err=True)
        raise typer.Exit(STOPPED) from None
    except CityUnsound as error:
        typer.echo(f"nothing is verified: {error}", err=True)
        raise typer.Exit(NOT_VERIFIED) from None
    except Exception as error:
        if fate_of(error) is not Fate.BUSY:
            raise
        typer.echo(f"nothing is verified: database or bus is away ({error})", err=True)
        raise typer.Exit(NOT_VERIFIED) from None
    for month in compared:
        _tell(month)
    typer.echo(f"{len(compared)} closed months, {sum(month.is_same for month in compared)} the same")
    verdicts = {month.verdict for month in compared}
    if Verdict.DIFFERS in verdicts:
        raise typer.Exit(1)
    if Verdict.UNKNOWN in verdicts:
        raise typer.Exit(NOT_VERIFIED)


async def _verify(admin_dsn: str | None, state: "StateFolder") -> list["Compared"]:
    from deploy.commands.standing import standing
    from deploy.verifying import verify as replay

    async with standing("scoring", state) as flat:
        return await replay(flat, admin_dsn or _local(state), lambda line: typer.echo(line, err=True))


def _local(state: "StateFolder") -> str:
    from deploy.local.plan import DATABASE
    from deploy.local.postgres import LocalPostgres

    return LocalPostgres(state.path).attach().dsn(DATABASE)


def _tell(month: "Compared") -> None:
    told = month.published or month.kept or ""
    typer.echo(f"{month.period}  {month.verdict}  {told}  {month.lines:,} lines")
    if month.is_same:
        return
    if month.published is None:
        typer.echo("         jiesu.score does not tell of its close")
    if month.kept != told:
        typer.echo(f"         kept     {month.kept or 'nothing'}")
    if month.replayed != told:
        typer.echo(f"         replayed {month.replayed}")
    for each in month.gone:
        typer.echo(f"         deleted on the bus: {each}")
    _list("changed where it is kept", month.changed)
    _list("differs", month.differing)


def _list(what: str, found: tuple[str, ...]) -> None:
    for each in found[:SHOWN]:
        typer.echo(f"         {what}: {each}")
    if len(found) > SHOWN:
        typer.echo(f"         and {len(found) - SHOWN} more")
