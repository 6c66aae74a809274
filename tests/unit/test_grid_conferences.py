"""联席会商: who may record one, what division is taken, and what leaves grid of it."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from services.grid.domain import deliberation_errors as errors
from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.conference import Division, DivisionOutcome, HoldConference, Seated, SettleDivision
from services.grid.domain.errors import UnknownCase
from services.grid.domain.policy import conferences
from shared.events.grid import ConferenceHeld
from shared.events.topics import CASE
from shared.kernel.errors import Refusal
from shared.kernel.ids import ConferenceId, EventId, UnitCode
from shared.kernel.words import Share
from tests.kit.city import beijing
from tests.kit.deliberations import a_lead
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
)

LEAD, CO = Share.LEAD, Share.CO
BEGINNING = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
"""No database can keep it: in Greenwich it is the year before."""
PARTIES = (Seated(ENFORCEMENT, LEAD), Seated(GUANYINSI, CO))
MINUTES = "会议议定：综合执法局牵头，街道配合。\n"
HOLD = HoldConference(
    ConferenceId(UUID("01950000-0000-7000-8000-0000000000c0")), GUANYINSI, CASE_ID, PARTIES, MINUTES, None
)


def held(cmd: HoldConference = HOLD, lead: CaseLead | None = None) -> ConferenceHeld:
    decision = conferences.hold(cmd, lead or a_lead(GUANYINSI), "sealed", units=beijing().units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, ConferenceHeld)
    return fact


def test_a_division_is_said_on_the_case_and_of_the_minutes_only_their_hash() -> None:
    fact = held()
    assert (fact.topic(), fact.key()) == (CASE, str(CASE_ID))
    assert [(each.unit, each.share) for each in fact.parties] == [(ENFORCEMENT, LEAD), (GUANYINSI, CO)]
    assert fact.minutes_hash == hashlib.sha256(MINUTES.encode()).hexdigest()
    assert "牵头" not in fact.model_dump_json() + repr(HOLD)


@pytest.mark.parametrize(
    ("by", "lead"),
    [
        (GUANYINSI, a_lead(GUANYINSI_COMMUNITY)),
        (GUANYINSI, a_lead(ENFORCEMENT, place=GUANYINSI_COMMUNITY)),
        (GUANYINSI, a_lead(GUANYINSI, standing=LeadStanding.BETWEEN_UNITS)),
        (None, a_lead(DONGHUASHI)),
    ],
)
def test_the_street_it_lies_with_or_the_desk_records_one(by: UnitCode | None, lead: CaseLead) -> None:
    assert held(replace(HOLD, by=by), lead).case_id == CASE_ID


@pytest.mark.parametrize("by", [DONGHUASHI, GUANYINSI_COMMUNITY, DAXING, ENFORCEMENT, UnitCode("nobody")])
def test_nobody_else_may(by: UnitCode) -> None:
    with pytest.raises(errors.MayNotConfer):
        held(replace(HOLD, by=by))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"parties": PARTIES[:1]}, errors.PartiesMiscounted),
        ({"parties": (*PARTIES, Seated(GUANYINSI, CO))}, errors.PartiesMiscounted),
        ({"parties": (Seated(FIRE, CO), Seated(POLICE, CO))}, errors.OneLeadAtTable),
        ({"parties": (Seated(FIRE, LEAD), Seated(POLICE, LEAD))}, errors.OneLeadAtTable),
        ({"parties": (*PARTIES, Seated(UnitCode("nobody"), CO))}, errors.UnitRefused),
        ({"minutes": " \n"}, errors.MinutesMissing),
        ({"held_at": BLOWN_AT + timedelta(seconds=1)}, errors.NotHeldYet),
        ({"held_at": BEGINNING}, errors.HeldTooLongAgo),
    ],
)
def test_what_is_no_division_is_refused_by_name(wrong: dict[str, object], named: type[Refusal]) -> None:
    with pytest.raises(named):
        held(replace(HOLD, **wrong))


def test_a_case_that_is_over_or_unknown_is_not_divided() -> None:
    with pytest.raises(errors.CaseIsOver):
        held(lead=a_lead(GUANYINSI, standing=LeadStanding.DONE))
    with pytest.raises(UnknownCase):
        conferences.hold(HOLD, None, "sealed", units=beijing().units, at=BLOWN_AT)


def test_who_sat_there_and_those_above_see_it() -> None:
    units = beijing().units
    conference = conferences.hold(HOLD, a_lead(GUANYINSI), "sealed", units=units, at=BLOWN_AT).state
    for unit in (ENFORCEMENT, GUANYINSI, DAXING):
        conferences.require_sight(conference, unit, units)
    with pytest.raises(errors.UnknownConference):
        conferences.require_sight(conference, DONGHUASHI, units)


ASKED = EventId(UUID("01950000-0000-7000-8000-0000000000ee"))
TAKEN = SettleDivision(ASKED, DivisionOutcome.TAKEN_OVER, BLOWN_AT)
REFUSED = SettleDivision(
    ASKED, DivisionOutcome.REFUSED, BLOWN_AT, reason="backstop_stands", refused_in="signed"
)


def test_routers_answer_is_kept_with_its_reason_and_the_first_one_stands() -> None:
    waiting = Division(ASKED, HOLD.conference_id)
    assert waiting.outcome is DivisionOutcome.PENDING
    refused = conferences.settle(waiting, REFUSED)
    assert refused.facts == ()
    assert refused.state == Division(
        ASKED, HOLD.conference_id, DivisionOutcome.REFUSED, "backstop_stands", "signed", BLOWN_AT
    )
    taken = conferences.settle(waiting, TAKEN).state
    assert taken == Division(ASKED, HOLD.conference_id, DivisionOutcome.TAKEN_OVER, answered_at=BLOWN_AT)
    later = replace(REFUSED, at=BLOWN_AT + timedelta(days=1))
    assert conferences.settle(taken, later).state == taken
    assert conferences.settle(refused.state, replace(TAKEN, at=later.at)).state == refused.state
