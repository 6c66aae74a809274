"""One knock, one transaction: state, facts and inbox commit together or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import MetaData
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from shared.city.city import City
from shared.events.envelope import Cause, Envelope
from shared.kernel.clock import Clock
from shared.kernel.errors import Refusal
from shared.kernel.ids import EventId, new_id
from shared.store import driver, outbox, together
from shared.store.bulk import Insert
from shared.store.gathering import Gathering
from shared.store.repository import Repository
from shared.store.running_city import CityReader, RunningCity
from shared.store.together import Sheet

FIRST_CAUSE = "start"


class Work:
    """An open transaction with the service's repositories; a service's own Work names them."""

    running_city: RunningCity
    beside: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    """The store's `read`: another session, to read side by side what is committed already."""
    SOURCE: ClassVar[str]
    """The service: its schema, its role, its consumer group and the source of what it says."""
    METADATA: ClassVar[MetaData]

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        self.connection = connection
        self.now = now
        self.city = city
        self._why: Cause | Envelope = cause
        self.equipment: Any = None
        """What the service was equipped with at its start; a subclass says its type."""
        self._repositories: list[Repository[Any, Any]] = []
        self._said: list[outbox.Said] = []
        self.says_anything = False

    @property
    def cause(self) -> Cause:
        """Why what is said is said."""
        if isinstance(self._why, Envelope):
            self._why = self._why.causes()
        return self._why

    @cause.setter
    def cause(self, why: Cause) -> None:
        self._why = why

    def hear(self, envelope: Envelope) -> None:
        """From now on this fact is the cause; it is asked for it only when something is said."""
        self._why = envelope

    def attend(self, repository: Repository[Any, Any]) -> None:
        """Repositories enrol themselves, so that a flush misses none."""
        self._repositories.append(repository)

    def say(self, aggregate: str, aggregate_id: str, version: int, facts: Sequence[Any]) -> None:
        """Take facts down for the log, numbered on from the aggregate's version."""
        for sequence, fact in enumerate(facts, version + 1):
            event = EventId(new_id())
            said = outbox.Said(
                event, fact, aggregate, aggregate_id, sequence, self.now, self.SOURCE, self.cause
            )
            self._said.append(said)

    @property
    def said_last(self) -> EventId:
        """The fact that was taken down last: whoever waits for its answer knows that by this id."""
        return self._said[-1].id

    async def look_again(self) -> None:
        """Have the city with all that others committed up to now: for who is about to change it, alone."""
        await self.running_city.look(self.connection, self.now)
        self.city = self.running_city.at(self.now)

    async def flush(self) -> None:
        """Write aggregates, then their facts: the order that keeps the outbox in commit order for a key."""
        for repository in self._repositories:
            await repository.flush()
        await outbox.log(self.connection, self._said)
        self.says_anything = self.says_anything or bool(self._said)
        self._said.clear()

    def additions(self) -> list[Insert]:
        """What the work adds, for one that is written together with others; a service's own Work adds its
        rows beside the aggregates. Aggregates that were loaded, and projections, need a work of their own.
        """
        tables = self.METADATA.tables
        added = [insert for repository in self._repositories for insert in repository.additions()]
        return [*added, *outbox.additions(self._said, tables["event_log"], tables["outbox"])]

    def end(self) -> None:
        """Let go of everything but what it was lent. A work and its repositories name each other: a batch's
        aggregates would stay in memory until the collector looks.
        """
        lent = {name: getattr(self, name) for name in ("now", "city", "equipment")}
        vars(self).clear()
        vars(self).update(lent)

    def refusal_of(self, _error: Exception) -> Refusal | None:
        """What a violated rule of the tables means in the trade's words; None: a bug."""
        return None


class _Nowhere:
    """Stands for the connection of a work on paper."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"a work on paper cannot ask the database ({name})")


W = TypeVar("W", bound=Work)


class Store(Generic[W]):
    """Where a service's knocks are opened."""

    def __init__(
        self,
        work_type: type[W],
        engine: AsyncEngine,
        *,
        clock: Clock,
        city: City,
        equipment: Any = None,
        reads_city: CityReader | None = None,
    ) -> None:
        self.work_type = work_type
        self.engine = engine
        self.clock = clock
        self.running_city = RunningCity(city, reads_city)
        self.equipment = equipment
        self.source = work_type.SOURCE
        self.committed = asyncio.Event()
        """Set after each commit that said something; the relay in this process waits for it."""
        self.gathering: Gathering[Sheet, bool] = Gathering(self._write_together)
        self._by_itself = engine.execution_options(isolation_level="AUTOCOMMIT")
        pool = cast(QueuePool, engine.pool)
        self._turn, self._patience = asyncio.Semaphore(pool.size()), pool.timeout()

    @property
    def city(self) -> City:
        """The city as it stands now."""
        return self.running_city.at(self.clock.now())

    @asynccontextmanager
    async def work(self, cause: Cause | None = None) -> AsyncIterator[W]:
        """A knock: flushed and committed when the block ends well, rolled back when it does not."""
        why = cause or Cause(FIRST_CAUSE, str(new_id()))
        async with self.read() as connection, driver.transaction(connection):
            now = self.clock.now()
            knock = self.work_type(connection, now=now, city=self.running_city.at(now), cause=why)
            knock.equipment = self.equipment
            knock.running_city = self.running_city
            knock.beside = self.read
            try:
                yield knock
                await knock.flush()
                says_anything = knock.says_anything
            finally:
                knock.end()
        if says_anything:
            self.committed.set()

    def sheet(self, cause: Cause) -> W:
        """A work on paper: it may only add, and is written together with others by `add`."""
        paper = cast(AsyncConnection, _Nowhere())
        now = self.clock.now()
        knock = self.work_type(paper, now=now, city=self.running_city.at(now), cause=cause)
        knock.equipment = self.equipment
        return knock

    async def add(self, sheet: W, *, gate: Insert | None = None) -> bool:
        """Commit what was written on paper together with whoever else adds just now. With a gate row: False,
        and nothing of the sheet is written, when that row is there already.
        """
        apart = tuple(gate.rows[0][column.name] for column in gate.table.primary_key) if gate else None
        try:
            return await self.gathering.join(Sheet(sheet.additions(), gate), apart=apart)
        except IntegrityError as error:
            if (refusal := sheet.refusal_of(error)) is not None:
                raise refusal from None
            raise
        finally:
            sheet.end()

    async def _write_together(self, sheets: Sequence[Sheet]) -> list[bool]:
        async with self.read() as connection:
            written = await together.write(connection, sheets)
        self.committed.set()
        return written

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries: each is a transaction of its own, so that one costs one round trip."""
        async with self.session() as connection:
            await driver.make_fit(connection)
            if not self.running_city.is_settled:
                await self.running_city.look(connection, self.clock.now())
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A session of the pool, whatever the tables hold. Raises `TimeoutError` after `POOL_WAIT` seconds.

        Whoever has waited longest is next. The pool alone gives a session to whoever asks as it comes back,
        and under load those who had waited would be sent away while others kept coming in.
        """
        async with asyncio.timeout(self._patience):
            await self._turn.acquire()
        try:
            async with self._by_itself.connect() as connection:
                yield connection
        finally:
            self._turn.release()
