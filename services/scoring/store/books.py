"""The books: which period a fact can still change, and a gate between folding and closing.

Folding takes the gate together with others, closing takes it alone, so no line is written into a period whose
close has been asked for. Facts of the present pass without it: their period cannot be closed yet.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import inf
from typing import Any
from uuid import UUID

from services.scoring.domain.errors import PeriodClosed, UnreadablePeriod
from services.scoring.domain.model import Stamp
from services.scoring.domain.periods import Periods
from services.scoring.store import tables
from shared.kernel.ids import EventId
from shared.store import bulk
from shared.store.work import Work

TOGETHER = "SELECT pg_advisory_xact_lock_shared(hashtext('books'), hashtext(current_schema()))"
ALONE = "SELECT pg_advisory_xact_lock(hashtext('books'), hashtext(current_schema()))"
MARGIN = timedelta(minutes=10)
"""Longer than any knock lasts: who is so far before a period settles has ended when it is closed."""


class Books:
    """Settled periods, as one knock sees them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._periods = Periods.of_policy(work.city.policy)
        self._fresh = self._periods.opened(work.now + MARGIN)
        self._natural, self._since, self._until = "", inf, inf
        self._last_closed: str | None = None
        self._late: Mapping[EventId, str] = {}
        self._is_read = False
        self._came_late: dict[EventId, bulk.Row] = {}

    async def opened(self, said: Stamp) -> str:
        """The earliest period that this fact can change."""
        natural = self._open_at(said.at)
        if natural >= self._fresh:
            return natural
        if not self._is_read:
            await self._read()
        # A replay knows which facts came late; nothing is closed there.
        if self._late and said.event in self._late:
            return self._late[said.event]
        if self._last_closed is None or natural > self._last_closed:
            return natural
        return self._periods.after(self._last_closed)

    def count(self, subject: UUID, said: Stamp, opened: str) -> None:
        """Take down that a fact came after the close of the period it was said for."""
        if self._last_closed is None:
            return
        natural = self._open_at(said.at)
        if opened > natural:
            row = _late_row(subject, said, natural, opened, self._work.now)
            self._came_late.setdefault(said.event, row)

    async def require_open(self, period: str) -> None:
        """Raise `PeriodClosed` when the close of the period has been asked for; keep it open until we end."""
        await self._read()
        if self._last_closed is not None and period <= self._last_closed:
            raise PeriodClosed(period)

    async def shut(self) -> None:
        """Wait until nobody folds into the past, and keep everybody from it until we end."""
        await self._work.connection.exec_driver_sql(ALONE)

    async def flush(self) -> None:
        late, self._came_late = self._came_late, {}
        await bulk.upsert(self._work.connection, tables.LATE_FACTS, list(late.values()))

    def _open_at(self, said: datetime) -> str:
        """The earliest open period by the clock alone. Mostly that of the fact before."""
        # As numbers: two instants of different offsets are compared by asking both zones.
        if self._since <= said.timestamp() < self._until:
            return self._natural
        natural = self._periods.opened(said)
        # A time out of all years has a label, but is no period's that has a name.
        with contextlib.suppress(UnreadablePeriod):
            edges = (self._periods.before(natural), natural)
            self._since, self._until = (self._periods.settled(each).timestamp() for each in edges)
            self._natural = natural
        return natural

    async def _read(self) -> None:
        if self._is_read:
            return
        connection = self._work.connection
        # Two statements: the second must see what whoever held the gate before us has committed.
        await connection.exec_driver_sql(TOGETHER)
        closed = await connection.exec_driver_sql("SELECT max(period) FROM months")
        self._last_closed = closed.scalar_one()
        # Once a month is closed the clock tells what is late.
        if self._last_closed is None:
            self._late = await self._work.equipment.late.get(connection)
        self._is_read = True


def _late_row(subject: UUID, said: Stamp, natural: str, opened: str, now: datetime) -> dict[str, Any]:
    return {
        "event_id": said.event,
        "subject": subject,
        "said_at": said.at,
        "missed": natural,
        "opened": opened,
        "heard_at": now,
    }
