"""The ledger made again: both topics from the beginning, into an empty database that is gone afterwards.

What was published at each close (`month.closed` on `jiesu.score`) is compared with what the replay comes to,
and with what scoring keeps of the month: its hash, each unit's sums, the lines behind them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from deploy.commands.migrate import migrate_all, role_dsn
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.month import Month
from services.scoring.store import Equipment, ScoringWork, periods, replaying
from shared.bus.dead_letter_copies import Copies
from shared.bus.dead_letters import DeadLetters, Letter
from shared.bus.port import POLL_LIMIT, Bus, Message, Record
from shared.bus.settling import Settler
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import decode
from shared.events.scoring import AppealDecided, ExclusionDecided, ExclusionFact, MonthClosed
from shared.events.topics import SCORE, TOPICS
from shared.service import Flat
from shared.store.engine import make_engine
from shared.store.work import Store

TOLD_EVERY = 50_000
PARKED_IN_A_ROW = 1_000_000
"""A replay parks what was parked then, however much it was."""

Say = Callable[[str], None]
Place = tuple[str, int, int]
"""Where a record lies: topic, partition, offset."""


class Silent:
    """A producer for a replay: what it parks was shown on the dead letters' topic when it happened."""

    async def send(self, batch: Sequence[Message]) -> None:
        """Say nothing."""

    async def close(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class Decided:
    """What scoring said, in the order it was said for each period."""

    closed: dict[str, MonthClosed] = field(default_factory=dict)
    excluded: dict[str, dict[Any, ExclusionFact]] = field(default_factory=dict)

    def hear(self, fact: object) -> None:
        match fact:
            case MonthClosed():
                self.closed[fact.period] = fact
            case ExclusionDecided() | AppealDecided() if fact.upheld:
                self.excluded.setdefault(fact.period, {})[fact.case_id] = fact


@dataclass(slots=True)
class Beginnings:
    """Where each partition was found to begin: a bus may delete what is old, and no replay knows it again."""

    first: dict[tuple[str, int], int] = field(default_factory=dict)

    async def of(self, records: AsyncIterator[Record]) -> AsyncIterator[Record]:
        """The same records."""
        async for record in records:
            self.first.setdefault((record.topic, record.partition), record.offset)
            yield record

    @property
    def gone(self) -> tuple[str, ...]:
        """The partitions whose first records are deleted. A compacted topic may lack them."""
        kept_whole = {topic.name for topic in TOPICS if not topic.compacted}
        return tuple(
            f"{topic}, partition {partition}, begins with record {offset:,}"
            for (topic, partition), offset in sorted(self.first.items())
            if offset and topic in kept_whole
        )


class Verdict(StrEnum):
    """What was found of a month."""

    SAME = "same"
    DIFFERS = "DIFFERS"
    UNKNOWN = "NOT VERIFIED"


@dataclass(frozen=True, slots=True)
class Compared:
    """One closed month: what was published, what is kept, what the replay came to, and where they differ."""

    period: str
    published: str | None
    """None: nothing on the topic tells of its close."""
    kept: str | None
    """None: scoring knows of no close."""
    replayed: str
    lines: int
    differing: tuple[str, ...] = ()
    """Whose lines came to something else in the replay."""
    changed: tuple[str, ...] = ()
    """Whose sums or lines were changed where they are kept."""
    gone: tuple[str, ...] = ()
    """What the bus does not have any more."""

    @property
    def verdict(self) -> Verdict:
        if self.changed or (self.published is not None and self.kept != self.published):
            return Verdict.DIFFERS
        if self.published is None:
            return Verdict.UNKNOWN
        if self.published == self.replayed and not self.differing:
            return Verdict.SAME
        return Verdict.UNKNOWN if self.gone else Verdict.DIFFERS

    @property
    def is_same(self) -> bool:
        return self.verdict is Verdict.SAME


async def verify(flat: Flat, admin_dsn: str, say: Say) -> list[Compared]:
    """Replay, and compare every closed month."""
    beginnings = Beginnings()
    decided = await _decided(flat.bus, beginnings)
    async with flat.store.read() as known:
        months = await periods.months(known)
        late = await replaying.late_facts(known)
    closed = {period: month for period, month in months.items() if month.state is MonthState.CLOSED}
    if not decided.closed and not closed:
        return []
    async with _empty(flat, admin_dsn) as store:
        async with store.work() as work:
            await replaying.know_late(work.connection, late)
        await _fold(flat, store, beginnings, say)
        return [
            await _compared(flat, store, decided, period, closed.get(period), beginnings.gone)
            for period in sorted(decided.closed.keys() | closed.keys())
        ]


async def _decided(bus: Bus, beginnings: Beginnings) -> Decided:
    found = Decided()
    async for record in beginnings.of(bus.read(SCORE.name)):
        found.hear(decode(record.headers, record.value).fact)
    return found


@asynccontextmanager
async def _empty(flat: Flat, admin_dsn: str) -> AsyncIterator[Store[ScoringWork]]:
    """Scoring's schema in a database of its own."""
    name = f"jiesu_verify_{uuid4().hex[:12]}"
    password = make_url(flat.settings.database_url.get_secret_value()).password or ""
    await _execute(admin_dsn, f"CREATE DATABASE {name}")
    try:
        # It is thrown away: nobody waits for its disk.
        await _execute(admin_dsn, f"ALTER DATABASE {name} SET synchronous_commit = off")
        there = make_url(admin_dsn).set(database=name).render_as_string(hide_password=False)
        # Alembic's environment is synchronous code that starts its own loop.
        await asyncio.to_thread(lambda: asyncio.run(migrate_all(there, {"scoring": password})))
        engine = make_engine(role_dsn(there, "scoring", password), pool=2, application_name="verify")
        try:
            yield Store(ScoringWork, engine, clock=flat.clock, city=flat.city, equipment=Equipment())
        finally:
            await engine.dispose()
    finally:
        await _execute(admin_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(dsn: str, statement: str) -> None:
    connection: Any = await asyncpg.connect(dsn)  # type: ignore[no-untyped-call]
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _fold(flat: Flat, store: Store[ScoringWork], beginnings: Beginnings, say: Say) -> None:
    subscriptions = Subscriptions(flat.service.hears)
    letters = DeadLetters(store, flat.service.hears)
    waiting = {_place(letter.record) async for letter in _all(DeadLetters(flat.store, flat.service.hears))}
    copies = Copies(Silent(), service="scoring", group="scoring")
    settler = Settler(store, subscriptions, "scoring", copies, max_parked_in_row=PARKED_IN_A_ROW)
    folded, told = 0, 0
    for topic in subscriptions.topics:
        async for batch in _batches(beginnings.of(flat.bus.read(topic))):
            await settler.settle(batch)
            await _give_up(letters, waiting)
            folded += len(batch)
            if folded - told >= TOLD_EVERY:
                say(f"{folded:,} facts folded")
                told = folded
    say(f"{folded:,} facts folded, all there are")


async def _give_up(letters: DeadLetters[ScoringWork], waiting: Set[Place]) -> None:
    """A bad fact that nobody keeps any more was given up, and what stood behind it was counted."""
    for letter in [each async for each in _all(letters)]:
        if _place(letter.record) not in waiting:
            await letters.discard(letter.seq)


async def _all(letters: DeadLetters[ScoringWork]) -> AsyncIterator[Letter]:
    last = 0
    while page := await letters.list(after=last):
        for letter in page:
            yield letter
        last = page[-1].seq


def _place(record: Record) -> Place:
    return record.topic, record.partition, record.offset


async def _batches(records: AsyncIterator[Record]) -> AsyncIterator[list[Record]]:
    batch: list[Record] = []
    async for record in records:
        batch.append(record)
        if len(batch) == POLL_LIMIT:
            yield batch
            batch = []
    if batch:
        yield batch


async def _compared(
    flat: Flat,
    store: Store[ScoringWork],
    decided: Decided,
    period: str,
    month: Month | None,
    gone: tuple[str, ...],
) -> Compared:
    async with store.work() as work:
        await replaying.exclude(work.connection, decided.excluded.get(period, {}).values())
        if month is not None:
            await replaying.know_closed(work.connection, month)
    # Committed first: the close is made by two sessions.
    async with store.work() as work:
        frozen = await work.months.freeze(period)
        replayed = await replaying.sheaves(work.connection, period)
    async with flat.store.read() as known:
        kept = await replaying.sheaves(known, period)
        lying = await replaying.reread(known, period) if month else {}
    published = decided.closed.get(period)
    return Compared(
        period,
        published.sha256 if published else None,
        month.frozen.sha256 if month and month.frozen else None,
        frozen.sha256,
        frozen.lines,
        _named(replaying.unlike(kept, replayed, replaying.PUBLISHED)),
        _named(replaying.unlike(kept, lying, replaying.WRITTEN)),
        gone,
    )


def _named(sheaves: Set[replaying.Sheaf]) -> tuple[str, ...]:
    return tuple(sorted({f"{unit or '-'} {measure}" for measure, unit, *_ in sheaves}))
