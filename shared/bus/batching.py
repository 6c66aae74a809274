"""What several partitions bring while a transaction runs gathers, and goes together into the next one.

Facts that come one by one make small batches; a transaction for each partition's own would cost as much as
one for five hundred. Nobody waits when nothing runs. A partition's order is kept: it brings its next batch
when this one is settled.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.bus.ending import end
from shared.bus.pacing import Pace
from shared.bus.port import Record

WORTH = 50
"""Records for which a further transaction begins beside a running one. Fewer wait for it to end: a
transaction costs scoring as much as a dozen facts do, and two at once would each be half as large.
"""

Settle = Callable[[Sequence[Record]], Awaitable[None]]


@dataclass(frozen=True, slots=True, eq=False)
class _Brought:
    """One partition's batch, and who waits for it."""

    records: Sequence[Record]
    settled: asyncio.Future[None]


class Batches:
    """Where workers bring what they polled."""

    def __init__(self, settle: Settle, *, at_once: int, pace: Pace | None = None, worth: int = WORTH) -> None:
        self._settle = settle
        self._at_once = at_once
        self._pace = pace or Pace()
        self._worth = worth
        self._waiting: list[_Brought] = []
        self._running: set[asyncio.Task[None]] = set()
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def limit(self) -> int:
        """Records that make a transaction now: to poll more is to no purpose."""
        return self._pace.limit

    async def room(self) -> None:
        """Return when fewer wait than make a transaction: what lies here longer only fills the memory."""
        # Looked at again: all who waited are woken, and the first of them may have filled it.
        while not self._has_room.is_set():
            await self._has_room.wait()

    async def settle(self, records: Sequence[Record]) -> None:
        """Return when these are settled; raises what ended their transaction."""
        brought = _Brought(records, asyncio.get_running_loop().create_future())
        self._waiting.append(brought)
        self._begin()
        await brought.settled

    async def break_off(self) -> None:
        """End what still runs: its transactions are rolled back."""
        self._waiting.clear()
        await asyncio.gather(*map(end, tuple(self._running)))
        self._begin()

    def _begin(self) -> None:
        # Who has left meanwhile will be asked for by its new owner.
        self._waiting = [each for each in self._waiting if not each.settled.done()]
        if self._waiting and self._may_begin():
            task = asyncio.create_task(self._together(self._taken()))
            self._running.add(task)
            task.add_done_callback(self._ended)
        if self._wait() < self.limit:
            self._has_room.set()
        else:
            self._has_room.clear()

    def _may_begin(self) -> bool:
        if not self._running:
            return True
        return self._wait() >= self._worth and len(self._running) < self._at_once

    def _wait(self) -> int:
        return sum(len(each.records) for each in self._waiting)

    def _taken(self) -> list[_Brought]:
        taken = [self._waiting.pop(0)]
        total = len(taken[0].records)
        while self._waiting and total + len(self._waiting[0].records) <= self.limit:
            taken.append(self._waiting.pop(0))
            total += len(taken[-1].records)
        return taken

    async def _together(self, taken: Sequence[_Brought]) -> None:
        records = [record for each in taken for record in each.records]
        began = time.monotonic()
        try:
            await self._settle(records)
        except asyncio.CancelledError:
            for each in taken:
                each.settled.cancel()
            raise
        except Exception as error:
            for each in taken:
                if not each.settled.done():
                    each.settled.set_exception(error)
        else:
            self._pace.took(len(records), time.monotonic() - began)
            for each in taken:
                if not each.settled.done():
                    each.settled.set_result(None)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._begin()
