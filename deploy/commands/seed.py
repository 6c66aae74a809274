"""`jiesu seed`: put a city's folder in: units and lists are published, a local client app gets its key."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder
    from shared.city.responsibility_lists import ListDocument
    from shared.service import Flat

SEEDED = "seeded.json"
API_KEY = "local-api-key"
SEED = "seed"
"""Who put in what came with the city's folder."""


def command(state: State = None) -> None:
    """Publish what the city's folder says of units and duties; make the local client's API key."""
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
        told = await _publish(flat)
    await _client_key(state, environment)
    await _knowledge(state, city, environment)
    state.write(SEEDED, {"city": found})
    return told


async def _publish(flat: "Flat") -> str:
    """The folder's directory, unless somebody imported another since; its lists, unless they are known."""
    from services.router import handlers
    from services.router.domain.records import ImportDirectory
    from services.router.store.directory_queries import directory_versions
    from shared.city.city import directory_files, list_documents

    folder = flat.settings.city
    async with flat.store.read() as connection:
        versions = await directory_versions(connection, before=None, limit=1)
    if versions and versions[0].source != SEED:
        told = f"the directory stays as {versions[0].imported_by} imported it (version {versions[0].number})"
    else:
        cmd = ImportDirectory(files=directory_files(folder), source=SEED, by=SEED)
        async with flat.store.work() as work:
            drawn = await handlers.import_directory(work, cmd)
        told = f"{len(drawn.found.units)} units published"
    refused = [await _publish_list(flat, document) for document in list_documents(folder)]
    return "; ".join([told, *filter(None, refused)])


async def _publish_list(flat: "Flat", document: "ListDocument") -> str | None:
    from services.router.domain.records import PublishList
    from services.router.handlers import publish_list
    from shared.city.errors import BrokenFile

    try:
        async with flat.store.work() as work:
            await publish_list(work, PublishList(document=document, by=SEED))
    except BrokenFile as refusal:
        return f"{refusal.message}; what is published stays"
    return None


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
        today = flat.city.day(flat.clock.now())
        async with flat.store.work() as work:
            await add_entries(work, known_entries(flat.settings.city, today))
