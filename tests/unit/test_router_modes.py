"""办理模式 and 改类: what a mode means, who sets it, and what a deadline is computed from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Bell, Case, OrderState
from services.router.domain.policy import callback, clocks, dividing, modes, overseeing, reclassifying
from services.router.domain.policy.correcting import corrected
from services.router.domain.policy.sending import DISCRETION
from shared.city.limits import Limit
from shared.kernel.decision import Decision
from shared.kernel.ids import CategoryCode, WorkOrderId
from shared.kernel.words import HandlingMode, Satisfied, Solved, Tier
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CALLBACK_ID,
    CASE_ID,
    CO_ID,
    DESK,
    GUANYINSI,
    LEAD_ID,
    WORDS,
    a_case,
    an_order,
    ids,
    kept,
    said,
)
from tests.kit.city import beijing

CITY = beijing()
SENT, SIGNED = CaseState.DISPATCHED, CaseState.SIGNED
SOON = AT + timedelta(minutes=10)
PLAN_END = AT + timedelta(days=60)
PLAN = {"leader": "副主任", "plan": "四月勘察", "plan_until": PLAN_END, "by_supervisor": True}


def set_mode(case: Case, mode: HandlingMode, **more) -> Decision[Case]:  # type: ignore[no-untyped-def]
    command = do.SetMode(order_id=LEAD_ID, by=DESK, mode=mode, **{"reason": "需立项", **more})
    return modes.set_mode(case, command, CITY, at=SOON)


def reclassify(case: Case, category: str, tier: Tier | None = None, at=SOON) -> Decision[Case]:  # type: ignore[no-untyped-def]
    command = do.Reclassify(
        case_id=CASE_ID, by=DESK, category=CategoryCode(category), tier=tier, reason="现场核实"
    )
    return reclassifying.reclassify(case, command, WORDS, CITY, at=at)


def limits_told(decision: Decision[Case]) -> dict[WorkOrderId, datetime]:
    [fact] = decision.facts
    return {each.work_order_id: each.sign_by for each in fact.sign_limits}


def test_special_is_signed_for_sooner_and_owed_when_it_was() -> None:
    case = a_case(SENT)
    decision = set_mode(case, HandlingMode.SPECIAL)
    assert said(decision) == ["case.mode_set"]
    after = decision.state
    sooner = CITY.calendar.deadline(AT, CITY.policy.modes.special_sign)
    assert (after.lead.sign_by, after.co_orders[0].sign_by) == (sooner, sooner)
    assert limits_told(decision) == {LEAD_ID: sooner, CO_ID: sooner}
    assert after.resolve_by == case.resolve_by == decision.facts[0].resolve_by
    assert after.bell_at == sooner


def test_special_is_never_signed_for_later_than_its_tier_asks() -> None:
    """Where a city gives the mode longer than urgent matters have."""
    slow = CITY.policy.modes.model_copy(update={"special_sign": Limit.parse("3h")})
    city = replace(CITY, policy=CITY.policy.model_copy(update={"modes": slow}))
    special = kept(set_mode(a_case(SENT), HandlingMode.SPECIAL))
    command = do.Reclassify(
        case_id=CASE_ID, by=DESK, category=CategoryCode("road_water"), tier=None, reason="现场核实"
    )
    after = reclassifying.reclassify(special, command, WORDS, city, at=SOON).state
    assert after.lead.sign_by == CITY.calendar.deadline(AT, CITY.policy.sign.urgent)
    divided = do.TakeDivision(case_id=CASE_ID, asked_by=ASKED, leads=(GUANYINSI,), co_units=())
    again = dividing.take_division(after, divided, ids(), city, at=SOON).state
    assert again.lead.sign_by == CITY.calendar.deadline(SOON, CITY.policy.sign.urgent)


def test_platform_assisted_needs_co_units() -> None:
    with pytest.raises(errors.NoCoUnits):
        set_mode(a_case(SENT, co_orders=()), HandlingMode.PLATFORM_ASSISTED)
    assert set_mode(a_case(SENT), HandlingMode.PLATFORM_ASSISTED).facts


def test_what_is_supervised_is_dedicated_and_stays_so() -> None:
    supervise = do.Supervise(order_id=LEAD_ID, by=DESK, reason="多次反映")
    watched = kept(overseeing.supervise(a_case(SIGNED), supervise, CITY, at=SOON))
    assert (watched.mode, watched.handling) == (HandlingMode.DEDICATED, None)
    for mode in set(HandlingMode) - {HandlingMode.DEDICATED}:
        with pytest.raises(errors.SupervisedIsDedicated):
            set_mode(watched, mode)
    assert reclassify(watched, "noise").state.mode is HandlingMode.DEDICATED
    assert set_mode(watched, HandlingMode.DEDICATED, **PLAN).state.resolve_by == PLAN_END


def test_dedicated_has_a_leader_a_plan_and_the_plans_end_as_deadline() -> None:
    decision = set_mode(a_case(SIGNED), HandlingMode.DEDICATED, **PLAN)
    [fact] = decision.facts
    assert (fact.mode, fact.resolve_by) == (HandlingMode.DEDICATED, PLAN_END)
    assert "副主任" not in fact.model_dump_json()
    assert (decision.state.handling.leader, decision.state.resolve_by) == ("副主任", PLAN_END)
    assert decision.state.lead.resolve_by == decision.state.co_orders[0].resolve_by == PLAN_END
    with pytest.raises(errors.PlanStands):
        set_mode(kept(decision), HandlingMode.DEDICATED, **PLAN)


@pytest.mark.parametrize("left_out", ["leader", "plan", "plan_until"])
def test_dedicated_without_one_of_them_is_refused_by_its_name(left_out: str) -> None:
    with pytest.raises(errors.PlanNeeded) as refused:
        set_mode(a_case(SIGNED), HandlingMode.DEDICATED, **{**PLAN, left_out: None})
    assert refused.value.field == left_out


def test_a_plan_is_a_supervisors_and_belongs_to_dedicated_only() -> None:
    with pytest.raises(errors.SupervisorOnly):
        set_mode(a_case(SIGNED), HandlingMode.DEDICATED, **{**PLAN, "by_supervisor": False})
    with pytest.raises(errors.PlanNotMeant):
        set_mode(a_case(SIGNED), HandlingMode.AT_ONCE, leader="副主任")


def test_a_plan_ends_between_the_deadline_and_the_policys_limit_from_the_clocks_start() -> None:
    case = a_case(SIGNED)
    latest = CITY.calendar.deadline(AT, CITY.policy.modes.dedicated_plan)
    for wrong in (case.resolve_by, latest + timedelta(seconds=1)):
        with pytest.raises(errors.BadPlan):
            set_mode(case, HandlingMode.DEDICATED, **{**PLAN, "plan_until": wrong})
    assert set_mode(case, HandlingMode.DEDICATED, **{**PLAN, "plan_until": latest}).facts


def test_a_redo_keeps_the_mode_that_was_set_and_supervision_makes_it_dedicated() -> None:
    special = kept(set_mode(a_case(SENT), HandlingMode.SPECIAL)).handling
    for redo, mode in ((0, HandlingMode.SPECIAL), (2, HandlingMode.DEDICATED)):
        case = a_case(CaseState.SURVEYING, handling=special, redo=redo)
        command = do.TakeAnswer(
            case_id=CASE_ID,
            callback_id=CALLBACK_ID,
            round=1,
            asked_by=ASKED,
            solved=Solved.NO,
            satisfied=Satisfied.NOT,
        )
        again = callback.take_answer(case, command, ids(), CITY, at=AT + timedelta(days=9)).state
        assert again.mode is mode
        assert again.lead.sign_by == CITY.calendar.deadline(
            again.lead.dispatched_at, CITY.policy.modes.special_sign
        )


def test_another_category_computes_the_deadline_anew_from_the_original_start() -> None:
    case = a_case(SENT)
    at = AT + timedelta(hours=1)
    decision = reclassify(case, "road_water", at=at)
    [fact] = decision.facts
    urgent = CITY.calendar.deadline(AT, CITY.policy.feedback.urgent)
    assert (fact.category, fact.tier, fact.resolve_by) == ("road_water", Tier.URGENT, urgent)
    after = decision.state
    assert (after.resolve_by, after.lead.resolve_by, after.co_orders[0].resolve_by) == (urgent,) * 3
    assert after.lead.sign_by == CITY.calendar.deadline(AT, CITY.policy.sign.urgent)
    assert limits_told(decision) == {LEAD_ID: after.lead.sign_by, CO_ID: after.lead.sign_by}
    signed = a_case(SIGNED, co_orders=())
    assert limits_told(reclassify(signed, "road_water", at=at)) == {}
    assert (after.started_at, after.clock_from, after.lead.unit) == (AT, AT, case.lead.unit)


def test_a_longer_limit_ahead_is_a_new_clock_and_one_that_is_over_is_told_once() -> None:
    over = a_case(SIGNED, rung=(Bell.DUE_SOON, Bell.RESOLVE), co_orders=())
    at = over.resolve_by + timedelta(hours=1)
    longer = reclassify(over, "group_rental", Tier.COMPLEX, at=at).state
    assert longer.resolve_by == CITY.calendar.deadline(AT, CITY.policy.feedback.complex)
    assert longer.rung == ()
    shorter = reclassify(over, "road_water", at=at).state
    assert (shorter.rung, shorter.bell_at) == ((Bell.DUE_SOON, Bell.RESOLVE), None)


def test_a_longer_limit_to_sign_is_a_new_clock_for_the_lead_and_for_its_co_unit() -> None:
    """Told late while it was urgent, and told once more when the limit of what it is runs out too."""
    urgent = kept(reclassify(a_case(SENT), "road_water"))
    for _ in range(2):
        urgent = kept(clocks.ring(urgent, ids(), CITY, at=urgent.bell_at))
    assert (urgent.rung, urgent.co_orders[0].rung) == ((Bell.SIGN,), (Bell.CO_SIGN,))
    general = reclassify(urgent, "noise", at=urgent.lead.sign_by + timedelta(minutes=1)).state
    assert (general.rung, general.co_orders[0].rung) == ((), ())
    late = general.lead.sign_by + timedelta(minutes=1)
    over = reclassify(urgent, "noise", at=late).state
    assert (over.rung, over.co_orders[0].rung) == ((Bell.SIGN,), (Bell.CO_SIGN,))


@pytest.mark.parametrize(
    ("category", "clause"),
    [("noise", "《条块共同事项清单》第 32 项"), ("heating", DISCRETION)],
)
def test_the_new_matters_item_is_cited_where_it_names_the_lead(category: str, clause: str) -> None:
    after = reclassify(a_case(SIGNED, list_version="2025.1"), category).state
    assert (after.lead.unit, after.clause, after.list_version) == (GUANYINSI, clause, "2026.1")


def test_another_tier_of_the_same_matter_keeps_the_clause_it_was_sent_by() -> None:
    """And says by which policy its limits are computed now."""
    sent = a_case(SIGNED, list_version="2025.1", policy_version="2025.4")
    after = reclassify(sent, "group_rental", Tier.COMPLEX).state
    assert (after.clause, after.list_version) == (sent.clause, "2025.1")
    assert after.policy_version == CITY.policy.version


def test_the_last_category_a_person_gave_is_the_one_that_is_learned() -> None:
    given = corrected(a_case(SIGNED), CategoryCode("group_rental"), DESK, at=AT)
    after = reclassify(given, "noise").state
    assert (after.correction.category, after.correction.suggested) == ("noise", "group_rental")
    assert (after.correction.by, after.correction.at) == ("dispatcher", SOON)


def test_the_mode_follows_the_new_matter_unless_a_person_set_it() -> None:
    urgent = reclassify(a_case(SIGNED), "road_water").state
    assert urgent.mode is HandlingMode.SPECIAL
    assert reclassify(urgent, "noise").state.mode is HandlingMode.PLATFORM_ASSISTED
    alone = reclassify(a_case(SIGNED, co_orders=()), "noise").state
    assert alone.mode is HandlingMode.AT_ONCE
    by_hand = set_mode(a_case(SIGNED), HandlingMode.AT_ONCE).state
    assert reclassify(by_hand, "road_water").state.mode is HandlingMode.AT_ONCE


def test_an_extension_that_was_approved_stays_approved() -> None:
    for case in (extended(a_case(SIGNED)), planned(a_case(SIGNED))):
        assert reclassify(case, "road_water").state.resolve_by == case.resolve_by


def extended(case: Case) -> Case:
    until = case.resolve_by + timedelta(days=2)
    command = do.Extend(order_id=LEAD_ID, by=DESK, until=until, reason="等配件")
    return kept(overseeing.extend(case, command, CITY, at=SOON))


def planned(case: Case) -> Case:
    return kept(set_mode(case, HandlingMode.DEDICATED, **PLAN))


def redone(case: Case, at: datetime) -> Case:
    """The same lead has it once more, for the citizen said no."""
    asked = replace(case, state=CaseState.SURVEYING, callback_id=CALLBACK_ID, callbacks=(CALLBACK_ID,))
    names = {"case_id": CASE_ID, "callback_id": CALLBACK_ID, "round": 1, "asked_by": ASKED}
    command = do.TakeAnswer(**names, solved=Solved.NO, satisfied=Satisfied.NOT)  # type: ignore[arg-type]
    return kept(callback.take_answer(asked, command, ids(), CITY, at=at))


@pytest.mark.parametrize("before", [lambda case: case, extended, planned])
def test_a_redo_counts_from_its_own_dispatch(before: Callable[[Case], Case]) -> None:
    """What was approved for the round before went with it."""
    start = AT + timedelta(days=10)
    again = redone(before(a_case(SIGNED)), at=start)
    assert again.resolve_by == CITY.calendar.deadline(start, CITY.policy.feedback.general)
    urgent = reclassify(again, "road_water", at=start + timedelta(hours=1)).state
    assert urgent.resolve_by == CITY.calendar.deadline(start, CITY.policy.feedback.urgent)


def test_an_approved_day_outlasts_every_reclassification_and_the_longer_limit_does_not() -> None:
    case = extended(a_case(SIGNED))
    complex_ = kept(reclassify(case, "noise", Tier.COMPLEX))
    assert complex_.resolve_by == CITY.calendar.deadline(AT, CITY.policy.feedback.complex)
    assert reclassify(complex_, "road_water").state.resolve_by == case.resolve_by


def test_the_same_matter_again_and_an_order_that_is_signed_for() -> None:
    with pytest.raises(errors.SameMatter):
        reclassify(a_case(SENT), "group_rental")
    signed = replace(an_order(state=OrderState.SIGNED), sign_by=AT + timedelta(hours=2))
    assert reclassify(a_case(SIGNED, lead=signed), "road_water").state.lead.sign_by == signed.sign_by
