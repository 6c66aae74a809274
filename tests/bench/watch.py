"""Sees in the database when something about a case has come, for many cases with one statement."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.bench.house import House

WITHIN = 60.0


class NotSeen(Exception):
    """It did not come in time."""


class Watch:
    """Asks for all cases that are waited for at once, every few milliseconds.

    `statement` answers rows with `case_id` first, for the cases in $1.
    """

    def __init__(self, what: str, statement: str, *, every: float) -> None:
        self._what = what
        self._statement = statement
        self._every = every
        self._waiting: dict[UUID, asyncio.Future[Mapping[str, Any]]] = {}
        self._anybody = asyncio.Event()

    async def until(self, case_id: UUID) -> Mapping[str, Any]:
        """The row, when it is there."""
        come: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[case_id] = come
        self._anybody.set()
        try:
            async with asyncio.timeout(WITHIN):
                return await come
        except TimeoutError:
            raise NotSeen(f"{case_id}: not {self._what} within {WITHIN:.0f} s") from None
        finally:
            self._waiting.pop(case_id, None)

    async def run(self, home: House) -> None:
        """Watch until cancelled."""
        looking = await home.look()
        try:
            while True:
                await self._anybody.wait()
                for row in await looking.fetch(self._statement, list(self._waiting)):
                    come = self._waiting.pop(row["case_id"], None)
                    if come is not None and not come.done():
                        come.set_result(row)
                if not self._waiting:
                    self._anybody.clear()
                await asyncio.sleep(self._every)
        finally:
            await looking.close()
