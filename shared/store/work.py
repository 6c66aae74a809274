"""One knock, one transaction: state, facts and inbox commit together or not at all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.clock import Clock
from shared.kernel.ids import EventId, new_id
from shared.store import outbox
from shared.store.repository import Repository

FIRST_CAUSE = "start"


class Work:
    """An open transaction with the service's repositories; a service's own Work names them."""

    SOURCE: ClassVar[str]
    """The service: its schema, its role, its consumer group and the source of what it says."""
    METADATA: ClassVar[MetaData]

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        self.connection = connection
        self.now = now
        self.city = city
        self.cause = cause
        self.equipment: Any = None
        """What the service was equipped with at its start; a subclass says its type."""
        self._repositories: list[Repository[Any, Any]] = []
        self._said: list[outbox.Said] = []
        self.says_anything = False

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

    async def flush(self) -> None:
        """Write aggregates, then their facts: the order that keeps the outbox in commit order for a key."""
        for repository in self._repositories:
            await repository.flush()
        await outbox.log(self.connection, self._said)
        self.says_anything = self.says_anything or bool(self._said)
        self._said.clear()


W = TypeVar("W", bound=Work)


class Store(Generic[W]):
    """Where a service's knocks are opened."""

    def __init__(
        self, work_type: type[W], engine: AsyncEngine, *, clock: Clock, city: City, equipment: Any = None
    ) -> None:
        self.work_type = work_type
        self.engine = engine
        self.clock = clock
        self.city = city
        self.equipment = equipment
        self.source = work_type.SOURCE
        self.committed = asyncio.Event()
        """Set after each commit that said something; the relay in this process waits for it."""

    @asynccontextmanager
    async def work(self, cause: Cause | None = None) -> AsyncIterator[W]:
        """A knock: flushed and committed when the block ends well, rolled back when it does not."""
        why = cause or Cause(FIRST_CAUSE, str(new_id()))
        async with self.engine.begin() as connection:
            knock = self.work_type(connection, now=self.clock.now(), city=self.city, cause=why)
            knock.equipment = self.equipment
            yield knock
            await knock.flush()
        if knock.says_anything:
            self.committed.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; nothing is written."""
        async with self.engine.connect() as connection:
            yield connection
