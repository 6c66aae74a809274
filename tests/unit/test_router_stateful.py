"""A case's life in any order: returns cannot ping-pong, redos are bounded, no return moves the deadline."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.router.domain import commands as do
from services.router.domain.errors import AlreadyReturned, BackstopStands, ReturnWindowOver
from services.router.domain.model import Case, ReturnReason
from services.router.domain.policy import callback, citizen, clocks, handling, opening, returns
from services.router.domain.policy.bells import next_bell
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, new_id
from shared.kernel.words import Ruling, Satisfied, Solved
from shared.lifecycle.case import CASE_LIFE, CaseState
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
LEADS = st.sampled_from([GUANYINSI, TIANGONGYUAN, DONGHUASHI, HOUSING, ENFORCEMENT, DAXING])
S = CaseState
RETURN_REFUSED = (AlreadyReturned, BackstopStands, ReturnWindowOver)


def in_state(*states: CaseState):  # type: ignore[no-untyped-def]
    return precondition(lambda self: self.case.state in states)


class CaseLife(RuleBasedStateMachine):
    """Units, desk, citizen and clock act on one case in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = AT
        self.case: Case = a_case(S.AWAITING_DISPATCHER)
        self.facts: list[str] = []
        self.returned_by: list[str] = []

    def keep(self, decision: Decision[Case], *, deadline_stays: bool = False) -> None:
        before = self.case
        after = kept(decision)
        assert after.state is before.state or any(
            before.state in move.sources for move in CASE_LIFE.moves.values()
        )
        if deadline_stays:
            assert after.resolve_by == before.resolve_by
            assert after.started_at == before.started_at
        self.facts += [fact.TYPE for fact in decision.facts]
        self.case = after

    @rule(minutes=st.integers(1, 60 * 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_rings(self) -> None:
        while self.case.bell_at is not None and self.case.bell_at <= self.now:
            was_returned = self.case.state is S.RETURNED
            self.keep(clocks.ring(self.case, ids(), CITY, at=self.now), deadline_stays=was_returned)

    @in_state(S.AWAITING_DISPATCHER, S.REOPENED)
    @rule(lead=LEADS)
    def dispatcher_sends(self, lead: str) -> None:
        command = do.Dispatch(case_id=CASE_ID, by=DESK, lead=lead, reason="r")  # type: ignore[arg-type]
        self.keep(opening.dispatch(self.case, command, WORDS, ids(), CITY, at=self.now))

    @in_state(S.DISPATCHED)
    @rule()
    def lead_signs(self) -> None:
        lead = self.case.lead
        assert lead
        command = do.Sign(order_id=lead.id, by=street(lead.unit))
        self.keep(handling.sign(self.case, command, CITY, at=self.now), deadline_stays=True)

    @in_state(S.DISPATCHED, S.SIGNED)
    @rule()
    def lead_returns(self) -> None:
        lead = self.case.lead
        assert lead
        command = do.ReturnOrder(
            order_id=lead.id, by=street(lead.unit), reason=ReturnReason.NOT_OUR_DUTY, evidence="e"
        )
        try:
            decision = returns.return_case(self.case, command, ids(), CITY, at=self.now)
        except RETURN_REFUSED:
            return
        self.returned_by.append(lead.unit)
        self.keep(decision, deadline_stays=True)

    @in_state(S.RETURNED)
    @rule(lead=LEADS, ruling=st.sampled_from([Ruling.UPHOLD, Ruling.REDIRECT, Ruling.DIVIDE]))
    def desk_rules(self, lead: str, ruling: Ruling) -> None:
        returning = self.case.returning
        assert returning
        more: dict[str, object] = {} if ruling is Ruling.UPHOLD else {"lead": lead}
        if ruling is Ruling.DIVIDE:
            more["co_units"] = (returning.unit, ENFORCEMENT)
        if ruling is Ruling.REDIRECT and lead == returning.unit:
            return
        command = do.Adjudicate(case_id=CASE_ID, by=DESK, ruling=ruling, reason="r", **more)  # type: ignore[arg-type]
        decision = returns.adjudicate(self.case, command, WORDS, ids(), CITY, at=self.now)
        self.keep(decision, deadline_stays=True)

    @in_state(S.SIGNED)
    @rule()
    def lead_resolves(self) -> None:
        lead = self.case.lead
        assert lead
        command = do.Resolve(order_id=lead.id, by=street(lead.unit), evidence="e")
        self.keep(handling.resolve(self.case, command, CITY, at=self.now), deadline_stays=True)

    @in_state(S.RESOLVED)
    @rule()
    def callback_is_scheduled(self) -> None:
        command = do.StartSurvey(
            case_id=CASE_ID,
            callback_id=CallbackId(new_id()),
            round=self.case.callback_round + 1,
            asked_by=ASKED,
        )
        self.keep(callback.start(self.case, command))

    @in_state(S.SURVEYING)
    @rule(satisfied=st.sampled_from([Satisfied.NOT, Satisfied.NOT, Satisfied.SATISFIED]))
    def citizen_answers(self, satisfied: Satisfied) -> None:
        assert self.case.callback_id
        command = do.TakeAnswer(
            case_id=CASE_ID,
            callback_id=self.case.callback_id,
            round=self.case.callback_round,
            asked_by=ASKED,
            solved=Solved.PARTLY,
            satisfied=satisfied,
        )
        self.keep(callback.take_answer(self.case, command, ids(), CITY, at=self.now))

    @rule(dice=st.integers(0, 20))
    def citizen_withdraws(self, dice: int) -> None:
        if dice == 0:
            self.keep(citizen.withdraw(self.case, do.AskedByCitizen(CASE_ID, ASKED), at=self.now))

    @invariant()
    def returns_are_bounded(self) -> None:
        most = CITY.policy.returns.max_returns
        assert len(self.case.rulings) <= most + 1
        assert len(set(self.returned_by)) == len(self.returned_by), "a unit returned twice"
        by_hand = [each for each in self.case.rulings if each.ruling is not Ruling.BACKSTOP]
        assert len(by_hand) <= most
        if len(self.case.rulings) == most + 1:
            assert self.case.backstopped

    @invariant()
    def redos_are_bounded(self) -> None:
        assert self.case.redo <= CITY.policy.redo.max_redo + 1
        assert self.case.supervised == (self.case.redo > CITY.policy.redo.max_redo)

    @invariant()
    def the_version_counts_the_facts(self) -> None:
        assert self.case.version == len(self.facts)

    @invariant()
    def the_bell_is_the_next_clock(self) -> None:
        bell = next_bell(self.case)
        assert self.case.bell_at == (bell[0] if bell else None)

    @invariant()
    def one_lead_owes_and_orders_are_never_doubled(self) -> None:
        found = [order.id for order in self.case.orders]
        assert len(found) == len(set(found))
        if self.case.state in (S.DISPATCHED, S.SIGNED):
            assert self.case.lead
            assert self.case.lead.is_open
        if self.case.state in (S.WITHDRAWN, S.CLOSED, S.MERGED):
            assert not any(order.is_open for order in self.case.orders)


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
