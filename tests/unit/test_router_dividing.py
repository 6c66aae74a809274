"""联席会商 taken over as a ruling, and what can never come back to who returned it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Adjudicated, Case, OrderState, ReturnReason
from services.router.domain.policy import dividing, opening, returns
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import Ruling
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CASE_ID,
    CO_ID,
    DAXING,
    DESK,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    HOUSING,
    LEAD_ID,
    TIANGONGYUAN,
    WORDS,
    a_case,
    an_order,
    ids,
    kept,
    said,
    street,
)
from tests.kit.city import beijing

CITY = beijing()
SENT, SIGNED, RETURNED = CaseState.DISPATCHED, CaseState.SIGNED, CaseState.RETURNED
SOON = AT + timedelta(hours=1)
CITY_UNIT = UnitCode("110000")


def divide(case: Case, *leads: UnitCode, co: tuple[UnitCode, ...] = ()) -> Decision[Case]:
    command = do.TakeDivision(case_id=CASE_ID, asked_by=ASKED, leads=leads, co_units=co)
    return dividing.take_division(case, command, ids(), CITY, at=SOON)


def refusal(case: Case, *leads: UnitCode, co: tuple[UnitCode, ...] = ()) -> str:
    decision = divide(case, *leads, co=co)
    [fact] = decision.facts
    assert (fact.TYPE, fact.move, fact.asked_by) == ("jiesu.case.move_refused", "divide", ASKED)
    assert decision.state == case
    return str(fact.reason)


@pytest.mark.parametrize("state", [SENT, SIGNED, RETURNED])
def test_a_division_is_a_ruling_and_a_dispatch_and_leaves_the_deadline(state: CaseState) -> None:
    case = a_case(state)
    decision = divide(case, HOUSING, co=(GUANYINSI, ENFORCEMENT))
    assert said(decision) == ["case.adjudicated", "case.dispatched"]
    ruling, sent = decision.facts
    assert (ruling.ruling, ruling.to_unit) == (Ruling.DIVIDE, HOUSING)
    assert ruling.returned_by == (GUANYINSI if state is RETURNED else None)
    assert (sent.unit, [each.unit for each in sent.co_orders]) == (HOUSING, [GUANYINSI, ENFORCEMENT])
    assert sent.co_orders[1].work_order_id == CO_ID
    assert sent.resolve_by == case.resolve_by
    assert LEAD_ID in {each.id for each in decision.state.earlier}


def test_a_conference_that_leaves_it_with_the_returner_upholds_the_dispatch() -> None:
    ruling, sent = divide(a_case(RETURNED), GUANYINSI, co=(HOUSING,)).facts
    assert (ruling.ruling, sent.unit) == (Ruling.UPHOLD, GUANYINSI)


def test_what_a_division_must_be() -> None:
    assert refusal(a_case(SIGNED)) == "one_lead_needed"
    assert refusal(a_case(SIGNED), HOUSING, GUANYINSI) == "one_lead_needed"
    assert refusal(a_case(SIGNED), UnitCode("nowhere")) == "unknown_unit"
    assert refusal(a_case(SIGNED), HOUSING, co=(UnitCode("nowhere"),)) == "unknown_unit"
    assert refusal(a_case(CaseState.CLOSED), HOUSING) == "move_not_allowed"


def test_a_case_is_divided_so_often_and_no_more() -> None:
    one = Adjudicated(Ruling.DIVIDE, None, HOUSING, "", dividing.BY_CONFERENCE, AT)
    assert CITY.policy.conference.max_divisions == 2
    assert divide(a_case(SIGNED, rulings=(one,)), HOUSING).facts[0].ruling is Ruling.DIVIDE
    assert refusal(a_case(SIGNED, rulings=(one, one)), HOUSING) == "divisions_used"


def test_a_conference_decides_no_return_unless_one_waits() -> None:
    """Two divisions are no two rulings on returns: the first return after them is still adjudicated."""
    one = Adjudicated(Ruling.DIVIDE, None, GUANYINSI, "", dividing.BY_CONFERENCE, AT)
    command = do.ReturnOrder(order_id=LEAD_ID, by=street(), reason=ReturnReason.SHARED_DUTY, evidence="清单")
    case = a_case(SENT, rulings=(one, one))
    assert said(returns.return_case(case, command, ids(), CITY, at=SOON)) == ["case.returned"]


def test_a_backstop_keeps_the_case_and_may_be_given_help() -> None:
    case = a_case(SIGNED, lead=an_order(DAXING, state=OrderState.SIGNED), backstopped=True)
    assert refusal(case, HOUSING) == "backstop_stands"
    assert divide(case, DAXING, co=(HOUSING,)).facts[1].unit == DAXING


def test_what_was_returned_and_sent_on_never_comes_back() -> None:
    sent_on = a_case(
        RETURNED,
        lead=an_order(TIANGONGYUAN, state=OrderState.RETURNED),
        returned_by=(GUANYINSI, TIANGONGYUAN),
    )
    sent_on = replace(sent_on, returning=replace(sent_on.returning, unit=TIANGONGYUAN))
    assert refusal(sent_on, GUANYINSI) == "returned_before"
    for ruling in (Ruling.REDIRECT, Ruling.DIVIDE):
        command = do.Adjudicate(
            case_id=CASE_ID, by=DESK, ruling=ruling, reason="r", lead=GUANYINSI, co_units=(HOUSING,)
        )
        with pytest.raises(errors.ReturnedBefore):
            returns.adjudicate(sent_on, command, WORDS, ids(), CITY, at=SOON)


def test_where_the_district_returned_it_the_city_is_the_backstop_and_the_city_returns_nothing() -> None:
    rulings = tuple(
        Adjudicated(Ruling.REDIRECT, unit, to, "r", "desk", AT)
        for unit, to in ((DAXING, TIANGONGYUAN), (TIANGONGYUAN, GUANYINSI))
    )
    case = a_case(SENT, rulings=rulings, returned_by=(DAXING, TIANGONGYUAN))
    command = do.ReturnOrder(order_id=LEAD_ID, by=street(), reason=ReturnReason.NOT_OUR_DUTY, evidence="e")
    last = returns.return_case(case, command, ids(), CITY, at=SOON)
    assert (last.facts[2].unit, last.state.backstopped) == (CITY_UNIT, True)
    with_city = a_case(SENT, lead=an_order(CITY_UNIT))
    with pytest.raises(errors.NobodyAbove):
        returns.return_case(with_city, replace(command, by=street(CITY_UNIT)), ids(), CITY, at=SOON)


def test_a_case_over_two_districts_has_one_lead_and_one_deadline() -> None:
    command = do.Dispatch(
        case_id=CASE_ID, by=DESK, lead=GUANYINSI, co_units=(DONGHUASHI, TIANGONGYUAN), reason="跨区"
    )
    case = opening.dispatch(a_case(CaseState.AWAITING_DISPATCHER), command, WORDS, ids(), CITY, at=AT).state
    assert {CITY.units.district_of(order.unit) for order in case.orders} == {DAXING, "110101"}
    assert {order.resolve_by for order in case.orders} == {case.resolve_by}
    assert kept(divide(case, HOUSING)).lead.unit == HOUSING
