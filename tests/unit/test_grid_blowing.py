"""吹哨: who may blow, on what, for whom, and what is then owed until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.commands import Blow
from services.grid.domain.errors import (
    CaseNotInHand,
    DepartmentRefused,
    DepartmentsMiscounted,
    ForeignCase,
    MayNotBlow,
    SiteMissing,
    SiteRefused,
    UnknownCase,
)
from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Site, Spot
from services.grid.domain.policy.blowing import blow
from shared.events.grid import WhistleBlown
from shared.events.topics import CASE, GRID
from shared.kernel.errors import Refusal
from shared.kernel.ids import UnitCode
from shared.kernel.words import WhistleKind
from tests.kit.city import beijing
from tests.kit.whistles import (
    BLOWN_AT,
    CASE_ID,
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    FIRE,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    POLICE,
    SITE,
    WHISTLE_ID,
)

ALONE = Blow(
    whistle_id=WHISTLE_ID,
    by=GUANYINSI,
    kind=WhistleKind.JOINT_ENFORCEMENT,
    case_id=None,
    site=Site(spot=SITE),
    reason="群租房，夜间噪声",
    departments=(ENFORCEMENT, POLICE),
)
ON_CASE = replace(ALONE, case_id=CASE_ID)
LEAD = CaseLead(CASE_ID, GUANYINSI, None, GUANYINSI_COMMUNITY, LeadStanding.IN_HAND, heard=3)


def refused(cmd: Blow, lead: CaseLead | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        blow(cmd, lead, city=beijing(), at=BLOWN_AT)
    return caught.value


def test_every_department_is_called_and_told_its_limits() -> None:
    decision = blow(ALONE, None, city=beijing(), at=BLOWN_AT)
    whistle = decision.state
    assert whistle.state is WhistleState.OPEN
    assert [(call.unit, call.state) for call in whistle.departments] == [
        (ENFORCEMENT, CallState.CALLED),
        (POLICE, CallState.CALLED),
    ]
    (fact,) = decision.facts
    assert isinstance(fact, WhistleBlown)
    assert [named.unit for named in fact.departments] == [ENFORCEMENT, POLICE]
    assert fact.departments[0].report_in_by == whistle.departments[0].report_in_by


@pytest.mark.parametrize(
    ("kind", "blown_at", "report_in_by"),
    [
        (WhistleKind.EMERGENCY, BLOWN_AT, BLOWN_AT + timedelta(minutes=30)),
        (WhistleKind.JOINT_ENFORCEMENT, BLOWN_AT, BLOWN_AT + timedelta(days=3)),
        (WhistleKind.KEY_WORK, BLOWN_AT, BLOWN_AT + timedelta(days=7)),
        # Before the May holiday of 2026 (1–5 May off, Saturday 9 May worked).
        (
            WhistleKind.JOINT_ENFORCEMENT,
            datetime(2026, 4, 30, 8, 0, tzinfo=UTC),
            datetime(2026, 5, 8, 8, 0, tzinfo=UTC),
        ),
        (
            WhistleKind.KEY_WORK,
            datetime(2026, 4, 30, 8, 0, tzinfo=UTC),
            datetime(2026, 5, 11, 8, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_limits_are_the_policy_s_by_kind_and_workday(
    kind: WhistleKind, blown_at: datetime, report_in_by: datetime
) -> None:
    cmd = replace(ALONE, kind=kind)
    call = blow(cmd, None, city=beijing(), at=blown_at).state.departments[0]
    assert call.sign_by == blown_at + timedelta(hours=1)
    assert call.contact_by == blown_at + timedelta(hours=24)
    assert call.report_in_by == report_in_by


def test_a_whistle_on_a_case_speaks_on_the_case_s_topic_and_one_alone_on_the_grid_s() -> None:
    (on_case,) = blow(ON_CASE, LEAD, city=beijing(), at=BLOWN_AT).facts
    (alone,) = blow(ALONE, None, city=beijing(), at=BLOWN_AT).facts
    assert (on_case.topic(), on_case.key()) == (CASE, str(CASE_ID))
    assert (alone.topic(), alone.key()) == (GRID, str(WHISTLE_ID))


def test_the_reason_stays_with_grid() -> None:
    (fact,) = blow(ALONE, None, city=beijing(), at=BLOWN_AT).facts
    assert "群租" not in fact.model_dump_json()


@pytest.mark.parametrize("by", [DAXING, "110000", ENFORCEMENT, "U110000-WATER", "nowhere"])
def test_only_a_street_or_community_blows(by: str) -> None:
    assert isinstance(refused(replace(ALONE, by=UnitCode(by))), MayNotBlow)


@pytest.mark.parametrize(
    ("lead", "by"),
    [
        (LEAD, GUANYINSI),
        (replace(LEAD, assigned_to=GUANYINSI_COMMUNITY), GUANYINSI),
        (replace(LEAD, assigned_to=GUANYINSI_COMMUNITY), GUANYINSI_COMMUNITY),
        (replace(LEAD, unit=GUANYINSI_COMMUNITY), GUANYINSI_COMMUNITY),
        (replace(LEAD, unit=GUANYINSI_COMMUNITY), GUANYINSI),
    ],
)
def test_on_a_case_its_lead_blows_or_whom_it_was_passed_to_or_the_street_above(
    lead: CaseLead, by: UnitCode
) -> None:
    assert blow(replace(ON_CASE, by=by), lead, city=beijing(), at=BLOWN_AT).state.case_id == CASE_ID


@pytest.mark.parametrize(
    ("lead", "by"),
    [
        (LEAD, DONGHUASHI),
        (LEAD, GUANYINSI_COMMUNITY),
        (replace(LEAD, unit=ENFORCEMENT), GUANYINSI),
        (replace(LEAD, unit=UnitCode("gone")), GUANYINSI),
        (replace(LEAD, unit=DONGHUASHI, standing=LeadStanding.DONE), GUANYINSI),
    ],
)
def test_a_foreign_case_is_refused(lead: CaseLead, by: UnitCode) -> None:
    assert isinstance(refused(replace(ON_CASE, by=by), lead), ForeignCase)


@pytest.mark.parametrize("standing", [LeadStanding.BETWEEN_UNITS, LeadStanding.DONE])
def test_a_case_that_nobody_has_in_hand_is_refused(standing: LeadStanding) -> None:
    assert isinstance(refused(ON_CASE, replace(LEAD, standing=standing)), CaseNotInHand)


def test_a_case_nobody_was_given_is_unknown() -> None:
    assert isinstance(refused(ON_CASE), UnknownCase)


@pytest.mark.parametrize(
    ("departments", "field", "said"),
    [
        ((ENFORCEMENT, ENFORCEMENT), "departments.1", "twice"),
        ((ENFORCEMENT, GUANYINSI), "departments.1", "the blower itself"),
        ((POLICE, ENFORCEMENT, "D0"), "departments.2", "no unit"),
        ((DONGHUASHI,), "departments.0", "not a department"),
        ((DAXING,), "departments.0", "not a department"),
    ],
)
def test_a_department_that_cannot_be_called_is_named_with_its_place(
    departments: Sequence[str], field: str, said: str
) -> None:
    refusal = refused(replace(ALONE, departments=tuple(UnitCode(unit) for unit in departments)))
    assert isinstance(refusal, DepartmentRefused)
    assert refusal.field == field
    assert said in refusal.message


def test_one_to_twelve_departments_are_named() -> None:
    everyone = tuple(
        UnitCode(code) for code in sorted(beijing().units.by_code) if code.startswith("D110115-")
    )
    most = blow(replace(ALONE, departments=everyone[:12]), None, city=beijing(), at=BLOWN_AT)
    assert len(most.state.departments) == 12
    for departments in ((), everyone[:13]):
        refusal = refused(replace(ALONE, departments=departments))
        assert isinstance(refusal, DepartmentsMiscounted)
        assert refusal.field == "departments"


def test_utilities_can_be_called() -> None:
    cmd = replace(ALONE, departments=(UnitCode("U110000-WATER"), FIRE))
    assert len(blow(cmd, None, city=beijing(), at=BLOWN_AT).state.departments) == 2


@pytest.mark.parametrize(
    ("site", "field"),
    [
        (Site(spot=Spot(121.47, 39.9)), "site.lng"),
        (Site(spot=Spot(116.4, 31.2)), "site.lat"),
        (Site(unit=UnitCode("nowhere")), "site.unit"),
        (Site(unit=ENFORCEMENT), "site.unit"),
    ],
)
def test_a_site_outside_the_city_or_that_is_no_place_is_refused(site: Site, field: str) -> None:
    refusal = refused(replace(ALONE, site=site))
    assert isinstance(refusal, SiteRefused)
    assert refusal.field == field


def test_without_a_site_the_case_s_place_is_the_site() -> None:
    cmd = replace(ON_CASE, site=None)
    assert blow(cmd, LEAD, city=beijing(), at=BLOWN_AT).state.site == Site(unit=GUANYINSI_COMMUNITY)


@pytest.mark.parametrize("site", [None, Site()])
def test_a_whistle_alone_says_where(site: Site | None) -> None:
    assert isinstance(refused(replace(ALONE, site=site)), SiteMissing)
    assert isinstance(refused(replace(ON_CASE, site=site), replace(LEAD, place=None)), SiteMissing)
