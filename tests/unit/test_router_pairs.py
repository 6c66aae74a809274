"""Every state of a case meets every command: it fires, or it is refused by name."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain.errors import AdjudicateFirst
from services.router.domain.model import Case, OrderState, ReturnReason
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
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, new_id
from shared.kernel.words import DeclineReason, HandlingMode, Kind, Ruling, Satisfied, Solved
from shared.lifecycle.case import CASE_LIFE, CaseState
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit import builders_router as kit
from tests.kit.builders_router import ASKED, AT, CALLBACK_ID, CASE_ID, DESK, LEAD_ID, WORDS, a_case, ids
from tests.kit.city import beijing

Command = Callable[[Case], Decision[Case]]
CITY = beijing()
SOON = AT + timedelta(hours=1)
LATER = AT + timedelta(days=3)
STREET = kit.street()
ON_CASE = {"case_id": CASE_ID, "by": DESK}
BY_UNIT = {"order_id": LEAD_ID, "by": STREET}
BY_DESK = {"order_id": LEAD_ID, "by": DESK}
WISH = do.AskedByCitizen(CASE_ID, ASKED)
ROUND = {"case_id": CASE_ID, "callback_id": CALLBACK_ID, "round": 1, "asked_by": ASKED}
ELSEWHERE = a_case(CaseState.SIGNED, case_id=CaseId(new_id()))
WITHDRAWN = a_case(CaseState.WITHDRAWN, case_id=CaseId(new_id()))
NEW_ROUND = {**ROUND, "callback_id": CallbackId(new_id()), "round": 2}

DIVISION = do.TakeDivision(case_id=CASE_ID, asked_by=ASKED, leads=(kit.HOUSING,), co_units=(kit.GUANYINSI,))

DESK_DECIDES: dict[str, Command] = {
    "dispatch": lambda c: opening.dispatch(c, do.Dispatch(**ON_CASE), WORDS, ids(), CITY, at=SOON),
    "answer": lambda c: opening.answer(c, do.Answer(**ON_CASE, text="带身份证"), at=SOON),
    "decline": lambda c: opening.decline(
        c, do.Decline(**ON_CASE, reason=DeclineReason.IN_LITIGATION), at=SOON
    ),
    "merge": lambda c: opening.merge(
        c, ELSEWHERE, do.Merge(**ON_CASE, into_case_id=ELSEWHERE.case_id), at=SOON
    ),
    "unmerge": lambda c: opening.unmerge(c, WITHDRAWN, CITY, at=SOON),
    "adjudicate": lambda c: returns.adjudicate(
        c, do.Adjudicate(**ON_CASE, ruling=Ruling.UPHOLD, reason="属实"), WORDS, ids(), CITY, at=SOON
    ),
}
RECLASSIFY = do.Reclassify(**ON_CASE, category=CategoryCode("noise"), reason="现场核实")
DESK_DECIDES["reclassify"] = lambda c: reclassifying.reclassify(c, RECLASSIFY, WORDS, CITY, at=SOON)
ON_ORDERS: dict[str, Command] = {
    "sign": lambda c: handling.sign(c, do.Sign(**BY_UNIT), CITY, at=SOON),
    "contact": lambda c: handling.contact(c, do.Contact(**BY_UNIT), CITY, at=SOON),
    "progress": lambda c: handling.progress(c, do.Progress(**BY_UNIT, note="在办"), CITY, at=SOON),
    "assign": lambda c: handling.assign(
        c, do.Assign(**BY_UNIT, to_unit=kit.GUANYINSI_COMMUNITY), CITY, at=SOON
    ),
    "return": lambda c: returns.return_case(
        c, do.ReturnOrder(**BY_UNIT, reason=ReturnReason.NOT_OUR_DUTY, evidence="图"), ids(), CITY, at=SOON
    ),
    "find": lambda c: handling.find(
        c, do.Find(**BY_UNIT, kind=Kind.REPORT, text="绿篱遮挡"), CaseId(new_id()), "sealed", CITY, at=SOON
    ),
    "set_mode": lambda c: modes.set_mode(
        c, do.SetMode(**BY_DESK, mode=HandlingMode.SPECIAL, reason="汛期"), CITY, at=SOON
    ),
    "resolve": lambda c: handling.resolve(c, do.Resolve(**BY_UNIT, evidence="照片"), CITY, at=SOON),
    "extend": lambda c: overseeing.extend(
        c, do.Extend(**BY_DESK, until=c.lead.resolve_by + timedelta(days=1), reason="等配件"), CITY, at=SOON
    ),
    "shelve": lambda c: overseeing.shelve(
        c, do.Shelve(**BY_DESK, review_at=LATER, reason="改造计划"), CITY, at=SOON
    ),
    "unshelve": lambda c: overseeing.unshelve(c, do.Unshelve(**BY_DESK), CITY, at=SOON),
    "urge": lambda c: overseeing.urge(c, do.Urge(**BY_DESK), CITY, at=SOON),
    "supervise": lambda c: overseeing.supervise(c, do.Supervise(**BY_DESK, reason="多次反映"), CITY, at=SOON),
}
WISHES: dict[str, Command] = {
    "withdraw": lambda c: citizen.withdraw(c, WISH, at=SOON),
    "divide": lambda c: dividing.take_division(c, DIVISION, ids(), CITY, at=SOON),
    "urge": lambda c: citizen.urge(c, WISH, at=SOON),
    "survey": lambda c: callback.start(c, do.StartSurvey(**NEW_ROUND)),
    "close_unasked": lambda c: callback.close_unasked(c, do.CloseUnasked(**NEW_ROUND), at=SOON),
    "reopen": lambda c: callback.take_answer(
        c, do.TakeAnswer(**ROUND, solved=Solved.NO, satisfied=Satisfied.NOT), ids(), CITY, at=SOON
    ),
    "close": lambda c: callback.give_up(c, do.GiveUpSurvey(**ROUND), at=SOON),
}


def test_every_move_of_the_table_is_somebodys_command() -> None:
    """No line of the table is out of reach; classifying and the clocks are tested by themselves."""
    asked = {*DESK_DECIDES, *ON_ORDERS, *WISHES, "classify", "await_dispatcher", "expire", "warn"}
    assert asked == set(CASE_LIFE.moves)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("move", DESK_DECIDES)
def test_what_the_desk_decides_fires_or_is_refused_by_name(state: CaseState, move: str) -> None:
    case = a_case(state)
    if (move, state) == ("dispatch", CaseState.RETURNED):
        with pytest.raises(AdjudicateFirst):
            DESK_DECIDES[move](case)
    elif move in CASE_LIFE.allowed(state):
        assert DESK_DECIDES[move](case).facts
    else:
        with pytest.raises(MoveNotAllowed) as refused:
            DESK_DECIDES[move](case)
        assert (refused.value.move, refused.value.state) == (move, state)


WITH_ORDERS = [state for state in CaseState if a_case(state).lead]
BY_ITS_ORDER = {
    ("find", CaseState.DISPATCHED): OrderState.SENT,
    ("find", CaseState.RETURNED): OrderState.RETURNED,
}
"""A co-unit may in this state; the lead has not signed, and is refused by where its own order stands."""


@pytest.mark.parametrize("state", WITH_ORDERS)
@pytest.mark.parametrize("move", ON_ORDERS)
def test_what_is_done_with_an_order_fires_or_is_refused_by_name(state: CaseState, move: str) -> None:
    case = a_case(state)
    not_signed = BY_ITS_ORDER.get((move, state))
    if move in CASE_LIFE.allowed(state) and not_signed is None:
        decision = ON_ORDERS[move](case)
        assert isinstance(decision.facts[0], CASE_LIFE.moves[move].says)
        assert decision.state.state is (CASE_LIFE.moves[move].target or state)
    else:
        with pytest.raises(MoveNotAllowed) as refused:
            ON_ORDERS[move](case)
        assert (refused.value.move, refused.value.state) == (move, not_signed or state)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("wish", WISHES)
def test_what_others_wish_fires_or_is_answered_with_a_refusal(state: CaseState, wish: str) -> None:
    case = a_case(state)
    decision = WISHES[wish](case)
    if wish in CASE_LIFE.allowed(state):
        assert any(isinstance(fact, CASE_LIFE.moves[wish].says) for fact in decision.facts)
    else:
        [refused] = decision.facts
        assert (refused.TYPE, refused.move, refused.state) == ("jiesu.case.move_refused", wish, state)
        assert refused.asked_by == ASKED
        assert decision.state == case


@pytest.mark.parametrize("state", CaseState)
def test_words_are_added_while_somebody_may_read_them_and_change_nothing_else(state: CaseState) -> None:
    case = a_case(state)
    decision = citizen.supplement(case, do.AddWords(CASE_ID, "sealed too", ASKED), at=SOON)
    if not CASE_LIFE.allowed(state):
        [refused] = decision.facts
        assert (refused.TYPE, refused.move) == ("jiesu.case.move_refused", "supplement")
        assert (refused.state, refused.asked_by) == (state, ASKED)
        assert decision.state == case
        return
    assert decision.facts == ()
    assert [each.sealed_words for each in decision.state.supplements] == ["sealed too"]
    assert decision.state.state is state


@pytest.mark.parametrize("state", CaseState)
def test_clocks_run_only_while_somebody_owes_something(state: CaseState) -> None:
    """A state that may expire has a bell; one that may not has none, and ringing it says nothing."""
    case = a_case(state)
    assert (case.bell_at is not None) == ("expire" in CASE_LIFE.allowed(state))
    if case.bell_at is None:
        assert clocks.ring(case, ids(), CITY, at=AT + timedelta(days=900)).facts == ()
