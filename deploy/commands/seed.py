"""`jiesu seed`: put a city's folder in: units are published, a local client app gets its key."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder
    from services.router.store import RouterWork
    from shared.store.work import Store

SEEDED = "seeded.json"
API_KEY = "local-api-key"
AT_ONCE = 1000


def command(state: State = None) -> None:
    """Publish the city's units that are new or changed; make the local client's API key."""
    import asyncio

    typer.echo(asyncio.run(seed(state_folder(state))))


def fingerprint(city: Path) -> str:
    """What the folder holds: the same seed is not put in twice."""
    digest = hashlib.sha256()
    for path in sorted(city.iterdir()):
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


async def seed(
    state: "StateFolder", *, city: Path | None = None, environment: Mapping[str, str] = os.environ
) -> str:
    """Put the city in, or say that it is in; safe to run again and to interrupt."""
    from deploy.commands.standing import standing

    async with standing("router", state, city=city, environment=environment) as flat:
        found = fingerprint(flat.settings.city)
        if state.read(SEEDED).get("city") == found:
            return "the city's units are published"
        published = await _publish(flat.store)
    await _client_key(state, environment)
    await _knowledge(state, city, environment)
    state.write(SEEDED, {"city": found})
    return f"{published} units published"


async def _publish(store: "Store[RouterWork]") -> int:
    from services.router.handlers import publish_units
    from shared.kernel.ids import UnitCode

    codes = [UnitCode(code) for code in store.city.units.by_code]
    published = 0
    for start in range(0, len(codes), AT_ONCE):
        async with store.work() as work:
            published += await publish_units(work, codes[start : start + AT_ONCE])
    return published


async def _client_key(state: "StateFolder", environment: Mapping[str, str]) -> None:
    from deploy.commands.standing import standing
    from services.intake.store.seed import local_api_key

    async with standing("intake", state, environment=environment) as flat, flat.store.work() as work:
        text = await local_api_key(work)
    if text is not None:
        path = state.keys / API_KEY
        path.touch(mode=0o600)
        path.write_text(text)


async def _knowledge(state: "StateFolder", city: Path | None, environment: Mapping[str, str]) -> None:
    from deploy.commands.standing import standing
    from services.intake.handlers.consulting import add_entries
    from services.intake.store.seed import known_entries

    async with standing("intake", state, city=city, environment=environment) as flat:
        today = flat.clock.now().astimezone(flat.city.policy.zone).date()
        async with flat.store.work() as work:
            await add_entries(work, known_entries(flat.settings.city, today))
