"""审批: who blows which kind, who is asked first, and that no department hears of it before the answer."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.commands import Approve, Blow, Cancel, Refuse
from services.grid.domain.errors import CaseNotInHand, MayNotBlow, NotTheApprover, UnknownWhistle
from services.grid.domain.lifecycle import WhistleState
from services.grid.domain.model import Site, Whistle
from services.grid.domain.policy import blowing, ending
from services.grid.domain.policy.overdue import expire
from services.grid.domain.policy.parties import may_see
from shared.city.city import City
from shared.city.policy_limits import Blowers
from shared.city.policy_limits import Whistle as Rules
from shared.events.grid import WhistleBlown, WhistleDropped, WhistleOverdue, WhistleProposed
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import Blower, WhistleKind
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing, closing
from tests.kit.whistles import (
    BLOWN_AT,
    CASE_ID,
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    POLICE,
    SITE,
    WHISTLE_ID,
)

LATER = BLOWN_AT + timedelta(hours=5)
KEY_WORK = Blow(
    WHISTLE_ID, GUANYINSI_COMMUNITY, WhistleKind.KEY_WORK, None, Site(spot=SITE), "试", (ENFORCEMENT, POLICE)
)
LEAD = CaseLead(CASE_ID, GUANYINSI, GUANYINSI_COMMUNITY, GUANYINSI_COMMUNITY, LeadStanding.IN_HAND, heard=3)


def a_city(**rules: Any) -> City:
    city = beijing()
    changed = city.policy.whistle.model_copy(update=rules)
    return replace(city, policy=city.policy.model_copy(update={"whistle": changed}))


def blow(cmd: Blow = KEY_WORK, lead: CaseLead | None = None, city: City | None = None) -> Decision[Whistle]:
    return blowing.blow(cmd, lead, city=city or beijing(), at=BLOWN_AT)


def waiting(cmd: Blow = KEY_WORK, lead: CaseLead | None = None) -> Whistle:
    return replace(blow(cmd, lead).state, version=1)


def approve(
    whistle: Whistle, by: UnitCode = GUANYINSI, lead: CaseLead | None = None, city: City | None = None
) -> Decision[Whistle]:
    return blowing.approve(whistle, Approve(WHISTLE_ID, by), lead, city=city or beijing(), at=LATER)


def refuse(whistle: Whistle, by: UnitCode = GUANYINSI) -> Decision[Whistle]:
    return blowing.refuse(whistle, Refuse(WHISTLE_ID, by, "已有专班"), units=beijing().units, at=LATER)


@pytest.mark.parametrize(
    ("kind", "by", "from_grid"),
    list(product(WhistleKind, (GUANYINSI, GUANYINSI_COMMUNITY), (False, True))),
)
def test_the_policy_says_who_blows_which_kind(kind: WhistleKind, by: UnitCode, from_grid: bool) -> None:
    level = Blower.STREET if by == GUANYINSI else Blower.COMMUNITY
    blower = Blower.GRID if from_grid else level
    cmd = replace(KEY_WORK, kind=kind, by=by, from_grid=from_grid)
    assert (blower is Blower.GRID and kind is WhistleKind.KEY_WORK) == (not _is_taken(cmd, beijing()))
    for allowed in Blower:
        city = a_city(blown_by=Blowers(**{kind.value: (allowed,)}), approval=Blowers())
        assert _is_taken(cmd, city) == (blower is allowed)


def _is_taken(cmd: Blow, city: City) -> bool:
    try:
        return blow(cmd, city=city).state.blower is not None
    except MayNotBlow:
        return False


def test_who_walks_a_grid_of_a_department_blows_nothing() -> None:
    with pytest.raises(MayNotBlow):
        blow(replace(KEY_WORK, kind=WhistleKind.EMERGENCY, by=ENFORCEMENT, from_grid=True))


def test_approval_cannot_be_asked_of_who_may_not_blow() -> None:
    rules = beijing().policy.whistle.model_dump()
    with pytest.raises(ValidationError, match="may not blow it"):
        Rules(**{**rules, "approval": {"key_work": ["grid"]}})


@pytest.mark.parametrize(
    ("by", "from_grid", "approver"),
    [
        (GUANYINSI_COMMUNITY, False, GUANYINSI),
        (GUANYINSI_COMMUNITY, True, GUANYINSI),
        (GUANYINSI, True, GUANYINSI),
        (GUANYINSI, False, DAXING),
    ],
)
def test_the_street_is_asked_and_of_its_own_whistles_the_district(
    by: UnitCode, from_grid: bool, approver: UnitCode
) -> None:
    everybody = Blowers(key_work=tuple(Blower))
    decision = blow(
        replace(KEY_WORK, by=by, from_grid=from_grid), city=a_city(blown_by=everybody, approval=everybody)
    )
    (fact,) = decision.facts
    assert isinstance(fact, WhistleProposed)
    assert (fact.approver, fact.blown_by) == (approver, by)
    assert decision.state.state is WhistleState.PROPOSED


def test_no_department_hears_of_it_and_nothing_is_owed_while_it_waits() -> None:
    whistle, units = waiting(), beijing().units
    assert [may_see(whistle, unit, units) for unit in (ENFORCEMENT, POLICE)] == [False, False]
    assert all(may_see(whistle, unit, units) for unit in (GUANYINSI_COMMUNITY, GUANYINSI, DAXING))
    assert not expire(whistle, at=BLOWN_AT + timedelta(days=30)).facts


def test_approved_it_is_blown_and_the_limits_run_from_then() -> None:
    decision = approve(waiting())
    (fact,) = decision.facts
    assert isinstance(fact, WhistleBlown)
    assert (fact.approved_by, fact.blower) == (GUANYINSI, Blower.COMMUNITY)
    assert (decision.state.state, decision.state.blown_at) == (WhistleState.OPEN, LATER)
    assert {call.sign_by for call in decision.state.departments} == {LATER + timedelta(hours=1)}
    assert may_see(decision.state, ENFORCEMENT, beijing().units)


def test_refused_it_ends_with_a_reason_that_stays_with_grid() -> None:
    decision = refuse(waiting())
    (fact,) = decision.facts
    assert isinstance(fact, WhistleDropped)
    assert (fact.refused_by, "专班" in fact.model_dump_json()) == (GUANYINSI, False)
    assert decision.state.state is WhistleState.REFUSED
    assert decision.state.approval is not None
    assert decision.state.approval.reason == "已有专班"
    assert not may_see(decision.state, ENFORCEMENT, beijing().units)


def test_taken_back_before_the_answer_it_was_never_blown() -> None:
    cmd = Cancel(WHISTLE_ID, GUANYINSI_COMMUNITY, "误吹")
    decision = ending.cancel(waiting(), cmd, units=beijing().units, at=LATER)
    assert (decision.state.state, decision.state.cancel_reason) == (WhistleState.CANCELLED, "误吹")
    assert [(type(fact), fact.refused_by) for fact in decision.facts] == [(WhistleDropped, None)]
    assert not may_see(decision.state, ENFORCEMENT, beijing().units)


@pytest.mark.parametrize("answer", [approve, refuse])
def test_only_who_is_asked_answers_and_once(answer: Any) -> None:
    for by in (GUANYINSI_COMMUNITY, DAXING):
        with pytest.raises(NotTheApprover):
            answer(waiting(), by=by)
    for by in (ENFORCEMENT, DONGHUASHI):
        with pytest.raises(UnknownWhistle):
            answer(waiting(), by=by)
    at_once = blow(replace(KEY_WORK, by=GUANYINSI)).state
    with pytest.raises(NotTheApprover):
        answer(at_once, by=DAXING)
    for answered in (approve(waiting()).state, refuse(waiting()).state):
        with pytest.raises(MoveNotAllowed):
            answer(answered)


def test_a_case_that_nobody_has_in_hand_any_more_is_not_approved() -> None:
    whistle = waiting(replace(KEY_WORK, case_id=CASE_ID), LEAD)
    assert approve(whistle, lead=LEAD).state.state is WhistleState.OPEN
    with pytest.raises(CaseNotInHand):
        approve(whistle, lead=replace(LEAD, standing=LeadStanding.DONE))


def test_what_runs_over_names_the_district_that_is_told() -> None:
    late = expire(approve(waiting()).state, at=LATER + timedelta(hours=2))
    assert {fact.district for fact in late.facts if isinstance(fact, WhistleOverdue)} == {DAXING}


def test_what_a_closed_street_was_asked_its_district_answers() -> None:
    city = closing(GUANYINSI)
    whistle = blowing.approve(waiting(), Approve(WHISTLE_ID, DAXING), None, city=city, at=LATER).state
    assert whistle.state is WhistleState.OPEN
    with pytest.raises(NotTheApprover):
        approve(waiting(), by=DAXING)
