"""Scoring's aggregates as rows, and the work that opens on them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.divisions import Divisions
from services.scoring.domain.errors import UnknownExclusion, UnknownTopic
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.hotspot import Hotspot, Place
from services.scoring.domain.lifecycle import MonthState, TopicState
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.month import Frozen, Month
from services.scoring.domain.policy import calls, lines
from services.scoring.domain.policy.calls import CallLine
from services.scoring.domain.policy.closing import Closable
from services.scoring.domain.policy.lines import Line, Rules
from services.scoring.domain.policy.rates import Sum
from services.scoring.domain.topic import Topic
from services.scoring.store import freezing, periods, queries, sums, tables
from services.scoring.store.booking import LineBook
from services.scoring.store.books import Books
from services.scoring.store.daily import DailyCounts
from services.scoring.store.divisions import keep
from services.scoring.store.equipment import Equipment
from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.decision import Decision
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, CategoryCode, ExclusionId, HotspotId, TopicId, UnitCode, WhistleId
from shared.store.repository import Repository
from shared.store.unit_copies import UnitCopyRepository
from shared.store.work import Work


class EntryRepository(Repository[CaseId, Entry]):
    """The ledger."""

    AGGREGATE = "entry"
    MODEL = Entry
    TABLE = tables.ENTRIES
    KEY = "case_id"

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._rules = Rules.of_policy(work.city.policy)
        self._lines = LineBook(tables.SCORE_LINES, Line, self.KEY)
        self._booked: dict[CaseId, Entry] = {}
        """The entries whose lines are written as they follow from them."""

    async def preload(self, keys: Iterable[CaseId]) -> None:
        """The same, and what is written already."""
        wanted = [key for key in keys if key not in self._held]
        await super().preload(wanted)
        for key in wanted:
            if held := self._held[key]:
                self._booked[key] = held.aggregate

    async def keep(self, decision: Decision[Entry]) -> Entry:
        """Hold it; what was noted while an earlier period could still change is booked there first."""
        held = self._held.get(decision.state.case_id)
        if held and held.changed and held.aggregate.opened != decision.state.opened:
            self._note(held.aggregate)
        return await super().keep(decision)

    async def counts_in(self, case_id: CaseId, period: str) -> bool:
        """Whether anything of the case counts in the period."""
        return await queries.counts_in(self._work.connection, case_id, period)

    def _note(self, entry: Entry) -> None:
        before = self._booked.get(entry.case_id) or Entry(entry.case_id)
        self._booked[entry.case_id] = entry
        # Most facts touch nothing that lines follow from: the fold hands the same tuples on.
        turned = entry.proactive != before.proactive
        if turned or entry.orders is not before.orders:
            self._note_lines(lines.of_orders, before, entry)
        if turned or entry.results is not before.results:
            self._note_lines(lines.of_results, before, entry)

    def _note_lines(self, follow: Callable[[Entry, Rules], list[Line]], before: Entry, entry: Entry) -> None:
        was, now = follow(before, self._rules), follow(entry, self._rules)
        self._lines.note(entry.case_id, was, now, entry.opened)

    async def _project(self, aggregates: Sequence[Entry]) -> None:
        for entry in aggregates:
            self._note(entry)
        await self._lines.write(self._work.connection)


class WhistleRepository(Repository[WhistleId, Whistle]):
    """The whistles blown."""

    AGGREGATE = "whistle"
    MODEL = Whistle
    TABLE = tables.WHISTLES
    KEY = "whistle_id"

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._periods = Rules.of_policy(work.city.policy).periods
        self._lines = LineBook(tables.DEPARTMENT_LINES, CallLine, self.KEY)
        self._booked: dict[WhistleId, Whistle] = {}

    async def preload(self, keys: Iterable[WhistleId]) -> None:
        """The same, and what is written already."""
        wanted = [key for key in keys if key not in self._held]
        await super().preload(wanted)
        for key in wanted:
            if held := self._held[key]:
                self._booked[key] = held.aggregate

    async def keep(self, decision: Decision[Whistle]) -> Whistle:
        """Hold it; what was noted while an earlier period could still change is booked there first."""
        held = self._held.get(decision.state.whistle_id)
        if held and held.changed and held.aggregate.opened != decision.state.opened:
            self._note(held.aggregate)
        return await super().keep(decision)

    def _note(self, whistle: Whistle) -> None:
        before = self._booked.get(whistle.whistle_id)
        self._booked[whistle.whistle_id] = whistle
        was = calls.lines_of(before, self._periods) if before else ()
        self._lines.note(whistle.whistle_id, was, calls.lines_of(whistle, self._periods), whistle.opened)

    async def _project(self, aggregates: Sequence[Whistle]) -> None:
        for whistle in aggregates:
            self._note(whistle)
        await self._lines.write(self._work.connection)


class ExclusionRepository(Repository[ExclusionId, Exclusion]):
    """剔除."""

    AGGREGATE = "exclusion"
    MODEL = Exclusion
    TABLE = tables.EXCLUSIONS
    KEY = "exclusion_id"

    async def about(self, case_id: CaseId, period: str) -> ExclusionId | None:
        """The exclusion of a case in a period. Who asks for it at the same moment waits until we end."""
        await _alone(self._work.connection, f"exclusions:{case_id}:{period}")
        columns = tables.EXCLUSIONS.c
        found = await self._work.connection.execute(
            select(columns.exclusion_id).where(columns.case_id == case_id, columns.period == period)
        )
        known = found.scalar_one_or_none()
        return None if known is None else ExclusionId(known)

    def unknown(self, key: ExclusionId) -> NotFound:
        return UnknownExclusion(key)


class MonthRepository(Repository[str, Month]):
    """月结."""

    AGGREGATE = "month"
    MODEL = Month
    TABLE = tables.MONTHS
    KEY = "period"

    async def closing(self) -> Month | None:
        """The oldest period whose close was asked for and not made."""
        columns = tables.MONTHS.c
        asked = select(columns.period).where(columns.state == MonthState.CLOSING).order_by(columns.period)
        period = (await self._work.connection.execute(asked.limit(1))).scalar_one_or_none()
        return None if period is None else await self.get(period)

    async def closable(self, period: str) -> Closable:
        """What closing the period asks of the ledger."""
        return await periods.closable(self._work.connection, period)

    async def freeze(self, period: str) -> Frozen:
        """Write down what the period's lines add up to, and their hash."""
        return await freezing.freeze(self._work.connection, self._work.beside, period)

    async def keep_divisions(self, divisions: Divisions) -> str:
        """Write down what a month is read by; its hash."""
        return await keep(self._work.connection, divisions)

    async def sums(self, period: str) -> list[Sum]:
        """What was written down of a period."""
        return await sums.frozen_sums(self._work.connection, period)


class HotspotRepository(Repository[HotspotId, Hotspot]):
    """热点."""

    AGGREGATE = "hotspot"
    MODEL = Hotspot
    TABLE = tables.HOTSPOTS
    KEY = "hotspot_id"

    async def going_on(self, since: date) -> dict[Place, HotspotId]:
        """Those that were still one on this day or later."""
        columns = tables.HOTSPOTS.c
        asked = select(columns.unit, columns.category, columns.hotspot_id).where(columns.last_day >= since)
        found = await self._work.connection.execute(asked.order_by(columns.last_day))
        return {(UnitCode(row.unit), CategoryCode(row.category)): HotspotId(row.hotspot_id) for row in found}


class TopicRepository(Repository[TopicId, Topic]):
    """每月一题."""

    AGGREGATE = "topic"
    MODEL = Topic
    TABLE = tables.TOPICS
    KEY = "topic_id"

    async def of_month(self, period: str, unit: UnitCode) -> TopicId | None:
        """The topic of a month in this unit. Who chooses it at the same moment waits until we end."""
        await _alone(self._work.connection, f"topics:{period}:{unit}")
        columns = tables.TOPICS.c
        found = await self._work.connection.execute(
            select(columns.topic_id).where(
                columns.period == period, columns.unit == unit, columns.state != TopicState.CANCELLED
            )
        )
        known = found.scalar_one_or_none()
        return None if known is None else TopicId(known)

    def unknown(self, key: TopicId) -> NotFound:
        return UnknownTopic(key)


async def _alone(connection: AsyncConnection, about: str) -> None:
    # Both would find nothing and write; the second is to be told of the first one's by name.
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(about, 0))))


class UnitCopies(UnitCopyRepository):
    """The directory's units as this service has heard of them."""

    TABLE = tables.UNIT_COPIES


class ScoringWork(Work):
    """One knock at scoring."""

    SOURCE = "scoring"
    METADATA = tables.METADATA
    equipment: Equipment

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.books = Books(self)
        self.entries = EntryRepository(self)
        self.whistles = WhistleRepository(self)
        self.unit_copies = UnitCopies(self)
        self.exclusions = ExclusionRepository(self)
        self.months = MonthRepository(self)
        self.daily = DailyCounts(self)
        self.hotspots = HotspotRepository(self)
        self.topics = TopicRepository(self)

    async def flush(self) -> None:
        """The same, with the facts that came late."""
        await super().flush()
        await self.books.flush()
