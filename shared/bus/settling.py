"""A batch becomes one transaction; when it fails, it is split until the guilty fact stands alone.

Busy is waited out in place, so order is kept. A bad fact is parked in the transaction that would have
handled it. A bug ends the process, after the facts before it are safe.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from shared.bus import parking
from shared.bus.dead_letter_copies import Copies
from shared.bus.fates import Fate, fate_of, reason_of
from shared.bus.port import Record
from shared.bus.subscriptions import Subscriptions
from shared.events.catalog import FACTS
from shared.events.envelope import Heard, Undecodable, decode, type_of
from shared.kernel.ids import EventId
from shared.observability.logging import logger
from shared.observability.metrics import CONSUMER_BUSY, FACTS_HEARD, FACTS_SKIPPED, HEARD_BATCH, HEARD_DELAY
from shared.store.inbox import accept
from shared.store.work import Store, Work

W = TypeVar("W", bound=Work)

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
BREATH = 0.01
"""Seconds after which a batch lets others go on: a thousand registrations are a second of deciding,
and requests are answered on the same loop.
"""
BEHIND = "behind a parked fact of the same key"


class TooManyParked(Exception):
    """So many bad facts in a row are no bad facts: something is wrong with us, or with who says them."""


class _HandlerFailed(Exception):
    """Carries where in the batch a handler raised; the error itself is the cause."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


@dataclass(slots=True)
class _Sorted:
    """A batch as it will be handled."""

    handled: list[tuple[int, Heard]]
    parked: list[tuple[Record, str, bool]]
    fates: list[tuple[str, str]]
    bad: int = 0


class _Read(NamedTuple):
    """A record as far as it can be told without asking the database."""

    place: int
    """Which of the batch it is."""
    record: Record
    key: str
    heard: Heard | None = None
    """None: it cannot be read, or stands behind one of its key that cannot."""
    wrong: Undecodable | None = None


class Settler(Generic[W]):
    """Handles records of one consumer group, whatever partition they come from."""

    def __init__(
        self,
        store: Store[W],
        subscriptions: Subscriptions,
        group: str,
        copies: Copies,
        *,
        max_parked_in_row: int = 20,
    ) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._group = group
        self._copies = copies
        self._max_parked_in_row = max_parked_in_row
        self._bad_in_row = 0
        self._log = logger("jiesu.subscriber")

    async def settle(self, records: Sequence[Record]) -> None:
        """Return when every record is handled, skipped or parked, and committed."""
        heard = [record for record in records if not self._subscriptions.passes_over(type_of(record.headers))]
        if len(heard) < len(records):
            FACTS_SKIPPED.labels(self._store.source).inc(len(records) - len(heard))
        # A work list, not recursion: a batch of nothing but bad facts splits a thousand times.
        pieces = [heard] if heard else []
        while pieces:
            piece = pieces.pop()
            pieces += reversed(await self._settle_or_split(piece))

    async def _settle_or_split(self, piece: list[Record]) -> list[list[Record]]:
        wait = FIRST_WAIT
        while True:
            try:
                await self._commit(piece)
            except Exception as error:
                cause = error.__cause__ if isinstance(error, _HandlerFailed) and error.__cause__ else error
                fate = fate_of(cause)
                if fate is Fate.BUSY:
                    await self._wait_out(cause, wait)
                    wait = min(wait * 2, LONGEST_WAIT)
                    continue
                if len(piece) > 1:
                    return _split(piece, error.index if isinstance(error, _HandlerFailed) else None)
                if fate is Fate.BUG:
                    self._log.error("bug", **_place(piece[0]), error=type(cause).__name__)
                    raise cause from None
                await self._park_alone(piece[0], reason_of(cause))
            return []

    async def _commit(self, piece: Sequence[Record]) -> None:
        batch = _Sorted([], [], [])
        try:
            await self._knock(piece, batch)
        except BaseException:
            self._bad_in_row = max(0, self._bad_in_row - batch.bad)
            raise
        if batch.fates:
            self._bad_in_row = 0
        self._count(batch)
        for record, reason, behind in batch.parked:
            if not behind:
                await self._tell(record, reason)

    async def _knock(self, piece: Sequence[Record], batch: _Sorted) -> None:
        async with self._store.work() as work:
            await self._sort(work, piece, batch)
            await self._subscriptions.preload(work, [heard for _, heard in batch.handled])
            await self._handle(work, batch.handled)
            for record, reason, behind in batch.parked:
                await parking.park(work.connection, self._group, record, reason, behind=behind)

    async def _handle(self, work: W, facts: Sequence[tuple[int, Heard]]) -> None:
        began = time.monotonic()
        for index, heard in facts:
            try:
                await self._subscriptions.handle(work, heard)
            except Exception as error:
                raise _HandlerFailed(index) from error
            if time.monotonic() - began > BREATH:
                await asyncio.sleep(0)
                began = time.monotonic()

    async def _sort(self, work: W, piece: Sequence[Record], batch: _Sorted) -> None:
        read = _read(piece)
        keys = {one.key for one in read}
        ids = [one.heard.envelope.id for one in read if one.heard]
        fresh, is_any_parked = await parking.arrived(work.connection, self._group, ids, keys)
        if is_any_parked:
            blocked = await parking.parked_among(work.connection, self._group, keys)
            free = [one.heard.envelope.id for one in read if one.heard and one.key not in blocked]
            fresh = await accept(work.connection, self._group, free)
        else:
            blocked = set()
        for one in read:
            self._sort_one(one, batch, fresh, is_parked=one.key in blocked)

    def _sort_one(self, one: _Read, batch: _Sorted, fresh: set[EventId] | None, *, is_parked: bool) -> None:
        if not is_parked and one.wrong is not None:
            reason = reason_of(one.wrong)
            self._one_more(reason)
            batch.bad += 1
            batch.parked.append((one.record, reason, False))
        elif is_parked or one.heard is None:
            batch.parked.append((one.record, BEHIND, True))
        else:
            is_new = fresh is None or one.heard.envelope.id in fresh
            if fresh:
                # Struck off as it is used: the same fact twice in one batch is a duplicate too.
                fresh.discard(one.heard.envelope.id)
            batch.fates.append((one.heard.envelope.type, "handled" if is_new else "duplicate"))
            if is_new:
                batch.handled.append((one.place, one.heard))

    async def _park_alone(self, record: Record, reason: str) -> None:
        self._one_more(reason)
        wait = FIRST_WAIT
        while True:
            try:
                async with self._store.work() as work:
                    await parking.park(work.connection, self._group, record, reason, behind=False)
            except Exception as error:
                if fate_of(error) is not Fate.BUSY:
                    raise
                await self._wait_out(error, wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                break
        FACTS_HEARD.labels(self._store.source, _known_type(record), "parked").inc()
        await self._tell(record, reason)

    def _one_more(self, reason: str) -> None:
        # Counted before the commit: four partitions at once would each find the count low enough.
        if self._bad_in_row >= self._max_parked_in_row:
            raise TooManyParked(f"{self._bad_in_row} facts in a row are bad, and the next is too: {reason}")
        self._bad_in_row += 1

    async def _tell(self, record: Record, reason: str) -> None:
        self._log.warning("parked", **_place(record), reason=reason)
        await self._copies.send(record, reason)

    async def _wait_out(self, error: BaseException, wait: float) -> None:
        CONSUMER_BUSY.labels(self._store.source).inc()
        self._log.warning("busy", error=type(error).__name__, again_in=wait)
        await asyncio.sleep(wait)

    def _count(self, batch: _Sorted) -> None:
        service = self._store.source
        if batch.handled:
            HEARD_BATCH.labels(service).observe(len(batch.handled))
            said = batch.handled[-1][1].envelope.time
            HEARD_DELAY.labels(service).observe(max(0.0, (self._store.clock.now() - said).total_seconds()))
        for (type_name, fate), count in Counter(batch.fates).items():
            FACTS_HEARD.labels(service, type_name, fate).inc(count)
        for record, _, behind in batch.parked:
            FACTS_HEARD.labels(service, _known_type(record), "behind" if behind else "parked").inc()


def _read(piece: Sequence[Record]) -> list[_Read]:
    read: list[_Read] = []
    unreadable: set[str] = set()
    for index, record in enumerate(piece):
        key = parking.key_of(record)
        if key in unreadable:
            read.append(_Read(index, record, key))
            continue
        try:
            read.append(_Read(index, record, key, decode(record.headers, record.value)))
        except Undecodable as error:
            unreadable.add(key)
            read.append(_Read(index, record, key, wrong=error))
    return read


def _split(piece: list[Record], guilty: int | None) -> list[list[Record]]:
    """Before, the guilty one, after; halves when the failure came with the flush."""
    if guilty is None:
        middle = len(piece) // 2
        return [piece[:middle], piece[middle:]]
    return [part for part in (piece[:guilty], [piece[guilty]], piece[guilty + 1 :]) if part]


def _place(record: Record) -> dict[str, Any]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}


def _known_type(record: Record) -> str:
    """For a metric's label: what anybody may write into a header must not become one."""
    found = type_of(record.headers)
    return found if found in FACTS else "unknown"
