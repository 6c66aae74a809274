"""The driven clock: the suite's time, which passes when a journey says so and never goes back."""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.kernel.clock import ShiftedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
"""A Monday with plain working weeks after it: what day the tests are run on changes nothing."""


class DrivenClock(ShiftedClock):
    """Shared by everybody in one process, or kept in a file that other processes read."""

    def __init__(self, file: Path | None = None, *, starts: datetime = FIRST_MORNING) -> None:
        super().__init__(lambda: self.offset)
        self.offset = starts - datetime.now(UTC)
        self._file = file
        self._write()

    def passes(self, **time_that_passes: float) -> datetime:
        """Let hours, days or minutes pass for everybody; what time it is then."""
        step = timedelta(**time_that_passes)
        assert step >= timedelta(0), "time does not go back"
        self._move(step)
        return self.now()

    def until(self, instant: datetime) -> datetime:
        """Let time pass until then; nothing when it is later already."""
        return self.passes(seconds=max(0.0, (instant - self.now()).total_seconds() + 1))

    def until_hour(self, hour: int) -> datetime:
        """The next time a clock on a wall in the city shows this hour."""
        here = self.now().astimezone(SHANGHAI)
        then = datetime.combine(here.date(), time(hour), tzinfo=SHANGHAI)
        return self.until(then if then > here else then + timedelta(days=1))

    def until_citizens_may_be_called(self) -> datetime:
        """Some hour of the day with time left in it; nothing passes when it is one."""
        here = self.now().astimezone(SHANGHAI)
        return here if time(9, 5) <= here.time() <= time(18) else self.until_hour(10)

    def _move(self, step: timedelta) -> None:
        self.offset += step
        self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        # Whole or not at all: a service that read half a file would see time jump back.
        draft = self._file.with_suffix(f".{os.getpid()}")
        draft.write_text(str(self.offset.total_seconds()), encoding="utf-8")
        draft.replace(self._file)


class StandingClock(DrivenClock):
    """The driven clock of one desk: stands still until it is moved, so that a test may name the instant."""

    def __init__(self, *, starts: datetime = FIRST_MORNING) -> None:
        super().__init__(starts=starts)
        self.at = starts

    def now(self) -> datetime:
        return self.at

    def _move(self, step: timedelta) -> None:
        self.at += step
