"""What counts: the lines that follow from an entry by the policy's rules.

- response 响应: every dispatched order, lead and co, first handling and redo, at the dispatch's time;
  1 when its unit signed in time. An order that a ruling took away, or that ended before its time to sign
  was over, counts for nobody; one returned in vain counts once.
- contact, resolution 解决, satisfaction 满意: the first valid callback, at its own time, for the lead alone.
  "No opinion" is no answer about satisfaction; an unreachable citizen is no valid callback.
- 诉求量: a case is one case, with the first order of its first handling that counts for a lead.
- An order counts for the deepest unit it was given to. A joined case's answer counts for the lead of the
  case it was joined to. A case answered at once has no unit and counts for none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.scoring.domain.lifecycle import Fate
from services.scoring.domain.model import Answer, Entry, Order, Result
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.booking import Worth
from shared.city.policy import Policy
from shared.city.policy_scoring import Score
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import Satisfied, Solved

ONE = Decimal(1)
NONE = Decimal(0)


class Measure(StrEnum):
    """三率, and the second reading of response."""

    RESPONSE = "response"
    CONTACT = "contact"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"


@dataclass(frozen=True, slots=True)
class Rules:
    """How much an answer counts, and in which period."""

    solved: dict[Solved, Decimal]
    satisfied: dict[Satisfied, Decimal]
    periods: Periods
    since: str = ""
    """The first period that this holds for."""
    earlier: "Rules | None" = None

    @classmethod
    def of_policy(cls, policy: Policy) -> "Rules":
        return cls._of(policy.score, Periods.of_policy(policy))

    @classmethod
    def _of(cls, score: Score, periods: Periods) -> "Rules":
        return cls(
            {Solved.YES: ONE, Solved.PARTLY: score.partly_solved, Solved.NO: NONE},
            {Satisfied.SATISFIED: ONE, Satisfied.BASICALLY: score.basically_satisfied, Satisfied.NOT: NONE},
            periods,
            score.since or "",
            cls._of(score.before, periods) if score.before else None,
        )

    def of(self, period: str) -> "Rules":
        """Those of the period of this name."""
        return self if self.earlier is None or period >= self.since else self.earlier.of(period)


@dataclass(frozen=True, slots=True)
class Line:
    """One case × unit × measure that counts: `numerator` of `denominator`."""

    case_id: CaseId
    measure: Measure
    because: UUID
    """The work order or the callback."""
    unit: UnitCode | None
    joined_into: CaseId | None
    """When there is no unit: the case whose lead it counts for."""
    at: datetime
    period: str
    numerator: Decimal
    denominator: int
    """0: it does not count after all."""
    proactive: bool
    is_lead: bool
    redo: int
    undecided_until: datetime | None
    """While the unit may still sign in time; the order counts already."""
    cases: int | None = 0
    """1 where the case itself is counted. None: written before it was; an adjustment of then is let be."""

    @property
    def key(self) -> tuple[UUID, Measure, UUID]:
        return self.case_id, self.measure, self.because

    @property
    def side(self) -> tuple[UnitCode, bool] | None:
        """For whom, and on which of the two sides; None while a joined case's lead is only looked up."""
        return None if self.unit is None else (self.unit, self.proactive)

    @property
    def worth(self) -> Worth:
        cases = self.cases
        if cases is None:
            opens = self.measure is Measure.RESPONSE and self.is_lead and self.redo == 0
            cases = self.denominator if opens else 0
        return Worth(self.numerator, self.denominator, cases)

    def counting(self, worth: Worth) -> "Line":
        return replace(self, **worth._asdict(), undecided_until=None)


def lines_of(entry: Entry, rules: Rules) -> list[Line]:
    """Every line that follows from an entry."""
    return [*of_orders(entry, rules), *of_results(entry, rules)]


def of_orders(entry: Entry, rules: Rules) -> list[Line]:
    """响应: what follows from the orders."""
    first = next((order for order in entry.orders if _leads_first(order)), None)
    return [_response(entry, order, rules, cases=int(order is first)) for order in entry.orders]


def of_results(entry: Entry, rules: Rules) -> list[Line]:
    """What follows from the citizen's answer."""
    scored = entry.scored
    if scored is None or scored.answer is None or (scored.unit is None and scored.joined_into is None):
        return []
    period = rules.periods.label(scored.heard.at)
    return [
        _judged(entry, scored, measure, worth, period)
        for measure, worth in _worths(scored.answer, rules.of(period))
    ]


def _leads_first(order: Order) -> bool:
    # What the first lead signed for stands when a conference divides: two orders count, and one case.
    return order.is_lead and order.redo == 0 and order.fate is Fate.STANDING


def _response(entry: Entry, order: Order, rules: Rules, *, cases: int) -> Line:
    counts = order.fate is Fate.STANDING
    return Line(
        entry.case_id,
        Measure.RESPONSE,
        order.work_order_id,
        order.counts_for,
        None,
        order.dispatched.at,
        rules.periods.label(order.dispatched.at),
        ONE if counts and order.is_signed_in_time else NONE,
        int(counts),
        entry.proactive,
        order.is_lead,
        order.redo,
        order.sign_by if counts and order.signed is None else None,
        cases,
    )


def _worths(answer: Answer, rules: Rules) -> Iterator[tuple[Measure, Decimal]]:
    yield Measure.CONTACT, ONE if answer.contacted else NONE
    yield Measure.RESOLUTION, rules.solved[answer.solved]
    if answer.satisfied in rules.satisfied:
        yield Measure.SATISFACTION, rules.satisfied[answer.satisfied]


def _judged(entry: Entry, result: Result, measure: Measure, worth: Decimal, period: str) -> Line:
    return Line(
        entry.case_id,
        measure,
        result.callback_id,
        result.unit,
        result.joined_into,
        result.heard.at,
        period,
        worth,
        1,
        entry.proactive,
        True,
        result.round - 1,
        None,
    )
