"""Gathering: what many requests want at the same moment is done at once, each with its own outcome.

While one batch is done the next requests gather, so nobody waits for a clock, and a lone request is done at
once. A batch that fails as a whole is done again for each of its requests alone.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.kernel.errors import Unavailable
from shared.store.busy import in_the_way, is_busy

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

Settle = Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]
"""Does all of it at once; the outcomes in the same order."""

MOST = 64
"""Items in one batch: more would make the first of them wait longer than it saves."""
LONGEST = 1024
"""Items that may wait; at a thousand a second, one second."""


class CrowdedOut(Unavailable):
    """More are waiting than will be served soon."""

    def __init__(self) -> None:
        super().__init__("too many requests are waiting; try again", retry_after=1.0)


@dataclass(slots=True)
class _Waiting(Generic[Item, Outcome]):
    item: Item
    apart: Hashable | None
    done: "asyncio.Future[Outcome]"


class Gathering(Generic[Item, Outcome]):
    """Where requests join; it works while somebody waits and needs no loop of its own."""

    def __init__(self, settle: Settle[Item, Outcome], *, most: int = MOST, longest: int = LONGEST) -> None:
        self._settle = settle
        self._most = most
        self._longest = longest
        self._waiting: deque[_Waiting[Item, Outcome]] = deque()
        self._working: asyncio.Task[None] | None = None
        # The worker is nobody's request: log lines of one batch must not carry the first one's id.
        self._context = contextvars.copy_context()

    async def join(self, item: Item, *, apart: Hashable | None = None) -> Outcome:
        """The item's own outcome, once its batch is done. Two to be kept `apart` never share a batch.

        Raises what the item failed with; `CrowdedOut` before anything is done.
        """
        if len(self._waiting) >= self._longest:
            raise CrowdedOut
        loop = asyncio.get_running_loop()
        one = _Waiting[Item, Outcome](item, apart, loop.create_future())
        self._waiting.append(one)
        if self._working is None or self._working.done():
            self._working = loop.create_task(self._work(), context=self._context)
        return await one.done

    async def drain(self) -> None:
        """Wait until nobody waits any more. Broken off, it breaks off what is waited for."""
        while self._working is not None and not self._working.done():
            await self._working

    async def _work(self) -> None:
        while batch := self._next():
            try:
                await self._settled(batch)
            finally:
                for one in batch:  # Left over only when this task was cancelled.
                    one.done.cancel()

    def _next(self) -> list[_Waiting[Item, Outcome]]:
        """The next batch, first come first served; who must stay apart from one in it waits for another."""
        batch: list[_Waiting[Item, Outcome]] = []
        later: list[_Waiting[Item, Outcome]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(batch) < self._most:
            one = self._waiting.popleft()
            if one.done.done():
                continue  # Its caller gave up before anything was done.
            if one.apart is not None and one.apart in taken:
                later.append(one)
                continue
            taken.add(one.apart)
            batch.append(one)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _settled(self, batch: Sequence[_Waiting[Item, Outcome]]) -> None:
        try:
            outcomes = await self._settle([one.item for one in batch])
        except Exception as error:
            await self._failed(batch, error)
            return
        for one, outcome in zip(batch, outcomes, strict=True):
            if not one.done.done():
                one.done.set_result(outcome)

    async def _failed(self, batch: Sequence[_Waiting[Item, Outcome]], error: Exception) -> None:
        """Somebody's fault: all stand alone, so that only the guilty one fails. The database's: all fail."""
        if len(batch) > 1 and (not is_busy(error) or in_the_way(error)):
            for one in batch:
                await self._settled([one])
            return
        for one in batch:
            if not one.done.done():
                one.done.set_exception(error)
