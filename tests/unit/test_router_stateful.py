"""A case's life in any order: units, desk, conference, citizen, survey and clock act on it as they like.

Whatever they do, the versions are 1..n, an end stays an end, a deadline moves only by what may move it, a
clock is told once, and no case goes to and fro.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.router.domain import commands as do
from services.router.domain.model import Case, OrderRole, ReturnReason, WorkOrder
from services.router.domain.policy import (
    callback,
    citizen,
    clocks,
    dividing,
    handling,
    modes,
    opening,
    overseeing,
    reclassifying,
    returns,
)
from services.router.domain.policy.bells import next_bell
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode, new_id
from shared.kernel.words import DeclineReason, HandlingMode, Kind, Ruling, Satisfied, Solved
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CASE_ID,
    DAXING,
    DESK,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    HOUSING,
    TIANGONGYUAN,
    WORDS,
    a_case,
    ids,
    kept,
    street,
)
from tests.kit.city import beijing

CITY = beijing()
UNITS = st.sampled_from(
    [GUANYINSI, TIANGONGYUAN, DONGHUASHI, HOUSING, ENFORCEMENT, DAXING, UnitCode("110000")]
)
S = CaseState
ENDS = frozenset({S.CLOSED, S.DECLINED, S.WITHDRAWN})
KEEPS_IT = frozenset({Ruling.UPHOLD, Ruling.SILENCE})
ELSEWHERE = a_case(S.SIGNED, case_id=CaseId(new_id()))
MOST_RETURNS = CITY.policy.returns.max_returns
MOST_DIVISIONS = CITY.policy.conference.max_divisions
MOST_REDOS = CITY.policy.redo.max_redo + 1


def in_state(*states: CaseState) -> Any:
    return precondition(lambda self: self.case.state in states)


def with_lead(self: "CaseLife") -> bool:
    return self.case.lead is not None


class CaseLife(RuleBasedStateMachine):
    """Everybody at once; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = AT
        self.case: Case = a_case(S.AWAITING_DISPATCHER)
        self.facts: list[Any] = []
        self.handed_back: list[UnitCode] = []
        self.deadlines = 0
        """How many deadlines there were: a clock is told once for each."""
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
                self.told["sign", lead.id, lead.sign_by] += 1
            case "jiesu.case.overdue" if fact.clock == "dispatch":
                self.told["dispatch", before.redo] += 1
            case "jiesu.case.overdue" | "jiesu.case.due_soon":
                self.told[fact.TYPE, self.deadlines] += 1
            case "jiesu.co_order.overdue":
                until = self.deadlines if fact.clock == "resolve" else 0
                self.told[fact.clock, fact.work_order_id, until] += 1

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(60, 60 * 24 * 12)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_rings(self) -> None:
        rings = 0
        while self.case.bell_at is not None and self.case.bell_at <= self.now:
            assert self.act(lambda case: clocks.ring(case, ids(), CITY, at=self.now))
            rings += 1
            assert rings < 30, "a clock rings for ever"
        assert self.act(lambda case: clocks.ring(case, ids(), CITY, at=self.now))

    @in_state(S.AWAITING_DISPATCHER, S.REOPENED, S.DISPATCHED)
    @rule(lead=UNITS)
    def dispatcher_sends(self, lead: UnitCode) -> None:
        command = do.Dispatch(case_id=CASE_ID, by=DESK, lead=lead, reason="r")
        self.act(lambda case: opening.dispatch(case, command, WORDS, ids(), CITY, at=self.now))

    @rule(dice=st.integers(0, 25))
    def the_desk_ends_it(self, dice: int) -> None:
        decline = do.Decline(case_id=CASE_ID, by=DESK, reason=DeclineReason.IN_LITIGATION)
        merge = do.Merge(case_id=CASE_ID, by=DESK, into_case_id=ELSEWHERE.case_id)
        if dice == 0:
            self.act(lambda case: opening.decline(case, decline, at=self.now))
        elif dice == 1:
            self.act(lambda case: opening.merge(case, ELSEWHERE, merge, at=self.now))
        elif dice == 2:
            answer = do.Answer(case_id=CASE_ID, by=DESK, text="t")
            self.act(lambda case: opening.answer(case, answer, at=self.now))

    @precondition(with_lead)
    @rule()
    def lead_signs(self) -> None:
        command = do.Sign(**self._by_unit(self._lead()))
        self.act(lambda case: handling.sign(case, command, CITY, at=self.now))

    @precondition(lambda self: self.case.co_orders)
    @rule(resolves=st.booleans())
    def a_co_unit_works(self, resolves: bool) -> None:
        by = self._by_unit(self.case.co_orders[0])
        if resolves:
            self.act(lambda case: handling.resolve(case, do.Resolve(**by, evidence="e"), CITY, at=self.now))
        else:
            self.act(lambda case: handling.sign(case, do.Sign(**by), CITY, at=self.now))

    @precondition(with_lead)
    @rule(what=st.sampled_from(["contact", "progress", "hand_on", "find"]))
    def lead_works(self, what: str) -> None:
        by, at = self._by_unit(self._lead()), self.now
        match what:
            case "contact":
                self.act(lambda case: handling.contact(case, do.Contact(**by), CITY, at=at))
            case "progress":
                self.act(lambda case: handling.progress(case, do.Progress(**by, note="n"), CITY, at=at))
            case "hand_on":
                self.act(lambda case: handling.hand_on(case, do.HandOn(**by, to="物业"), CITY, at=at))
            case _:
                find = do.Find(**by, kind=Kind.REPORT, text="t")
                self.act(lambda case: handling.find(case, find, CaseId(new_id()), "s", CITY, at=at))

    @precondition(with_lead)
    @rule()
    def lead_returns(self) -> None:
        lead = self._lead()
        command = do.ReturnOrder(**self._by_unit(lead), reason=ReturnReason.NOT_OUR_DUTY, evidence="e")
        # Before it is kept: what follows in the same breath must know of it.
        self.handed_back.append(lead.unit)
        if not self.act(lambda case: returns.return_case(case, command, ids(), CITY, at=self.now)):
            self.handed_back.pop()

    @in_state(S.RETURNED)
    @rule(lead=UNITS, ruling=st.sampled_from([Ruling.UPHOLD, Ruling.REDIRECT, Ruling.DIVIDE]))
    def desk_rules(self, lead: UnitCode, ruling: Ruling) -> None:
        command = do.Adjudicate(
            case_id=CASE_ID,
            by=DESK,
            ruling=ruling,
            reason="r",
            lead=None if ruling is Ruling.UPHOLD else lead,
            co_units=(HOUSING, ENFORCEMENT) if ruling is Ruling.DIVIDE else None,
        )
        self.act(lambda case: returns.adjudicate(case, command, WORDS, ids(), CITY, at=self.now))

    @rule(lead=UNITS, co=UNITS)
    def a_conference_divides(self, lead: UnitCode, co: UnitCode) -> None:
        command = do.TakeDivision(case_id=CASE_ID, asked_by=ASKED, leads=(lead,), co_units=(co,))
        assert self.act(lambda case: dividing.take_division(case, command, ids(), CITY, at=self.now))

    @precondition(with_lead)
    @rule(days=st.integers(0, 30))
    def desk_extends(self, days: int) -> None:
        until = (self.case.resolve_by or self.now) + timedelta(days=days)
        command = do.Extend(**self._by_desk(), until=until, reason="r")
        extended = self.act(lambda c: overseeing.extend(c, command, CITY, at=self.now), moves_deadline=True)
        assert not extended or self.case.extensions <= CITY.policy.extension.max_times

    @precondition(with_lead)
    @rule(mode=st.sampled_from(HandlingMode), days=st.integers(1, 90))
    def desk_sets_the_mode(self, mode: HandlingMode, days: int) -> None:
        plan: dict[str, Any] = {}
        if mode is HandlingMode.DEDICATED:
            plan = {"leader": "l", "plan": "p", "plan_until": self.now + timedelta(days=days)}
        command = do.SetMode(**self._by_desk(), mode=mode, reason="r", by_supervisor=True, **plan)
        moves = mode is HandlingMode.DEDICATED
        self.act(lambda case: modes.set_mode(case, command, CITY, at=self.now), moves_deadline=moves)

    @rule(category=st.sampled_from(["noise", "road_water", "group_rental"]))
    def desk_reclassifies(self, category: str) -> None:
        command = do.Reclassify(case_id=CASE_ID, by=DESK, category=CategoryCode(category), reason="r")
        self.act(lambda case: reclassifying.reclassify(case, command, CITY, at=self.now), moves_deadline=True)

    @precondition(with_lead)
    @rule(what=st.sampled_from(["shelve", "unshelve", "urge", "supervise"]), days=st.integers(1, 40))
    def desk_looks_on(self, what: str, days: int) -> None:
        by, at = self._by_desk(), self.now
        match what:
            case "shelve":
                shelve = do.Shelve(**by, review_at=at + timedelta(days=days), reason="r")
                self.act(lambda case: overseeing.shelve(case, shelve, CITY, at=at))
            case "unshelve":
                self.act(lambda case: overseeing.unshelve(case, do.Unshelve(**by), CITY, at=at))
            case "urge":
                self.act(lambda case: overseeing.urge(case, do.Urge(**by), CITY, at=at))
            case _:
                self.act(lambda case: overseeing.supervise(case, do.Supervise(**by, reason="r"), CITY, at=at))

    @precondition(with_lead)
    @rule()
    def lead_resolves(self) -> None:
        command = do.Resolve(**self._by_unit(self._lead()), evidence="e")
        self.act(lambda case: handling.resolve(case, command, CITY, at=self.now))

    @rule()
    def callback_is_scheduled(self) -> None:
        command = do.StartSurvey(
            case_id=CASE_ID,
            callback_id=CallbackId(new_id()),
            round=self.case.callback_round + 1,
            asked_by=ASKED,
        )
        assert self.act(lambda case: callback.start(case, command))

    @rule(satisfied=st.sampled_from([Satisfied.NOT, Satisfied.NOT, Satisfied.SATISFIED]), late=st.booleans())
    def citizen_answers(self, satisfied: Satisfied, late: bool) -> None:
        """In his round; or late, in one that is over or that nobody knows."""
        known = self.case.callbacks or (CallbackId(new_id()),)
        current = self.case.callback_id or known[0]
        command = do.TakeAnswer(
            case_id=CASE_ID,
            callback_id=known[0] if late else current,
            round=self.case.callback_round,
            asked_by=ASKED,
            solved=Solved.PARTLY,
            satisfied=satisfied,
        )
        assert self.act(lambda case: callback.take_answer(case, command, ids(), CITY, at=self.now))

    @precondition(lambda self: self.case.callback_id)
    @rule(dice=st.integers(0, 3))
    def nobody_is_reached(self, dice: int) -> None:
        callback_id = self.case.callback_id
        if dice == 0 and callback_id is not None:
            command = do.GiveUpSurvey(case_id=CASE_ID, callback_id=callback_id, round=1, asked_by=ASKED)
            assert self.act(lambda case: callback.give_up(case, command, at=self.now))

    @rule(dice=st.integers(0, 15))
    def citizen_wishes(self, dice: int) -> None:
        wish = do.AskedByCitizen(CASE_ID, ASKED)
        if dice == 0:
            assert self.act(lambda case: citizen.withdraw(case, wish, at=self.now))
        elif dice < 4:
            assert self.act(lambda case: citizen.urge(case, wish, at=self.now))

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
        assert hops <= 1 + (MOST_RETURNS + 1) + MOST_DIVISIONS + MOST_REDOS

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
            assert self._lead().is_open
            owed = {order.resolve_by for order in (self._lead(), *self.case.co_orders) if order.is_open}
            assert owed == {self.case.resolve_by}
        if self.case.state in (S.WITHDRAWN, S.CLOSED, S.MERGED):
            assert not any(order.is_open for order in self.case.orders)

    def _lead(self) -> WorkOrder:
        assert self.case.lead is not None
        assert self.case.lead.role is OrderRole.LEAD
        return self.case.lead

    def _by_unit(self, order: WorkOrder) -> dict[str, Any]:
        return {"order_id": order.id, "by": street(order.unit)}

    def _by_desk(self) -> dict[str, Any]:
        return {"order_id": self._lead().id, "by": DESK}


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
