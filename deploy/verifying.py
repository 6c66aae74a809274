"""The ledger made again: both topics from the beginning, into an empty database that is gone afterwards.

What was published at each close (`month.closed` on `jiesu.score`) is compared with what the replay comes to.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from deploy.commands.migrate import migrate_all, role_dsn
from services.scoring.store import ScoringWork, replaying
from shared.bus.dead_letter_copies import Copies
from shared.bus.dead_letters import DeadLetters, Letter
from shared.bus.port import POLL_LIMIT, Bus, Message, Record
from shared.bus.settling import Settler
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import decode
from shared.events.scoring import AppealDecided, ExclusionDecided, ExclusionFact, MonthClosed
from shared.events.topics import SCORE
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


@dataclass(frozen=True, slots=True)
class Compared:
    """One closed month: what was published, what the replay came to, and whose lines differ."""

    period: str
    published: str
    replayed: str
    lines: int
    differing: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return self.published == self.replayed and not self.differing


async def verify(flat: Flat, admin_dsn: str, say: Say) -> list[Compared]:
    """Replay, and compare every closed month."""
    decided = await _decided(flat.bus)
    if not decided.closed:
        return []
    async with _empty(flat, admin_dsn) as store:
        async with flat.store.read() as known:
            late = await replaying.late_facts(known)
        async with store.work() as work:
            await replaying.know_late(work.connection, late)
        await _fold(flat, store, say)
        return [await _compared(flat, store, decided, period) for period in sorted(decided.closed)]


async def _decided(bus: Bus) -> Decided:
    found = Decided()
    async for record in bus.read(SCORE.name):
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
            yield Store(ScoringWork, engine, clock=flat.clock, city=flat.city)
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


async def _fold(flat: Flat, store: Store[ScoringWork], say: Say) -> None:
    subscriptions = Subscriptions(flat.service.hears)
    letters = DeadLetters(store, flat.service.hears)
    waiting = {_place(letter.record) async for letter in _all(DeadLetters(flat.store, flat.service.hears))}
    copies = Copies(Silent(), service="scoring", group="scoring")
    settler = Settler(store, subscriptions, "scoring", copies, max_parked_in_row=PARKED_IN_A_ROW)
    folded, told = 0, 0
    for topic in subscriptions.topics:
        async for batch in _batches(flat.bus.read(topic)):
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


async def _compared(flat: Flat, store: Store[ScoringWork], decided: Decided, period: str) -> Compared:
    async with store.work() as work:
        await replaying.exclude(work.connection, decided.excluded.get(period, {}).values())
    # Committed first: the close is made by two sessions.
    async with store.work() as work:
        frozen = await work.months.freeze(period)
        replayed = await replaying.sheaves(work.connection, period)
    async with flat.store.read() as known:
        kept = await replaying.sheaves(known, period)
    differing = sorted({f"{unit or '-'} {measure}" for measure, unit, *_ in _unlike(kept, replayed)})
    published = decided.closed[period].sha256
    return Compared(period, published, frozen.sha256, frozen.lines, tuple(differing))


def _unlike(
    kept: dict[replaying.Sheaf, bytes], replayed: dict[replaying.Sheaf, bytes]
) -> list[replaying.Sheaf]:
    return [sheaf for sheaf in kept.keys() | replayed.keys() if kept.get(sheaf) != replayed.get(sheaf)]
