"""A service for a command: put together as it would run, with nothing of it running.

From the environment in a deployment (as `deploy.run` is told it), else from the running local state.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deploy.local.suite import NAMES

if TYPE_CHECKING:
    from deploy.local.state import RunFile, StateFolder
    from shared.service import Flat, Service


def service_called(name: str) -> "Service[Any, Any]":
    """The declared service. Exits with a message when there is none of that name."""
    if name not in NAMES:
        typer.echo(f"there is no service {name!r}; there are {', '.join(NAMES)}", err=True)
        raise typer.Exit(2)
    declared: Service[Any, Any] = import_module(f"services.{name}.app").SERVICE
    return declared


@asynccontextmanager
async def standing(
    name: str, state: "StateFolder", *, city: Path | None = None, environment: Mapping[str, str] = os.environ
) -> AsyncIterator["Flat"]:
    """The service with its store and bus at hand; connections end with the block."""
    from shared.service import flat_of, let_go

    service = service_called(name)
    told = environment_of(name, state, environment) | ({"JIESU_CITY": str(city)} if city else {})
    settings = service.settings.told(
        **{key.removeprefix("JIESU_").lower(): text for key, text in told.items()}
    )
    flat = flat_of(service, settings)
    try:
        yield flat
    finally:
        await let_go(flat)


async def require_own(flat: "Flat") -> None:
    """Raise `SchemaOfAnotherService` when the address leads to another service's tables."""
    # Not by the store: that would read the city first, from tables that may not be there.
    async with flat.store.session() as connection:
        await flat.service.schema.require_own(connection)


def environment_of(name: str, state: "StateFolder", environment: Mapping[str, str]) -> dict[str, str]:
    """What the service is told: by the environment if it names a database, else by the local run."""
    own = environment.get(f"JIESU_DATABASE_URL_{name.upper()}") or environment.get("JIESU_DATABASE_URL")
    if own:
        told = {key: text for key, text in environment.items() if key.startswith("JIESU_")}
        # A job that acts for several is told each one's folder: none is given another's keys.
        keys = environment.get(f"JIESU_KEYS_{name.upper()}")
        return {**told, "JIESU_DATABASE_URL": own, **({"JIESU_KEYS": keys} if keys else {})}
    return _told_locally(name, state)


def local_run(state: "StateFolder") -> "RunFile":
    """What runs in this folder. Exits with a message when nothing does."""
    run = state.run()
    if run is None:
        typer.echo(f"nothing runs in {state.path}; start it with `jiesu run`", err=True)
        raise typer.Exit(3)
    return run


def _told_locally(name: str, state: "StateFolder") -> dict[str, str]:
    from deploy.local.plan import BEIJING, DATABASE
    from deploy.local.postgres import LocalPostgres
    from deploy.local.state import model_folder

    run = local_run(state)
    postgres = LocalPostgres(state.path).attach()
    return {
        "JIESU_DATABASE_URL": postgres.dsn(DATABASE, user=name, password=state.password(name)),
        "JIESU_BUS": run.bus,
        **({"JIESU_KAFKA_BOOTSTRAP_SERVERS": run.bootstrap} if run.bootstrap else {}),
        "JIESU_KEYS": str(state.keys / name),
        "JIESU_JWKS": str(state.keys / "jwks.json"),
        "JIESU_CITY": run.city or str(BEIJING),
        "JIESU_MODEL": str(model_folder(state.path, os.environ)),
        # What a command has services say must not be said at another time than theirs.
        **({"JIESU_CLOCK_FILE": run.clock_file} if run.clock_file else {}),
    }
