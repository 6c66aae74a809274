"""A suite alive, as journeys see it: people who speak HTTP, a clock, a bus to look at, rows to look up."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from deploy.commands.topics import create_topics
from deploy.demo.people import Town
from deploy.local.key_folders import prepare_keys
from deploy.local.keys import Bearer, LocalIssuer
from deploy.local.ports import free_row
from shared.bus.embedded import EmbeddedBus
from shared.bus.embedded.redelivery import Redelivery
from shared.bus.port import Bus
from shared.city.city import City
from shared.service import Flat, flat_of
from tests.kit.city import FOLDER
from tests.kit.clock import DrivenClock
from tests.kit.flats import PASSWORD, SERVICES, dsn_of, furnish
from tests.kit.history import History
from tests.kit.serving import served

PATIENCE = 120.0
"""Seconds until somebody in a journey gives up. Answers come in milliseconds; a service that was killed on
a busy machine may need a minute to stand again.
"""
_SAID = """
SELECT type, source, sequence, aggregateid, time, payload::text AS payload FROM {schema}.event_log
WHERE key = $1 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Suite:
    """Five services, wherever they run."""

    engine: str
    town: Town
    clock: DrivenClock
    history: History
    bus: Bus
    admin_dsn: str
    passwords: Mapping[str, str]
    keys: Path
    issuer: LocalIssuer
    logs: Path | None

    async def rows(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows, as the database's administrator sees them."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def value(self, statement: str, *arguments: object) -> Any:
        """The one value of the one row."""
        return (await self.rows(statement, *arguments))[0][0]

    async def said(self, key: str | UUID, *sources: str) -> list[str]:
        """What services committed to say about a case, in order of their ids, as short names."""
        found: list[asyncpg.Record] = []
        for source in sources or ("router",):
            found += await self.rows(_SAID.format(schema=source), str(key))
        return [row["type"].removeprefix("jiesu.").removesuffix(".v1") for row in found]


@contextlib.asynccontextmanager
async def speaking(urls: Mapping[str, str], issuer: LocalIssuer, history: History) -> AsyncIterator[Town]:
    """A town whose people's every answer is written down."""

    def token(bearer: Bearer) -> str:
        # Tokens follow the machine's own time, not the driven clock.
        return issuer.sign(bearer, lifetime=timedelta(hours=12), at=datetime.now(UTC))

    async with contextlib.AsyncExitStack() as lines:
        clients = {
            name: await lines.enter_async_context(history.client(name, url)) for name, url in urls.items()
        }
        yield Town(clients, token, PATIENCE)


@contextlib.asynccontextmanager
async def in_one_process(admin_dsn: str, keys: Path, *, seed: int, city: City) -> AsyncIterator[Suite]:
    """The five flats in this process on the embedded bus, which delivers again what it delivered before."""
    await furnish(admin_dsn, SERVICES)
    issuer = prepare_keys(keys, SERVICES)
    await create_topics("embedded", None, admin_dsn, SERVICES)
    first = free_row(len(SERVICES))
    ports = {name: first + floor for floor, name in enumerate(SERVICES)}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    clock, history, onlooker = DrivenClock(), History(), EmbeddedBus(admin_dsn)
    async with contextlib.AsyncExitStack() as house:
        house.push_async_callback(onlooker.close)
        for number, name in enumerate(SERVICES):
            bus = EmbeddedBus(dsn_of(admin_dsn, name), redelivery=Redelivery(seed=seed + number))
            settings = settings_of(name, dsn_of(admin_dsn, name), keys, issuer, urls)
            flat = flat_of(declared(name), settings, clock=clock, city=city, bus=bus)
            await house.enter_async_context(_served(flat, ports[name]))
        town = await house.enter_async_context(speaking(urls, issuer, history))
        passwords = dict.fromkeys(SERVICES, PASSWORD)
        yield Suite("embedded", town, clock, history, onlooker, admin_dsn, passwords, keys, issuer, logs=None)


def settings_of(
    name: str, dsn: str, keys: Path, issuer: LocalIssuer, urls: Mapping[str, str] | None = None
) -> Any:
    """What a service would be told by its environment."""
    told: dict[str, Any] = {
        "database_url": dsn,
        "bus": "embedded",
        "jwks": str(issuer.jwks),
        "keys": keys / name,
        "model": keys / "model",
        "objects": str(keys / "objects"),
        "city": FOLDER,
        "rate_limit_per_minute": 0,
        "follow_rate_limit_per_minute": 0,
        "open311_rate_limit_per_minute": 0,
    }
    if urls is not None:
        told |= {"intake_url": urls["intake"], "public_url": urls["survey"]}
    return declared(name).settings.model_validate(told)


def declared(name: str) -> Any:
    """The service as its app declares it."""
    return import_module(f"services.{name}.app").SERVICE


@contextlib.asynccontextmanager
async def _served(flat: Flat, port: int) -> AsyncIterator[Flat]:
    async with served(flat.app, port, lifespan="on"):
        yield flat
    assert flat.bug is None, f"{flat.service.name}: {flat.bug!r}"
