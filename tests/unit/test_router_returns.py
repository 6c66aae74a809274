"""退单 and 裁定: once per unit, inside the window, bounded, and the deadline never moves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Adjudicated, OrderState, ReturnReason
from services.router.domain.policy import clocks, returns
from services.router.domain.policy.sending import DISCRETION
from shared.city.errors import ClosedUnit
from shared.kernel.ids import UnitCode
from shared.kernel.words import Ruling
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
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
from tests.kit.city import beijing, closing

CITY = beijing()
SENT, SIGNED, RETURNED = CaseState.DISPATCHED, CaseState.SIGNED, CaseState.RETURNED
DAY = timedelta(hours=24)
BEIJING = UnitCode("110000")
A_RULING = Adjudicated(Ruling.REDIRECT, TIANGONGYUAN, GUANYINSI, "改派", "dispatcher", AT)


def hand_back(case, at=AT + timedelta(hours=1), evidence="区划图", city=CITY):  # type: ignore[no-untyped-def]
    command = do.ReturnOrder(
        order_id=case.lead.id,
        by=street(case.lead.unit),
        reason=ReturnReason.NOT_OUR_TERRITORY,
        evidence=evidence,
    )
    return returns.return_case(case, command, ids(), city, at=at)


def rule(case, ruling, at=AT + timedelta(hours=2), reason="经核实", city=CITY, **more):  # type: ignore[no-untyped-def]
    command = do.Adjudicate(case_id=CASE_ID, by=DESK, ruling=ruling, reason=reason, **more)
    return returns.adjudicate(case, command, WORDS, ids(), city, at=at)


def test_a_return_names_reason_and_ruling_limit_and_keeps_evidence_here() -> None:
    decision = hand_back(a_case(SENT))
    [fact] = decision.facts
    assert (fact.reason, fact.adjudicate_by) == ("not_our_territory", AT + timedelta(hours=1) + DAY)
    assert decision.state.returning.evidence == "区划图"
    assert "区划图" not in fact.model_dump_json()


def test_why_an_order_was_returned_is_known_after_the_ruling_too() -> None:
    sent_on = rule(kept(hand_back(a_case(SENT))), Ruling.REDIRECT, lead=TIANGONGYUAN).state
    [returned] = [each for each in sent_on.earlier if each.state is OrderState.RETURNED]
    [note] = returned.notes
    told = (note.by, note.about, note.text, note.at)
    assert told == ("street-clerk", "return", "not_our_territory 区划图", AT + timedelta(hours=1))


def test_the_deadline_does_not_move_through_return_and_redirection() -> None:
    case = a_case(SENT)
    sent_on = rule(kept(hand_back(case)), Ruling.REDIRECT, lead=TIANGONGYUAN)
    assert sent_on.state.resolve_by == case.resolve_by == sent_on.facts[1].resolve_by
    assert sent_on.state.started_at == case.started_at
    assert sent_on.facts[1].sign_by == CITY.calendar.deadline(
        AT + timedelta(hours=2), CITY.policy.sign.general
    )


def test_the_window_counts_from_dispatch_and_anew_from_signing() -> None:
    assert hand_back(a_case(SENT), at=AT + DAY).facts
    with pytest.raises(errors.ReturnWindowOver):
        hand_back(a_case(SENT), at=AT + DAY + timedelta(seconds=1))
    signed_late = a_case(SIGNED, lead=an_order(state=OrderState.SIGNED, signed_at=AT + timedelta(hours=2)))
    assert hand_back(signed_late, at=AT + timedelta(hours=26)).facts


def test_a_return_needs_evidence() -> None:
    with pytest.raises(errors.TextNeeded):
        hand_back(a_case(SENT), evidence=" ")


def test_a_unit_returns_a_case_once() -> None:
    with pytest.raises(errors.AlreadyReturned):
        hand_back(a_case(SENT, returned_by=(GUANYINSI,)))


def test_a_co_unit_cannot_return_the_case() -> None:
    command = do.ReturnOrder(
        order_id=CO_ID, by=street(ENFORCEMENT), reason=ReturnReason.NOT_OUR_DUTY, evidence="x"
    )
    with pytest.raises(errors.LeadOnly):
        returns.return_case(a_case(SENT), command, ids(), CITY, at=AT)


def test_upholding_leaves_it_with_the_unit_on_a_new_order() -> None:
    decision = rule(a_case(RETURNED), Ruling.UPHOLD)
    assert said(decision) == ["case.adjudicated", "case.dispatched"]
    assert (decision.facts[0].to_unit, decision.facts[1].unit) == (GUANYINSI, GUANYINSI)
    assert decision.facts[1].work_order_id != LEAD_ID
    assert [each.state for each in decision.state.earlier] == [OrderState.RETURNED]
    assert decision.state.co_orders[0].id == CO_ID
    with pytest.raises(errors.AlreadyReturned):
        hand_back(kept(decision), at=AT + timedelta(hours=3))


def test_dividing_names_a_lead_and_co_units() -> None:
    decision = rule(a_case(RETURNED), Ruling.DIVIDE, lead=HOUSING, co_units=(GUANYINSI, ENFORCEMENT))
    fact = decision.facts[1]
    assert (fact.unit, [each.unit for each in fact.co_orders]) == (HOUSING, [GUANYINSI, ENFORCEMENT])
    assert fact.co_orders[1].work_order_id == CO_ID


def test_a_co_unit_that_becomes_lead_has_one_order_and_its_old_one_ends() -> None:
    after = rule(a_case(RETURNED), Ruling.REDIRECT, lead=ENFORCEMENT).state
    assert (after.lead.unit, after.co_orders) == (ENFORCEMENT, ())
    assert {each.id: each.state for each in after.earlier} == {
        LEAD_ID: OrderState.RETURNED,
        CO_ID: OrderState.ENDED,
    }
    assert after.clause == DISCRETION


def test_a_redirection_to_whom_the_list_names_cites_its_clause() -> None:
    decision = rule(a_case(RETURNED), Ruling.REDIRECT, lead=TIANGONGYUAN, place=TIANGONGYUAN)
    assert decision.facts[1].clause == "《条块共同事项清单》第 29 项"
    assert decision.facts[1].place == TIANGONGYUAN
    returned = next(each for each in decision.state.earlier if each.id == LEAD_ID)
    assert returned.cited.clause == a_case(RETURNED).clause, "what it had been sent by"


def test_where_the_place_was_the_mistake_those_of_the_right_place_help() -> None:
    """By the list; whoever the ruling names comes first, and who is at work there too goes on."""
    elsewhere = {"lead": DONGHUASHI, "place": DONGHUASHI}
    moved = rule(a_case(RETURNED), Ruling.REDIRECT, **elsewhere).state
    assert {each.unit[:7] for each in moved.co_orders} == {"D110101"}
    assert [each.state for each in moved.earlier if each.unit == ENFORCEMENT] == [OrderState.ENDED]
    named = rule(a_case(RETURNED), Ruling.REDIRECT, **elsewhere, co_units=(ENFORCEMENT,)).state
    near = rule(a_case(RETURNED), Ruling.REDIRECT, lead=TIANGONGYUAN, place=TIANGONGYUAN).state
    alone = rule(a_case(RETURNED), Ruling.REDIRECT, lead=DONGHUASHI).state
    assert [each.id for each in (*named.co_orders, *alone.co_orders)] == [CO_ID, CO_ID]
    [goes_on] = [each for each in near.co_orders if each.unit == ENFORCEMENT]
    assert (goes_on.id, len(near.co_orders)) == (CO_ID, 4)


@pytest.mark.parametrize(
    ("ruling", "more", "refusal"),
    [
        (Ruling.UPHOLD, {"lead": TIANGONGYUAN}, errors.RulingKeepsTheUnit),
        (Ruling.REDIRECT, {}, errors.LeadNeeded),
        (Ruling.REDIRECT, {"lead": GUANYINSI}, errors.RedirectToItself),
        (Ruling.DIVIDE, {"lead": GUANYINSI}, errors.CoUnitsNeeded),
        (Ruling.DIVIDE, {"lead": HOUSING, "co_units": (HOUSING,)}, errors.CoUnitsNeeded),
        (Ruling.DIVIDE, {"co_units": (UnitCode("110115"),)}, errors.LeadNeeded),
        (Ruling.SILENCE, {}, errors.NotARuling),
        (Ruling.BACKSTOP, {}, errors.NotARuling),
        (Ruling.UPHOLD, {"reason": ""}, errors.TextNeeded),
        (Ruling.UPHOLD, {"seen": frozenset({8})}, errors.CaseMovedOn),
    ],
)
def test_a_ruling_that_contradicts_itself_is_refused(ruling, more, refusal) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(refusal):
        rule(a_case(RETURNED), ruling, **more)


def test_silence_refuses_the_return_and_the_unit_keeps_it() -> None:
    case = a_case(RETURNED)
    case = replace(case, co_orders=())
    decision = clocks.ring(case, ids(), CITY, at=case.returning.adjudicate_by)
    assert said(decision) == ["case.adjudicated", "case.dispatched"]
    assert (decision.facts[0].ruling, decision.facts[0].to_unit) == (Ruling.SILENCE, GUANYINSI)
    assert decision.state.resolve_by == case.resolve_by


def test_a_co_unit_closed_meanwhile_stops_no_ruling_that_nobody_gives() -> None:
    """Silence and backstop leave it out, as does who names no co-units; who names it is refused."""
    city = closing(ENFORCEMENT)
    case = a_case(RETURNED)
    silent = returns.rule_by_silence(case, ids(), city, at=case.returning.adjudicate_by)
    assert (silent.facts[0].ruling, silent.facts[1].co_orders) == (Ruling.SILENCE, ())
    assert [each.state for each in silent.state.earlier if each.id == CO_ID] == [OrderState.ENDED]
    backed = hand_back(a_case(SENT, rulings=(A_RULING, A_RULING)), city=city)
    assert (backed.facts[1].ruling, backed.facts[2].co_orders) == (Ruling.BACKSTOP, ())
    assert rule(case, Ruling.UPHOLD, city=city).facts[1].co_orders == ()
    with pytest.raises(ClosedUnit):
        rule(case, Ruling.DIVIDE, city=city, lead=HOUSING, co_units=(ENFORCEMENT,))


@pytest.mark.parametrize(
    ("closed", "returned_by", "takes_over"),
    [
        ((GUANYINSI,), (GUANYINSI,), DAXING),
        ((GUANYINSI, DAXING), (GUANYINSI,), BEIJING),
        ((GUANYINSI,), (DAXING, GUANYINSI), BEIJING),
    ],
)
def test_silence_gives_a_closed_unit_nothing_new_and_the_one_above_takes_over(  # type: ignore[no-untyped-def]
    closed, returned_by, takes_over
) -> None:
    case = a_case(RETURNED, returned_by=returned_by)
    decision = returns.rule_by_silence(case, ids(), closing(*closed), at=AT + DAY)
    assert (decision.facts[0].ruling, decision.facts[0].to_unit) == (Ruling.SILENCE, takes_over)
    assert (decision.facts[1].unit, decision.facts[1].clause) == (takes_over, DISCRETION)
    assert decision.state.resolve_by == case.resolve_by


def test_a_closed_district_is_nobodys_backstop() -> None:
    backed = hand_back(a_case(SENT, rulings=(A_RULING, A_RULING)), city=closing(DAXING))
    assert (backed.facts[1].ruling, backed.facts[2].unit) == (Ruling.BACKSTOP, BEIJING)


def test_after_the_last_ruling_the_next_return_makes_the_district_the_backstop() -> None:
    assert CITY.policy.returns.max_returns == 2
    decision = hand_back(a_case(SENT, rulings=(A_RULING, A_RULING)))
    assert said(decision) == ["case.returned", "case.adjudicated", "case.dispatched"]
    assert (decision.facts[1].ruling, decision.facts[2].unit) == (Ruling.BACKSTOP, DAXING)
    with pytest.raises(errors.BackstopStands):
        hand_back(kept(decision), at=AT + timedelta(hours=2))


def test_a_city_departments_case_without_a_place_is_backed_by_the_city() -> None:
    city_department = UnitCode("D110000-ZJW")
    case = a_case(SENT, rulings=(A_RULING, A_RULING), place=None, lead=an_order(city_department))
    assert hand_back(case).facts[2].unit == "110000"
