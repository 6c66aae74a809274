"""Rings timers: one knock each time, one replica at a time, again at once while there is more to move."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Generic, TypeVar

from shared.observability.logging import logger
from shared.observability.metrics import TIMER_MOVED, TIMER_RUNS, TIMER_SECONDS
from shared.store import driver
from shared.store.work import Store, Work
from shared.ticker.timer import Timer

W = TypeVar("W", bound=Work)

# Of the transaction, not the session: it goes with the knock, whatever becomes of it.
ALONE = "SELECT pg_try_advisory_xact_lock(hashtext($1), hashtext($2))"
LONGEST_WAIT = 30.0


class Ticker(Generic[W]):
    """One service's timers. An error is logged and counted, and the timer rings again at its time."""

    def __init__(self, store: Store[W], timers: Iterable[Timer]) -> None:
        self._store = store
        self._timers = tuple(timers)
        self._stopping = asyncio.Event()
        self._log = logger("jiesu.ticker")

    def stop(self) -> None:
        """Let the running rings end, begin none."""
        self._stopping.set()

    async def run(self) -> None:
        """Ring until stopped."""
        async with asyncio.TaskGroup() as rings:
            for timer in self._timers:
                rings.create_task(self._keep(timer))

    async def ring(self, timer: Timer) -> int:
        """One knock; answers how many were moved, 0 when another replica is at it."""
        async with self._store.work() as work:
            names = (f"timer {self._store.source}", timer.name)
            ((alone,),) = await driver.fetch(work.connection, ALONE, names)
            if not alone:
                self._count(timer, "elsewhere")
                return 0
            moved = await timer.ring(work)
        self._count(timer, "rang")
        TIMER_MOVED.labels(self._store.source, timer.name).inc(moved)
        return moved

    async def _keep(self, timer: Timer) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                while await self.ring(timer) and not self._stopping.is_set():
                    failures = 0
                failures = 0
            except (Exception, asyncio.CancelledError) as error:
                _raise_if_cancelled(error)
                # A timer has no record to park and nobody to answer to: it must be there again next time.
                failures += 1
                self._count(timer, "failed")
                self._log.error("timer failed", timer=timer.name, exc_info=error)
            TIMER_SECONDS.labels(self._store.source, timer.name).observe(time.monotonic() - began)
            await self._pause(self._wait(timer, failures, time.monotonic() - began))

    def _wait(self, timer: Timer, failures: int, took: float) -> float:
        every = timer.every.total_seconds()
        if failures:
            return max(every, min(LONGEST_WAIT, every * 2.0 ** min(failures, 6)))
        return max(0.0, every - took)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _count(self, timer: Timer, outcome: str) -> None:
        TIMER_RUNS.labels(self._store.source, timer.name, outcome).inc()


def _raise_if_cancelled(error: BaseException) -> None:
    """What is raised while a broken-off statement is cleared away hides that we are cancelled: the loop would
    go on, and whoever waits for its end would wait for ever. A cancellation that is not ours, of something
    that a ring waited for, is an error like any other: it would end the timer, and nobody would miss it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
