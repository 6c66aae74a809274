"""A service as one declared value, and the same value brought to life: doors, store, relay, timers."""

import asyncio
import contextlib
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from shared.bus.embedded import EmbeddedBus
from shared.bus.ending import bounded, end
from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus, BusBusy
from shared.bus.relay import Relay
from shared.bus.subscriber import Subscriber
from shared.bus.subscriptions import Subscription
from shared.city.city import City, load_city
from shared.city.errors import BrokenFile
from shared.http.app import make_app
from shared.http.auth import Auth
from shared.http.body import JSON_LIMIT
from shared.http.callers import Caller, Recogniser
from shared.http.health import Check, Info
from shared.http.idempotency import Fingerprints
from shared.http.jwks import Jwks
from shared.http.paging import Cursors
from shared.http.problems import Dialect
from shared.http.quick import Quick
from shared.http.rates import Rates
from shared.http.tokens import TokenDesk
from shared.kernel.clock import Clock, ShiftedClock, SystemClock
from shared.kernel.settings import ServiceSettings, WrongSetting
from shared.observability import logging
from shared.observability.logging import logger
from shared.store import housekeeping
from shared.store.engine import make_engine
from shared.store.running_city import CityReader, CityWatch
from shared.store.schema import Schema
from shared.store.work import Store, Work
from shared.ticker import Ticker, Timer, garbage

W = TypeVar("W", bound=Work)
S = TypeVar("S", bound=ServiceSettings)
TOLD_WRONG = 2
"""The exit code of a wrong setting, as of a wrong option."""
ANSWER_WITHIN, STOP_WITHIN, CLOSE_WITHIN = 8, 10, 2
"""Seconds for requests under way when a service is told to stop, then for its loops, then for its sessions:
together less than the 25 after which whoever runs it ends it. What is broken off is done again.
"""


@dataclass(frozen=True, slots=True)
class Service(Generic[W, S]):
    """Everything a flat is. `app.py` of each service fills one of these and nothing else."""

    name: str
    port: int
    settings: type[S]
    work: type[W]
    routes: Sequence[APIRouter]
    hears: Sequence[Subscription] = ()
    ticks: Sequence[Timer] = ()
    reads_city: CityReader | None = None
    """Where it keeps what changes of its city; without it the folder's is applied until the next start."""
    equip: Callable[[S], Any] | None = None
    """Makes what the service has beside its store: key rings, outward callers."""
    recognises: Callable[["Flat"], Mapping[str, Recogniser]] | None = None
    """Further desks that know callers, by the prefix of their secrets."""
    dialects: Mapping[str, Dialect] = field(default_factory=lambda: MappingProxyType({}))
    """Foreign protocols' errors, by the path they are spoken below."""
    places: bool = False
    """Whether it reads places out of texts: then the gazetteer is there before the first of them."""
    quick: Sequence[Quick] = ()
    """The hot routes' quick ways."""
    rates: Callable[[S], Callable[[Caller], int | None]] | None = None
    """How many requests a minute a caller has, by the settings; nobody is counted without it."""
    upload_limit: int = JSON_LIMIT
    """The largest body that is no JSON."""
    upload_paths: Collection[str] = ()
    """Where such bodies are taken; everywhere if none are named."""

    @property
    def schema(self) -> Schema:
        """What alembic needs to know."""
        here = Path(inspect.getfile(self.settings)).parent
        return Schema(self.name, self.work.METADATA, here / "migrations")


class EndedUntold(Exception):
    """A loop returned, or was cancelled, although nobody had told it to: it does its work no more."""


@dataclass(slots=True)
class Flat:
    """One service brought to life."""

    service: Service[Any, Any]
    settings: ServiceSettings
    clock: Clock
    bus: Bus
    equipment: Any
    store: Store[Any]
    subscriber: Subscriber[Any] | None
    app: FastAPI = field(init=False)
    bug: BaseException | None = None
    """What ended a loop that should have gone on."""
    on_bug: Callable[[], None] = lambda: None
    is_stopping: bool = False
    """Whether its loops were told to end."""

    @property
    def city(self) -> City:
        """The city as it stands now."""
        return self.store.city

    def note_end(self, loop: "asyncio.Task[None]") -> None:
        """A loop ended: as it was told, or by a bug, which is never swallowed."""
        error = None if loop.cancelled() else loop.exception()
        if error is None and not self.is_stopping:
            error = EndedUntold(str(loop.get_coro()))
        if error is not None:
            self.bug = error
            logger("jiesu.service").critical("a loop ended by a bug", exc_info=error)
            self.on_bug()


def flat_of(
    service: Service[Any, Any],
    settings: ServiceSettings,
    *,
    clock: Clock | None = None,
    city: City | None = None,
    bus: Bus | None = None,
) -> Flat:
    """Put a flat together; nothing is connected yet. Tests hand in a driven clock and a city they share."""
    city = city or _city_of(settings)
    if service.places:
        city.gazetteer.forms()
    clock = clock or clock_of(settings)
    equipment = service.equip(settings) if service.equip else None
    engine = make_engine(
        settings.database_url.get_secret_value(), pool=settings.database_pool, application_name=service.name
    )
    store = Store(
        service.work,
        engine,
        clock=clock,
        city=city,
        equipment=equipment,
        reads_city=service.reads_city,
    )
    bus = bus or bus_of(settings)
    subscriber = Subscriber(store, bus, service.hears, instance=settings.replica) if service.hears else None
    flat = Flat(service, settings, clock, bus, equipment, store, subscriber)
    flat.app = _app(flat)
    return flat


@contextlib.asynccontextmanager
async def alive(flat: Flat) -> AsyncIterator[Flat]:
    """The flat with its relay, subscriber and ticker running; all of it ends in order with the block."""
    loops: list[Relay | Ticker[Any] | Subscriber[Any] | CityWatch | garbage.Collector] = [
        garbage.Collector(),
        Relay(flat.store, flat.bus),
        Ticker(flat.store, (*flat.service.ticks, *HOUSEKEEPING)),
    ]
    if flat.subscriber:
        loops.append(flat.subscriber)
    if flat.service.reads_city:
        loops.append(CityWatch(flat.store))
    running = [asyncio.create_task(loop.run()) for loop in loops]
    for task in running:
        task.add_done_callback(flat.note_end)
    try:
        yield flat
    finally:
        flat.is_stopping = True
        for loop in loops:
            loop.stop()
        gathered = asyncio.create_task(flat.store.gathering.drain())
        _, late = await asyncio.wait([*running, gathered], timeout=STOP_WITHIN)
        await asyncio.gather(*map(end, late))
        await let_go(flat)


async def let_go(flat: Flat) -> None:
    """Close what a flat holds open."""
    if hasattr(flat.equipment, "aclose"):
        await flat.equipment.aclose()
    await flat.bus.close()
    # One session after the other takes its leave of the database, which may be silent.
    await bounded(flat.store.engine.dispose(), within=CLOSE_WITHIN)


def run(service: Service[Any, Any]) -> None:
    """Run one service until it is told to stop: exit code 1 after a bug in one of its loops, 2 when it was
    told something it cannot begin with.
    """
    try:
        settings = service.settings.told()
        logging.configure(service=service.name, level=settings.log_level)
        flat = flat_of(service, settings)
    except (WrongSetting, OSError) as refusal:
        sys.stderr.write(f"{service.name} does not start: {refusal}\n")
        sys.exit(TOLD_WRONG)
    garbage.at_rest()
    config = uvicorn.Config(
        flat.app,
        host=settings.host,
        port=settings.port or service.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=ANSWER_WITHIN,
    )
    server = uvicorn.Server(config)
    flat.on_bug = lambda: setattr(server, "should_exit", True)
    server.run()
    sys.exit(1 if flat.bug else 0)


def _city_of(settings: ServiceSettings) -> City:
    try:
        return load_city(settings.city)
    except BrokenFile as refusal:
        raise WrongSetting(f"the city's folder {settings.city} is refused: {refusal}") from refusal


def bus_of(settings: ServiceSettings) -> Bus:
    """The engine the settings name."""
    if settings.bus == "kafka":
        return KafkaBus(settings.kafka_bootstrap_servers)
    return EmbeddedBus(settings.database_url.get_secret_value())


def clock_of(settings: ServiceSettings) -> Clock:
    """The machine's clock, or one that a file moves."""
    if settings.clock_file is None:
        return SystemClock()
    path = settings.clock_file
    return ShiftedClock(lambda: timedelta(seconds=float(path.read_text() or 0)))


HOUSEKEEPING = (
    Timer("make_months", timedelta(hours=6), housekeeping.make_months),
    Timer("prune_inbox", timedelta(minutes=10), housekeeping.prune_inbox),
)
"""What every service's schema needs, beside the service's own timers."""


def _app(flat: Flat) -> FastAPI:
    service, settings = flat.service, flat.settings
    tokens = TokenDesk(Jwks(settings.jwks), settings.token_issuer, settings.token_audience, service.name)
    others = service.recognises(flat) if service.recognises else {}
    info = Info(
        service=service.name,
        version=version("jiesu"),
        policy_version=flat.city.policy.version,
        bus=settings.bus,
    )
    return make_app(
        f"Jiesu {service.name}",
        info.version,
        service.routes,
        service=service.name,
        auth=Auth(tokens.recognise, others, Rates(service.rates(settings)) if service.rates else None),
        quick=service.quick,
        cursors=Cursors(settings.cursor_key.read_bytes()),
        fingerprints=Fingerprints(settings.idempotency_key.read_bytes()),
        info=lambda: info,
        checks=(
            Check("database", lambda: _ask_database(flat)),
            Check("tables", lambda: _ask_tables(flat)),
            # Requests are safely taken while the bus is away: told, but no reason to send them elsewhere.
            Check("bus", lambda: _ask_subscriber(flat), needed=False),
        ),
        state={"flat": flat},
        dialects=service.dialects,
        upload_limit=service.upload_limit,
        upload_paths=service.upload_paths,
        lifespan=lambda _: _living(flat),
    )


@contextlib.asynccontextmanager
async def _living(flat: Flat) -> AsyncIterator[None]:
    async with alive(flat):
        yield


async def _ask_subscriber(flat: Flat) -> None:
    if flat.subscriber and flat.subscriber.trouble:
        raise BusBusy(flat.subscriber.trouble)


async def _ask_tables(flat: Flat) -> None:
    async with flat.store.read() as connection:
        await flat.service.schema.require_newest(connection)


async def _ask_database(flat: Flat) -> None:
    async with flat.store.read() as connection:
        await connection.execute(text("SELECT 1"))
