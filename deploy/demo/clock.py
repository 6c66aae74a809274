"""The play's time. On a driven clock hours pass when everybody waits for them; on the real one none pass.

Stories run side by side on one clock: it moves only when every story that still plays is waiting, and then
to the earliest instant one of them waits for. So each story has its own true times, however slow the machine.
"""

import asyncio
import heapq
import os
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
MORNING = time(9, 30)
"""When stories begin, where it can be chosen: ten hours later citizens may still be rung."""


class PlayClock(Protocol):
    """What a story needs of time."""

    @property
    def is_driven(self) -> bool:
        """Whether hours pass on request."""

    def now(self) -> datetime:
        """The instant the services see."""

    async def until(self, instant: datetime) -> None:
        """Come back when it is that late; on the real clock at once."""

    def joins(self) -> None:
        """One more story plays: the clock waits for it."""

    def leaves(self) -> None:
        """A story is over: the clock does not wait for it any more."""


class RealClock:
    """The machine's own time: nothing passes because somebody wishes it."""

    is_driven = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def until(self, instant: datetime) -> None:
        """Nobody waits for hours here."""

    def joins(self) -> None:
        """Nothing to wait for."""

    def leaves(self) -> None:
        """Nothing to wait for."""


class DrivenClock:
    """A clock that is ahead of the machine's time by an offset, which is never made smaller."""

    is_driven = True

    def __init__(self, offset: timedelta, keep: Callable[[timedelta], None]) -> None:
        self._offset = offset
        self._keep = keep
        self._playing = 0
        self._turns = count()
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def until(self, instant: datetime) -> None:
        if instant <= self.now():
            return
        come: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (instant, next(self._turns), come))
        self._move_if_all_wait()
        await come

    def joins(self) -> None:
        self._playing += 1

    def leaves(self) -> None:
        self._playing -= 1
        self._move_if_all_wait()

    def _move_if_all_wait(self) -> None:
        if not self._waiting or len(self._waiting) < self._playing:
            return
        self._move_to(self._waiting[0][0])
        # One turn at a time: whoever comes back may have something to do before the next instant.
        _, _, come = heapq.heappop(self._waiting)
        if not come.done():
            come.set_result(None)

    def _move_to(self, instant: datetime) -> None:
        ahead = instant - datetime.now(UTC)
        if ahead <= self._offset:
            return
        self._offset = ahead
        self._keep(ahead)


def clock_of_file(path: Path) -> DrivenClock:
    """The clock file of a local run: seconds that its services add to the machine's time."""

    def keep(offset: timedelta) -> None:
        # Whole or not at all: a service that read half a file would see time jump back.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(str(offset.total_seconds()), encoding="utf-8")
        draft.replace(path)

    return DrivenClock(timedelta(seconds=float(path.read_text(encoding="utf-8") or 0)), keep)


def next_morning(now: datetime) -> datetime:
    """The next time stories may begin; it may be now."""
    here = now.astimezone(LOCAL)
    morning = datetime.combine(here.date(), MORNING, tzinfo=LOCAL)
    return morning if morning >= here else morning + timedelta(days=1)
