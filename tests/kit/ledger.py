"""Scoring's ledger without a database, and a month of cases for it with sums made by hand."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.scoring.consumer import SUBSCRIPTIONS
from services.scoring.domain.errors import UnknownCase
from services.scoring.domain.model import Entry, Stamp, Whistle
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.lines import Line, Measure, Rules, lines_of
from services.scoring.domain.policy.rates import Sum, Tally
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import Envelope, Heard
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, EventId, UnitCode, WhistleId
from shared.kernel.words import Ruling, Satisfied, Solved
from tests.kit.case_story import (
    BEIJING,
    DONGCHENG,
    DONGHUASHI,
    HOUSING,
    MORNING,
    NANLI,
    POLICE,
    SHANGHAI,
    YANQING,
    YONGNING,
    ZHENZHUQUAN,
    Story,
    handled,
)
from tests.kit.city import beijing


class Shelf:
    """A repository that lies in memory."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.kept: dict[Any, Any] = {}

    async def find(self, key: Any) -> Any:
        return self.kept.get(key)

    async def get(self, key: Any) -> Any:
        if key not in self.kept:
            raise UnknownCase(key)
        return self.kept[key]

    async def keep(self, decision: Decision[Any]) -> Any:
        self.kept[getattr(decision.state, self.key)] = decision.state
        return decision.state


class BooksInMemory:
    """Books in which nothing is closed but what the test closes."""

    def __init__(self) -> None:
        self.periods = Periods.of_policy(beijing().policy)
        self.closed = ""
        self.late: list[EventId] = []

    async def opened(self, said: Stamp) -> str:
        natural = self.periods.opened(said.at)
        return self.periods.after(self.closed) if self.closed and natural <= self.closed else natural

    def count(self, subject: UUID, said: Stamp, opened: str) -> None:
        del subject
        if opened > self.periods.opened(said.at):
            self.late.append(said.event)


class LedgerInMemory:
    """Scoring's whole way from the bus to the ledger, without a database."""

    def __init__(self) -> None:
        self.entries = Shelf("case_id")
        self.whistles = Shelf("whistle_id")
        self.books = BooksInMemory()
        self.now = MORNING
        self._subscriptions = Subscriptions(SUBSCRIPTIONS)

    def hear(self, envelope: Envelope) -> None:
        """Whatever it is, scoring says nothing while it folds."""

    async def hears(self, *heard: Heard[Any]) -> None:
        for each in heard:
            await self._subscriptions.handle(self, each)

    @property
    def state(self) -> tuple[dict[CaseId, Entry], dict[WhistleId, Whistle]]:
        return self.entries.kept, self.whistles.kept


def sums_of(ledger: LedgerInMemory, period: str, excluded: frozenset[CaseId] = frozenset()) -> list[Sum]:
    """What the store's queries do with the lines, in plain Python."""
    rules = Rules.of_policy(beijing().policy)
    tallies: dict[tuple[str, Measure, bool, bool], Tally] = defaultdict(Tally)
    for entry in ledger.entries.kept.values():
        for line in lines_of(entry, rules):
            unit = line.unit or leading(ledger, line)
            if line.denominator and line.period == period and unit:
                key = unit, line.measure, line.proactive, line.case_id in excluded
                tallies[key] += Tally(line.numerator, 1, cases=line.worth.cases)
    return [Sum(unit, measure, side, tally, out) for (unit, measure, side, out), tally in tallies.items()]


def leading(ledger: LedgerInMemory, line: Line) -> str | None:
    """For whom a joined case's answer counts: who led the other case when it was given."""
    into, seen = line.joined_into, set[CaseId]()
    while into is not None and into in ledger.entries.kept and into not in seen:
        seen.add(into)
        leads = [lead for lead in ledger.entries.kept[into].leads if lead.opened <= line.period]
        past = [lead for lead in leads if lead.since <= line.at]
        lead = past[-1] if past else next(iter(leads), None)
        if lead is None or lead.unit is not None:
            return lead.unit if lead else None
        into = lead.into
    return None


YES, PARTLY, NO = Solved.YES, Solved.PARTLY, Solved.NO
SATISFIED, BASICALLY, UNSATISFIED = Satisfied.SATISFIED, Satisfied.BASICALLY, Satisfied.NOT


def a_month() -> list[Story]:
    """A case for each rule; their sums were made by hand and stand in `BY_HAND`."""
    plain = handled("plain", ZHENZHUQUAN).judged(YES, SATISFIED).closed()
    return [plain, *_surveyed(), *_ended_early(), *_returned(), *_joined(plain), *_apart()]


def _surveyed() -> list[Story]:
    cross_town = Story("cross-town").registered().dispatched(ZHENZHUQUAN, co=(YONGNING,)).co_signed(YONGNING)
    cross_town.passes(hours=3).signed(ZHENZHUQUAN, in_time=False).resolved(ZHENZHUQUAN)
    cross_town.judged(YES, BASICALLY).closed()
    redone = handled("redone", ZHENZHUQUAN).judged(NO, UNSATISFIED, contacted=False).reopened()
    redone.dispatched(ZHENZHUQUAN, key="again", redo=1).signed(ZHENZHUQUAN, key="again")
    redone.resolved(ZHENZHUQUAN, key="again", redo=1)
    redone.judged(YES, SATISFIED, round_=2, scored=False).closed(2)
    community = Story("community").registered().dispatched(DONGHUASHI).signed(DONGHUASHI)
    community.assigned(DONGHUASHI, NANLI).resolved(DONGHUASHI).judged(YES, SATISFIED).closed()
    return [
        cross_town,
        redone,
        community,
        handled("half", YONGNING).judged(PARTLY, Satisfied.NO_OPINION).closed(),
        handled("unreachable", ZHENZHUQUAN).unreachable().closed(reached=False),
    ]


def _ended_early() -> list[Story]:
    return [
        Story("withdrawn early").registered().dispatched(YONGNING).withdrawn(),
        Story("withdrawn late").registered().dispatched(YONGNING).passes(hours=5).withdrawn(),
        Story("answered").registered().answered().judged(YES, SATISFIED).closed(),
    ]


def _returned() -> list[Story]:
    redirected = Story("redirected").registered().dispatched(YONGNING).returned(YONGNING)
    redirected.ruled(Ruling.REDIRECT, YONGNING, ZHENZHUQUAN).dispatched(ZHENZHUQUAN)
    redirected.signed(ZHENZHUQUAN).resolved(ZHENZHUQUAN).judged(YES, BASICALLY).closed()
    in_vain = Story("in vain").registered().dispatched(DONGHUASHI).passes(hours=4).returned(DONGHUASHI)
    in_vain.ruled(Ruling.UPHOLD, DONGHUASHI, DONGHUASHI).dispatched(DONGHUASHI, key="kept")
    in_vain.signed(DONGHUASHI, key="kept").resolved(DONGHUASHI, key="kept").judged(YES, SATISFIED).closed()
    return [redirected, in_vain]


def _joined(plain: Story) -> list[Story]:
    joined = Story("joined").registered().merged(plain).passes(hours=9).judged(NO, UNSATISFIED).closed()
    link = Story("link").registered().merged(plain)
    chained = Story("chained").registered().dispatched(YONGNING).signed(YONGNING).merged(link)
    let_go = Story("let go").registered().merged(plain).unmerged(plain)
    return [joined, link, chained.judged(YES, SATISFIED).closed(), let_go]


def _apart() -> list[Story]:
    """Proactive ones, whistles, and one that was dispatched in the period before."""
    found = handled("found", ZHENZHUQUAN, proactive=True).judged(YES, SATISFIED).closed()
    october = datetime(2026, 10, 18, 9, 0, tzinfo=SHANGHAI)
    over_the_cut = handled("over the cut", DONGHUASHI, now=october).passes(hours=48)
    over_the_cut.judged(NO, UNSATISFIED, contacted=False).closed()
    whistled = handled("whistled", BEIJING, proactive=True).blown(ZHENZHUQUAN, HOUSING, POLICE)
    whistled.reported_in(HOUSING, in_time=True).reported_in(POLICE, in_time=False)
    whistled.scored(HOUSING, 5, in_time=True).scored(POLICE, 2, in_time=False)
    taken_back = Story("taken back").registered().blown(YONGNING, HOUSING).cancelled()
    return [found, over_the_cut, whistled, taken_back]


MadeByHand = tuple[tuple[str, int], tuple[str, int], tuple[str, int], tuple[str, int]]
BY_HAND: dict[UnitCode, MadeByHand] = {
    # response, contact, resolution, satisfaction; with everything below the unit
    ZHENZHUQUAN: (("5", 6), ("5", 6), ("4", 6), ("3.8", 6)),
    YONGNING: (("3", 4), ("1", 1), ("0", 1), ("0", 0)),
    NANLI: (("1", 1), ("1", 1), ("1", 1), ("1", 1)),
    DONGHUASHI: (("1", 2), ("2", 3), ("2", 3), ("2", 3)),
    YANQING: (("8", 10), ("6", 7), ("4", 7), ("3.8", 6)),
    DONGCHENG: (("1", 2), ("2", 3), ("2", 3), ("2", 3)),
    BEIJING: (("9", 12), ("8", 10), ("6", 10), ("5.8", 9)),
}
