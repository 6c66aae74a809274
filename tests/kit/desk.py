"""A desk for tests: one service on a real Postgres without its loops; the test is bus, caller and time.

A service's own desk extends `ServiceDesk` with the sentences that only its callers say.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx
from sqlalchemy import text

from deploy.commands.topics import create_topics
from deploy.local.key_folders import prepare_keys
from deploy.local.keys import Bearer, LocalIssuer
from shared.bus.embedded import EmbeddedBus
from shared.bus.port import Consumer, Message
from shared.bus.subscriptions import Subscriptions
from shared.city.city import City
from shared.events.envelope import Cause, Envelope, Heard, decode
from shared.events.fact import Fact
from shared.events.topics import CASE
from shared.kernel.ids import EventId, new_id
from shared.service import Flat, alive, flat_of, let_go
from shared.store import inbox
from shared.ticker import Ticker
from tests.kit.city import beijing
from tests.kit.clock import StandingClock
from tests.kit.flats import dsn_of, furnish
from tests.kit.suite import declared, settings_of

SAID = (
    "SELECT e.topic, e.type, e.sequence, e.aggregatetype, e.aggregateid, e.payload FROM outbox o "
    "JOIN event_log e USING (recorded_at, id) WHERE e.key = :key ORDER BY o.seq"
)
Row = dict[str, Any]


@dataclass(slots=True)
class ServiceDesk:
    """What can be done at every service's desk."""

    SERVICE: ClassVar[str]
    AT: ClassVar[datetime]
    """What time it is when the desk opens."""
    TABLES: ClassVar[Sequence[str]] = ()
    """Where a refused request could leave something behind; outbox, log and kept answers come on top."""

    flat: Flat
    clock: StandingClock
    client: httpx.AsyncClient
    issuer: LocalIssuer
    keys: Path
    """The folder with one folder of keys for each service."""
    tokens: dict[Any, str] = field(default_factory=dict)
    sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    def token(self, *roles: str, unit: str | None = None, sub: str | None = None) -> dict[str, str]:
        """The header of somebody in these roles."""
        who = sub or "-".join([*roles, *([unit] if unit else [])])
        if (who, roles, unit) not in self.tokens:
            bearer = Bearer(who, roles=roles, unit=unit)
            # Tokens follow the machine's own time, not the desk's clock.
            signed = self.issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
            self.tokens[who, roles, unit] = signed
        return {"Authorization": f"Bearer {self.tokens[who, roles, unit]}"}

    async def looks_at_its_city(self) -> None:
        """What its loop does every second: units and lists are applied as they stand now."""
        async with self.flat.store.engine.connect() as connection:
            await self.flat.store.running_city.look(connection, self.clock.now())

    async def plan(self, query: str) -> str:
        """How the database reads it where tables are too big to be read whole."""
        async with self.flat.store.engine.connect() as connection:
            for way in ("seqscan", "bitmapscan"):
                await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            found = await connection.exec_driver_sql(f"EXPLAIN {query}")
            return "\n".join(map(str, found.scalars()))

    async def hears(
        self, *facts: Fact, again: int = 0, at: datetime | None = None, because: object = "test"
    ) -> None:
        """One batch from the bus, `again` so many times over; said now, or when the test says; `because` of
        an event.
        """
        batch = [self.envelope(fact, at=at, because=because) for fact in facts]
        for _ in range(again + 1):
            await self.delivers(batch)

    async def delivers(self, records: Sequence[Heard[Any]], *, at_once: int = 500) -> None:
        """Records as they were said, handed over as the subscriber does it, as often as they come."""
        subscriptions = Subscriptions(self.flat.service.hears)
        for start in range(0, len(records), at_once):
            batch = records[start : start + at_once]
            async with self.flat.store.work() as work:
                ids = [one.envelope.id for one in batch]
                new = await inbox.accept(work.connection, self.SERVICE, ids)
                fresh = [one for one in batch if one.envelope.id in new]
                await subscriptions.preload(work, fresh)
                for one in fresh:
                    await subscriptions.handle(work, one)

    def envelope(self, fact: Fact, *, at: datetime | None = None, because: object = "test") -> Heard[Any]:
        """The fact as its sayer would send it next."""
        place = (fact.SOURCE, fact.key())
        self.sequences[place] = self.sequences.get(place, 0) + 1
        envelope = Envelope(
            id=EventId(new_id()),
            type=fact.type_name(),
            source=fact.SOURCE,
            subject=f"{fact.TYPE.split('.')[1]}/{fact.key()}",
            time=at or self.clock.now(),
            sequence=self.sequences[place],
            key=fact.key(),
            cause=Cause(str(because), "test"),
        )
        return Heard(envelope, fact)

    def record(self, fact: Fact, *, at: datetime | None = None) -> Message:
        """The same as a record of the bus."""
        envelope = self.envelope(fact, at=at).envelope
        value = fact.model_dump_json().encode()
        return Message(fact.topic().name, fact.key().encode(), value, envelope.headers())

    async def rings(self, name: str | None = None) -> int:
        """A timer rings once, the service's first unless it is named; how many it moved."""
        timers = {timer.name: timer for timer in self.flat.service.ticks}
        timer = timers[name] if name else self.flat.service.ticks[0]
        return await Ticker(self.flat.store, (timer,)).ring(timer)

    async def said(self, key: Any) -> list[Row]:
        """What was said under a key, in the order of the outbox."""
        return await self.rows(SAID, key=str(key))

    async def told(self, key: Any) -> list[str]:
        """The same as short names; the numbering must have neither gap nor turn."""
        found = await self.said(key)
        assert [row["sequence"] for row in found] == list(range(1, len(found) + 1))
        return [row["type"].removeprefix("jiesu.").removesuffix(".v1") for row in found]

    async def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """Rows, as the service's own role sees them."""
        async with self.flat.store.read() as connection:
            found = await connection.execute(text(sql), parameters)
            return [dict(row) for row in found.mappings()]

    async def counts(self) -> dict[str, int]:
        """How much there is of everything that a refused request must not leave behind."""
        names = (*self.TABLES, "outbox", "event_log", "idempotency")
        return {name: (await self.rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in names}

    async def contents(self) -> dict[str, list[str]]:
        """Every row of every table of the service's schema, as text."""
        tables = await self.rows(
            "SELECT relname AS name FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = current_schema()::regnamespace"
        )
        return {table["name"]: await self._whole(table["name"]) for table in tables}

    async def _whole(self, table: str) -> list[str]:
        # Bytes beside the row's text: Postgres would write them in hex, where nothing is found.
        rows = await self.rows(f'SELECT t::text AS whole, t.* FROM "{table}" t')
        return [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for row in rows
            for value in row.values()
        ]


D = TypeVar("D", bound=ServiceDesk)


@asynccontextmanager
async def at_desk(
    desk: type[D],
    admin_dsn: str,
    keys: Path,
    *,
    beside: Iterable[str] = (),
    urls: Mapping[str, str] | None = None,
    city: City | None = None,
) -> AsyncIterator[D]:
    """A migrated service of its own in this database; `beside`: further services whose keys are made."""
    name = desk.SERVICE
    await furnish(admin_dsn, [name])
    issuer = prepare_keys(keys, sorted({name, *beside}))
    settings = settings_of(name, dsn_of(admin_dsn, name), keys, issuer, urls)
    clock = StandingClock(starts=desk.AT)
    flat = flat_of(declared(name), settings, clock=clock, city=city or beijing())
    transport = httpx.ASGITransport(app=flat.app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
            yield desk(flat, clock, client, issuer, keys)
    finally:
        await let_go(flat)


@dataclass(frozen=True, slots=True)
class Outside:
    """The bus as other services have it, with everything the desk's service says."""

    bus: EmbeddedBus
    consumer: Consumer
    source: str
    said: list[Heard[Any]] = field(default_factory=list)

    async def says(self, *records: Message) -> None:
        """Other services say something."""
        await self.bus.producer().send(records)

    async def listens(self) -> None:
        """Take down what came since the last look; waits a little when nothing did."""
        for partition in sorted(self.consumer.assigned()):
            records = await self.consumer.poll(partition, wait=0.02)
            found = (decode(record.headers, record.value) for record in records)
            self.said.extend(heard for heard in found if heard.envelope.source == self.source)

    async def hears(self, many: int) -> None:
        """Listen until the service has said so many things."""
        while len(self.said) < many:
            await self.listens()


@asynccontextmanager
async def on_the_bus(desk: ServiceDesk, admin_dsn: str) -> AsyncIterator[Outside]:
    """The desk's service with its loops on the embedded bus, and somebody outside who listens."""
    await create_topics("embedded", None, admin_dsn, [desk.SERVICE])
    # As the administrator: the service's own role may speak for no other group.
    bus = EmbeddedBus(admin_dsn)
    consumer = await bus.consumer("onlooker", [CASE.name], instance="1")
    try:
        async with alive(desk.flat):
            yield Outside(bus, consumer, desk.SERVICE)
        assert desk.flat.bug is None, repr(desk.flat.bug)
    finally:
        await consumer.close()
        await bus.close()
