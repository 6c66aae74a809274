"""The city as it runs: the folder's, and over it what this service's own tables have learnt since.

Looked at before the first knock, so that nothing is decided by what was replaced before a restart; after that
by a loop, so that an import in another process is applied here within a second and no knock waits for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.city.city import City
from shared.kernel.errors import Refusal
from shared.observability.logging import logger
from shared.store.busy import is_busy

EVERY = 1.0
"""Seconds between two looks."""


class CityReader(Protocol):
    """Where a service keeps what changes of its city."""

    async def revision(self, connection: AsyncConnection) -> Hashable:
        """Another value after every change; cheap."""

    async def read(self, connection: AsyncConnection, city: City, moment: datetime) -> Callable[[], City]:
        """What builds the city from the one in force and rows read now; it runs in a thread."""


class CityUnsound(Exception):
    """What the tables hold makes no city: something wrote there that was not checked."""


class RunningCity:
    """Holds the city in force. Without a reader it is the folder's for ever."""

    def __init__(self, folder: City, reader: CityReader | None) -> None:
        self._city = folder
        self._reader = reader
        self._seen: Hashable = None
        self._looking = asyncio.Lock()
        self.is_settled = reader is None
        """Whether there is nothing to look at before the first knock."""

    def at(self, moment: datetime) -> City:
        """The city as it stands now, by the responsibility list of this day."""
        self._city = self._city.at(moment)
        return self._city

    async def look(self, connection: AsyncConnection, moment: datetime) -> bool:
        """Apply what has changed; whether anything had. Raises `CityUnsound`; the city in force stays."""
        if self._reader is None:
            return False
        async with self._looking:
            revision = await self._reader.revision(connection)
            has_moved = revision != self._seen
            if has_moved:
                build = await self._reader.read(connection, self._city, moment)
                try:
                    self._city = await asyncio.to_thread(self._ready, build)
                except Refusal as refusal:
                    raise CityUnsound(refusal.message) from refusal
                self._seen = revision
            self.is_settled = True
            return has_moved

    def _ready(self, build: Callable[[], City]) -> City:
        city = build()
        if self._city.gazetteer.is_collected:
            # Who places reports must not wait for it in the next one.
            city.gazetteer.forms()
        return city


class CityWatch:
    """The loop that looks. An error is logged, and the city in force stays."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._stopping = asyncio.Event()
        self._log = logger("jiesu.city")

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Look until stopped."""
        while not self._stopping.is_set():
            try:
                async with self._store.session() as connection:
                    if await self._store.running_city.look(connection, self._store.clock.now()):
                        self._log.info("the city has changed", source=self._store.source)
            except Exception as error:
                if is_busy(error):
                    self._log.warning("busy", error=type(error).__name__)
                else:
                    self._log.error("the city cannot be read", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY)
