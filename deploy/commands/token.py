"""`jiesu token`: a bearer token of the local issuer, for curl and for trying things out."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deploy.commands.options import State, state_folder

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

    folder = state_folder(state)
    folder.prepare()
    issuer = LocalIssuer(folder.keys)
    issuer.prepare()
    bearer = Bearer(sub, roles=tuple(role), unit=unit, scope=tuple(scope or ()))
    typer.echo(issuer.sign(bearer, lifetime=timedelta(hours=hours), at=datetime.now(UTC)))
