"""`jiesu token`: a bearer token of the local issuer, for curl and for trying things out."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder

Role = Annotated[list[str], typer.Option("--role", help="A role; may be said more than once.")]
Scope = Annotated[list[str] | None, typer.Option("--scope", help="A scope; may be said more than once.")]
Unit = Annotated[str | None, typer.Option("--unit", help="The unit's code the bearer works for.")]
Subject = Annotated[str, typer.Option("--sub", help="Who the bearer is.")]
Hours = Annotated[float, typer.Option("--hours", min=0.001, max=24 * 365, help="How long it is good.")]


def command(
    role: Role,
    unit: Unit = None,
    sub: Subject = "local",
    hours: Hours = 8,
    scope: Scope = None,
    state: State = None,
) -> None:
    """Print a signed token; the services of this state folder accept it."""
    from deploy.local.keys import Bearer, LocalIssuer

    _require_known(role)
    folder = state_folder(state)
    if unit is not None:
        _warn_of_unknown(unit, folder)
    folder.prepare()
    issuer = LocalIssuer(folder.keys)
    issuer.prepare()
    bearer = Bearer(sub, roles=tuple(role), unit=unit, scope=tuple(scope or ()))
    typer.echo(issuer.sign(bearer, lifetime=timedelta(hours=hours), at=datetime.now(UTC)))


def _warn_of_unknown(unit: str, folder: "StateFolder") -> None:
    """Only said: the directory may know units that were imported since."""
    from deploy.local.plan import BEIJING
    from shared.city.city import directory_files
    from shared.city.directory import NOTHING, read_directory

    run = folder.run()
    city = Path((run.city if run else None) or os.environ.get("JIESU_CITY") or BEIJING)
    if unit not in read_directory(directory_files(city), NOTHING).units:
        typer.echo(f"careful: the city's folder {city} has no unit {unit!r}", err=True)


def _require_known(roles: list[str]) -> None:
    """A mistyped role would make a token that opens nothing."""
    from shared.http.callers import Role

    for role in roles:
        if role not in set(Role):
            known = ", ".join(Role)
            raise typer.BadParameter(f"there is no role {role!r}; there are {known}", param_hint="--role")
