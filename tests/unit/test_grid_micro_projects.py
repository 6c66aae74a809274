"""微项目: who offers, who claims for whom, and who says what became of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.grid.domain import micro_project as do
from services.grid.domain.deliberation_errors import PlaceRefused, UnknownDeliberation
from services.grid.domain.lifecycle import MICRO_PROJECT_LIFE, MicroProjectState
from services.grid.domain.micro_project import MicroProject
from services.grid.domain.micro_project_errors import (
    ClaimantRefused,
    ClaimForOthers,
    MayNotOffer,
    NotYourClaim,
    UnknownMicroProject,
)
from services.grid.domain.policy import micro_projects
from shared.kernel.errors import Refusal
from shared.kernel.ids import MicroProjectId, UnitCode
from shared.kernel.words import Giver
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing, closing
from tests.kit.deliberations import CAOCHANG, DELIBERATION_ID, DONGCHENG, LONGCHENG, QIANMEN, a_deliberation
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT

KEY = MicroProjectId(UUID("01950000-0000-7000-8000-0000000000f1"))
OFFER = do.Offer(KEY, CAOCHANG, CAOCHANG, None, "修补长椅")
EXPECTED = {
    # Written out by hand: the table must agree with it, not define it.
    ("claim", "offered"): "claimed",
    ("withdraw", "offered"): "withdrawn",
    ("release", "claimed"): "offered",
    ("report", "claimed"): "reported",
}


def offered() -> MicroProject:
    return micro_projects.offer(OFFER, None, "sealed", units=beijing().units, at=BLOWN_AT).state


def claimed(by: UnitCode = ENFORCEMENT, giver: Giver = Giver.UNIT) -> MicroProject:
    cmd = do.Claim(KEY, by, giver, "在职党员 5 人")
    return micro_projects.claim(offered(), cmd, "sealed", units=beijing().units, at=BLOWN_AT).state


@pytest.mark.parametrize("state", MicroProjectState)
@pytest.mark.parametrize("move", ["claim", "release", "report", "withdraw"])
def test_each_pair_fires_or_is_refused_by_name(move: str, state: MicroProjectState) -> None:
    assert set(MICRO_PROJECT_LIFE.moves) == {name for name, _ in EXPECTED}
    target = EXPECTED.get((move, state.value))
    if target is None:
        with pytest.raises(MoveNotAllowed):
            MICRO_PROJECT_LIFE.fire(move, state)
    else:
        assert MICRO_PROJECT_LIFE.fire(move, state) == target


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"unit": ENFORCEMENT}, PlaceRefused),
        ({"by": LONGCHENG}, MayNotOffer),
        ({"deliberation_id": DELIBERATION_ID}, UnknownDeliberation),
        ({"unit": LONGCHENG, "by": LONGCHENG, "deliberation_id": DELIBERATION_ID}, UnknownDeliberation),
    ],
)
def test_what_cannot_be_offered_is_refused_by_name(wrong: dict[str, Any], named: type[Refusal]) -> None:
    found = a_deliberation() if wrong.get("unit") == LONGCHENG else None
    with pytest.raises(named):
        micro_projects.offer(replace(OFFER, **wrong), found, "s", units=beijing().units, at=BLOWN_AT)


def test_a_unit_claims_for_itself_and_people_through_the_community() -> None:
    assert claimed().claimed_by == ENFORCEMENT
    assert claimed(CAOCHANG, Giver.PARTY_MEMBERS).giver is Giver.PARTY_MEMBERS
    assert claimed(QIANMEN, Giver.VOLUNTEERS).claimed_by == QIANMEN
    with pytest.raises(ClaimForOthers):
        claimed(ENFORCEMENT, Giver.VOLUNTEERS)
    with pytest.raises(ClaimantRefused):
        claimed(CAOCHANG, Giver.COMPANY)


def test_what_waits_is_everybody_s_to_see_and_then_only_theirs_whom_it_concerns() -> None:
    units = beijing().units
    micro_projects.require_sight(offered(), LONGCHENG, units)
    for unit in (CAOCHANG, QIANMEN, ENFORCEMENT):
        micro_projects.require_sight(claimed(), unit, units)
    with pytest.raises(UnknownMicroProject):
        micro_projects.require_sight(claimed(), LONGCHENG, units)


def test_who_took_it_on_or_the_community_gives_it_back_or_reports_it() -> None:
    units = beijing().units
    for by in (ENFORCEMENT, CAOCHANG):
        again = micro_projects.release(claimed(), do.Release(KEY, by), units=units).state
        assert replace(again, version=0) == offered()
        done = micro_projects.report(claimed(), do.Report(KEY, by, "好了"), "r", units=units, at=BLOWN_AT)
        assert (done.state.state, done.state.sealed_report) == (MicroProjectState.REPORTED, "r")
        assert "好了" not in done.facts[0].model_dump_json()
    above = do.Release(KEY, UnitCode("110101"))
    with pytest.raises(NotYourClaim):
        micro_projects.release(claimed(), above, units=units)


def test_only_the_community_withdraws_what_nobody_took_on() -> None:
    units = beijing().units
    with pytest.raises(MayNotOffer):
        micro_projects.withdraw(offered(), do.Withdraw(KEY, ENFORCEMENT), units=units, at=BLOWN_AT)
    ended = micro_projects.withdraw(offered(), do.Withdraw(KEY, CAOCHANG), units=units, at=BLOWN_AT)
    assert ended.state.state is MicroProjectState.WITHDRAWN


def test_what_a_closed_street_offered_is_its_district_s() -> None:
    of_street, above = replace(offered(), unit=QIANMEN), do.Withdraw(KEY, DONGCHENG)
    ended = micro_projects.withdraw(of_street, above, units=closing(QIANMEN).units, at=BLOWN_AT).state
    assert ended.state is MicroProjectState.WITHDRAWN
    with pytest.raises(MayNotOffer):
        micro_projects.withdraw(of_street, above, units=beijing().units, at=BLOWN_AT)
