"""A teller that says facts and a hearer that notes them: two real services on a real database and bus."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text, Uuid

from shared.bus.dead_letter_copies import dead_letter_topics
from shared.bus.embedded import prepare as prepare_bus
from shared.bus.port import Bus
from shared.bus.subscriber import Subscriber
from shared.bus.subscriptions import on
from shared.city.city import City
from shared.events.envelope import Heard
from shared.events.fact import Fact
from shared.events.router import CaseProgressed, CaseSigned, CaseUrged
from shared.events.topics import TOPICS
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Conflict
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId
from shared.store import partitions
from shared.store.engine import make_engine
from shared.store.migrate import prepare
from shared.store.tables import service_metadata
from shared.store.work import Store, Work
from tests.contract.bus_engines import make_bus
from tests.kit.city import beijing

PASSWORD = "of-a-test"
TABLES = ("said", "noted", "event_log", "outbox", "inbox", "parked")
NUMBER = """
INSERT INTO said (case_id, last) VALUES ($1, 1)
ON CONFLICT (case_id) DO UPDATE SET last = said.last + 1 RETURNING last
"""
NOTE = "INSERT INTO noted (case_id, sequence, event_id) VALUES ($1, $2, $3)"


def _metadata() -> MetaData:
    metadata = service_metadata()
    Table("said", metadata, Column("case_id", Uuid, primary_key=True), Column("last", Integer))
    Table(
        "noted",
        metadata,
        Column("place", BigInteger, Identity(always=True), primary_key=True),
        Column("case_id", Uuid),
        Column("sequence", Integer),
        Column("event_id", Text),
    )
    return metadata


class TellerWork(Work):
    """Says facts about cases, numbered under a lock of the case."""

    SOURCE: ClassVar[str] = "teller"
    METADATA: ClassVar[MetaData] = _metadata()

    async def tell(self, case: UUID, fact: type[Any] = CaseProgressed) -> None:
        found = await self.connection.exec_driver_sql(NUMBER, (case,))
        body = fact(case_id=CaseId(case), work_order_id=WorkOrderId(case), unit=UnitCode("u"), **EXTRA[fact])
        self.say("case", str(case), found.scalar_one() - 1, [body])


EXTRA: dict[type[Fact], dict[str, object]] = {
    CaseProgressed: {},
    CaseUrged: {},
    CaseSigned: {"in_time": True},
}


class HearerWork(Work):
    """Notes what it hears."""

    SOURCE: ClassVar[str] = "hearer"
    METADATA: ClassVar[MetaData] = _metadata()


class NotToBeUrged(Conflict):
    """The hearer refuses to hear of urging while `patient` is False."""


class Hearing:
    """The hearer's consumer; tests may forbid, break or hold it."""

    def __init__(self) -> None:
        self.patient = False
        self.broken = False
        self.before_note: Callable[[], Awaitable[None]] | None = None
        self.after_note: Callable[[], Awaitable[None]] | None = None

    async def note(self, work: HearerWork, heard: Heard) -> None:
        if self.broken:
            raise ZeroDivisionError
        if self.before_note is not None:
            await self.before_note()
        envelope = heard.envelope
        await work.connection.exec_driver_sql(NOTE, (UUID(envelope.key), envelope.sequence, str(envelope.id)))
        if self.after_note is not None:
            await self.after_note()

    async def refuse(self, work: HearerWork, heard: Heard) -> None:
        await self.note(work, heard)
        if not self.patient:
            raise NotToBeUrged("not now")

    @property
    def subscriptions(self) -> tuple[Any, ...]:
        return (on(CaseProgressed, self.note), on(CaseUrged, self.refuse))


class Town:
    """Both services over one database, and the bus between them."""

    def __init__(self, dsn: str, engine: str, address: str, city: City) -> None:
        self.dsn, self.engine, self.address, self.city = dsn, engine, address, city
        self.bus: Bus = make_bus(engine, address)
        self._opened: list[Store[Any]] = []

    def role_dsn(self, name: str) -> str:
        return self.dsn.replace(
            "postgres:" + self.dsn.split("postgres:")[1].split("@")[0], f"{name}:{PASSWORD}"
        )

    def store(self, work: type[Any]) -> Store[Any]:
        engine = make_engine(self.role_dsn(work.SOURCE), pool=8, application_name=work.SOURCE)
        store = Store(work, engine, clock=SystemClock(), city=self.city)
        self._opened.append(store)
        return store

    async def build(self) -> None:
        """Make both schemas with their tables."""
        for work in (TellerWork, HearerWork):
            await prepare(self.dsn, work.SOURCE, PASSWORD)
            async with self.store(work).engine.begin() as connection:
                await connection.run_sync(work.METADATA.create_all)
                await partitions.ensure_now(connection)

    async def topics(self) -> None:
        """Make every topic that is not there."""
        await self.bus.create_topics([*TOPICS, *dead_letter_topics(TOPICS, ["hearer"])])

    async def empty(self) -> None:
        """Begin anew: nothing said, nothing heard."""
        connection = await asyncpg.connect(self.dsn)
        try:
            for schema in ("teller", "hearer"):
                tables = ", ".join(
                    f"{schema}.{name}" for name in ("said", "noted", "outbox", "inbox", "parked")
                )
                await connection.execute(f"TRUNCATE {tables}, {schema}.event_log RESTART IDENTITY")
        finally:
            await connection.close()

    async def ask(self, statement: str, *arguments: object) -> list[Any]:
        """Rows, as the superuser sees them."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def until(self, statement: str, wanted: object, *, within: float = 120) -> None:
        """Wait until a statement's single value is what is wanted."""
        found: object = None
        try:
            async with asyncio.timeout(within):
                # Another process changes it: there is no event to wait for.
                while (found := (await self.ask(statement))[0][0]) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{statement!r} is {found}, not {wanted}, after {within} s") from None

    async def close(self) -> None:
        for store in self._opened:
            await store.engine.dispose()
        await self.bus.close()


@contextlib.asynccontextmanager
async def running(part: Any) -> AsyncIterator[Any]:
    """A relay, subscriber or ticker at work; its failure is the test's."""
    task = asyncio.create_task(part.run())
    try:
        yield part
        if task.done():
            task.result()
    finally:
        part.stop()
        await asyncio.wait([task], timeout=60)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            raise AssertionError("did not stop in 60 s")
    task.result()


async def noted(town: Town) -> dict[UUID, list[int]]:
    """What the hearer noted of each case, in its order."""
    found: dict[UUID, list[int]] = {}
    for case, sequence in await town.ask("SELECT case_id, sequence FROM hearer.noted ORDER BY place"):
        found.setdefault(case, []).append(sequence)
    return found


def value(metric: Any) -> float:
    """What it stands at."""
    found: float = next(iter(metric.collect())).samples[0].value
    return found


def subscriber(town: Town, hearing: Hearing, *, instance: str = "1", **options: Any) -> Subscriber[Any]:
    return Subscriber(town.store(HearerWork), town.bus, hearing.subscriptions, instance=instance, **options)


async def tell(store: Store[Any], cases: Sequence[UUID], fact: type[Any] = CaseProgressed) -> None:
    """One knock that says one fact of each case."""
    async with store.work() as work:
        for case in sorted(cases):
            await work.tell(case, fact)


def some_cases(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


async def spawn(part: str, town: Town) -> asyncio.subprocess.Process:
    """A real process of `bus_children`."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.bus_children", part, town.dsn, town.engine, town.address,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def open_town(dsn: str, engine: str, address: str) -> AsyncIterator[Town]:
    """A town with schemas and topics."""
    town = Town(dsn, engine, address, beijing())
    if engine == "embedded":
        connection = await asyncpg.connect(dsn)
        await prepare_bus(connection)
        await connection.close()
    await town.build()
    await town.topics()
    yield town
    await town.close()


@pytest.fixture(scope="module")
def engine(database: str) -> tuple[str, str]:
    """Which bus the town has, and its address; modules that try another have an `engine` of their own."""
    return "embedded", database


@pytest.fixture(scope="module")
async def built(database: str, engine: tuple[str, str]) -> AsyncIterator[Town]:
    """A town for all tests of a module, which imports this and `town` and names both in its `__all__`."""
    async with open_town(database, *engine) as town:
        yield town


@pytest.fixture
async def town(built: Town) -> Town:
    """The same town, where nothing was said or heard yet."""
    await built.empty()
    return built
