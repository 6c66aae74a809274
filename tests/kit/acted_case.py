"""A case that everybody acts on in any order, and what must hold whatever they do: for stateful tests."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.router.domain import commands as do
from services.router.domain.model import Case, OrderRole, ReturnReason, WorkOrder
from services.router.domain.policy import clocks, dividing, returns
from services.router.domain.policy.bells import next_bell
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import UnitCode
from shared.kernel.words import Ruling
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CASE_ID,
    DESK,
    ENFORCEMENT,
    HOUSING,
    WORDS,
    a_case,
    ids,
    kept,
    street,
)
from tests.kit.city import beijing

CITY = beijing()
S = CaseState
ENDS = frozenset({S.CLOSED, S.DECLINED, S.WITHDRAWN})
KEEPS_IT = frozenset({Ruling.UPHOLD, Ruling.SILENCE})
MOST_RETURNS = CITY.policy.returns.max_returns
MOST_DIVISIONS = CITY.policy.conference.max_divisions
MOST_REDOS = CITY.policy.redo.max_redo + 1


def in_state(*states: CaseState) -> Any:
    return precondition(lambda self: self.case.state in states)


def with_lead(self: "ActedCase") -> bool:
    return self.case.lead is not None


class ActedCase(RuleBasedStateMachine):
    """The case, the clock, and returns with what decides them; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = AT
        self.case: Case = a_case(S.AWAITING_DISPATCHER)
        self.facts: list[Any] = []
        self.handed_back: list[UnitCode] = []
        self.deadlines = 0
        """How many deadlines there were: a clock is told once for each."""
        self.unmerged = 0
        """How often it was let go by the case it was joined to: owed anew, by a first dispatch of its own."""
        self.moved = 0
        """How often limits of orders were moved: one that is moved away and back is a new clock too."""
        self.told: Counter[tuple[Any, ...]] = Counter()

    def act(self, decide: Callable[[Case], Decision[Case]], *, moves_deadline: bool = False) -> bool:
        """Decide and keep; False: refused by name, and nothing has changed."""
        before = self.case
        try:
            decision = decide(before)
        except Refusal:
            return False
        after = kept(decision)
        self._judge(before, after, decision.facts, moves_deadline=moves_deadline)
        self.facts += decision.facts
        self.case = after
        return True

    def _judge(self, before: Case, after: Case, facts: tuple[Any, ...], *, moves_deadline: bool) -> None:
        assert after.version == before.version + len(facts)
        if before.state in ENDS:
            assert after.state is before.state, "an end stays an end"
            assert {fact.TYPE for fact in facts} <= {"jiesu.case.move_refused"}
        if before.started_at is not None:
            assert after.started_at == before.started_at
        if after.resolve_by != before.resolve_by:
            is_first_or_redo = before.resolve_by is None or before.state is S.SURVEYING
            assert moves_deadline or is_first_or_redo, "nothing else moves a deadline"
            self.deadlines += 1
        was = {order.id: (order.sign_by, order.resolve_by) for order in before.orders}
        self.moved += any((order.sign_by, order.resolve_by) != was.get(order.id) for order in after.orders)
        self._no_ping_pong(before, facts)
        for fact in facts:
            self._tell(before, fact)

    def _no_ping_pong(self, before: Case, facts: tuple[Any, ...]) -> None:
        """A unit that returned the case gets it again only where its return was refused."""
        sent = next((fact for fact in facts if fact.TYPE == "jiesu.case.dispatched"), None)
        if sent is None or sent.unit not in self.handed_back:
            return
        ruling = next((fact for fact in facts if fact.TYPE == "jiesu.case.adjudicated"), None)
        had_it = before.lead is not None and before.lead.unit == sent.unit and before.state is not S.RETURNED
        assert had_it or (ruling is not None and ruling.ruling in KEEPS_IT), (sent.unit, facts)

    def _tell(self, before: Case, fact: Any) -> None:
        lead = before.lead
        match fact.TYPE:
            case "jiesu.case.overdue" if fact.clock == "sign":
                assert lead is not None
                self.told["sign", lead.id, lead.sign_by, self.moved] += 1
            case "jiesu.case.overdue" if fact.clock == "dispatch":
                self.told["dispatch", before.redo, self.unmerged] += 1
            case "jiesu.case.overdue" | "jiesu.case.due_soon":
                self.told[fact.TYPE, self.deadlines] += 1
            case "jiesu.co_order.overdue":
                until = self.deadlines if fact.clock == "resolve" else 0
                self.told[fact.clock, fact.work_order_id, until, self.moved] += 1

    @rule()
    def the_clock_rings(self) -> None:
        rings = 0
        while self.case.bell_at is not None and self.case.bell_at <= self.now:
            assert self.act(lambda case: clocks.ring(case, ids(), CITY, at=self.now))
            rings += 1
            assert rings < 30, "a clock rings for ever"
        assert self.act(lambda case: clocks.ring(case, ids(), CITY, at=self.now))

    @precondition(with_lead)
    @rule()
    def lead_returns(self) -> None:
        lead = self.the_lead()
        command = do.ReturnOrder(**self.by_unit(lead), reason=ReturnReason.NOT_OUR_DUTY, evidence="e")
        # Before it is kept: what follows in the same breath must know of it.
        self.handed_back.append(lead.unit)
        if not self.act(lambda case: returns.return_case(case, command, ids(), CITY, at=self.now)):
            self.handed_back.pop()

    def ruled(self, lead: UnitCode, ruling: Ruling) -> bool:
        """The desk decides the return that waits."""
        command = do.Adjudicate(
            case_id=CASE_ID,
            by=DESK,
            ruling=ruling,
            reason="r",
            lead=None if ruling is Ruling.UPHOLD else lead,
            co_units=(HOUSING, ENFORCEMENT) if ruling is Ruling.DIVIDE else None,
        )
        return self.act(lambda case: returns.adjudicate(case, command, WORDS, ids(), CITY, at=self.now))

    def divided(self, lead: UnitCode, co: UnitCode) -> None:
        """A conference divides it, or hears why not."""
        command = do.TakeDivision(case_id=CASE_ID, asked_by=ASKED, leads=(lead,), co_units=(co,))
        assert self.act(lambda case: dividing.take_division(case, command, ids(), CITY, at=self.now))

    @invariant()
    def returns_are_bounded(self) -> None:
        assert len(set(self.handed_back)) == len(self.handed_back), "a unit returned twice"
        assert len(self.handed_back) <= MOST_RETURNS + 1
        answered = [each for each in self.case.rulings if each.returned_by is not None]
        assert len(answered) <= MOST_RETURNS + 1
        if len(answered) == MOST_RETURNS + 1:
            assert self.case.backstopped
        divided = [each for each in self.case.rulings if each.by == dividing.BY_CONFERENCE]
        assert len(divided) <= MOST_DIVISIONS

    @invariant()
    def hops_are_bounded(self) -> None:
        hops = sum(1 for fact in self.facts if fact.TYPE == "jiesu.case.dispatched")
        assert hops <= 1 + (MOST_RETURNS + 1) + MOST_DIVISIONS + MOST_REDOS + self.unmerged

    @invariant()
    def redos_are_bounded_and_the_last_one_is_supervised(self) -> None:
        assert self.case.redo <= MOST_REDOS
        if self.case.redo == MOST_REDOS:
            assert self.case.supervised

    @invariant()
    def each_clock_is_told_once(self) -> None:
        assert [key for key, times in self.told.items() if times > 1] == []

    @invariant()
    def the_version_counts_the_facts(self) -> None:
        assert self.case.version == len(self.facts)

    @invariant()
    def the_bell_is_the_next_clock(self) -> None:
        bell = next_bell(self.case)
        assert self.case.bell_at == (bell.at if bell else None)

    @invariant()
    def one_lead_owes_by_one_deadline_and_orders_are_never_doubled(self) -> None:
        found = [order.id for order in self.case.orders]
        assert len(found) == len(set(found))
        if self.case.state in (S.DISPATCHED, S.SIGNED, S.SHELVED):
            assert self.the_lead().is_open
            owed = {order.resolve_by for order in (self.the_lead(), *self.case.co_orders) if order.is_open}
            assert owed == {self.case.resolve_by}
        if self.case.state in (S.WITHDRAWN, S.CLOSED, S.MERGED):
            assert not any(order.is_open for order in self.case.orders)

    def the_lead(self) -> WorkOrder:
        assert self.case.lead is not None
        assert self.case.lead.role is OrderRole.LEAD
        return self.case.lead

    def by_unit(self, order: WorkOrder) -> dict[str, Any]:
        return {"order_id": order.id, "by": street(order.unit)}

    def by_desk(self) -> dict[str, Any]:
        return {"order_id": self.the_lead().id, "by": DESK}
