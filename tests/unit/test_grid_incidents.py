"""事件: who may report what, what is then said, and how an incident ends."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.grid.domain.commands import EscalateIncident, HandleIncident, NoteCase, ReportIncident
from services.grid.domain.errors import (
    CategoryRefused,
    IncidentIdRefused,
    IncidentIdTaken,
    MayNotReport,
    NotYourIncident,
    RecordedWhen,
    SiteMissing,
    SiteRefused,
    UnknownIncident,
)
from services.grid.domain.incident import Incident, Telling, read_telling
from services.grid.domain.lifecycle import INCIDENT_LIFE, IncidentState
from services.grid.domain.model import Site, Spot
from services.grid.domain.policy import incidents
from shared.events.grid import IncidentEscalated, IncidentHandled, IncidentReported
from shared.events.topics import GRID
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, UnitCode
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
    SITE,
)

AN_INCIDENT = IncidentId(UUID("01950000-0000-7000-8000-00000000001c"))
REPORT = ReportIncident(
    incident_id=AN_INCIDENT,
    by=GUANYINSI_COMMUNITY,
    worker="worker-7",
    category=CategoryCode("street_lamp"),
    text="路灯倾斜，快倒了",
    address="安四路北口",
    site=Site(spot=SITE),
    recorded_at=BLOWN_AT,
)
TOLD = Telling("路灯倾斜，快倒了", GUANYINSI_COMMUNITY, "安四路北口", SITE)
EVIDENCE = "已扶正并加固，照片 2 张"

EXPECTED = {
    # Written out by hand from the mission's text: the table must agree with it, not define it.
    ("handle", "reported"): "handled",
    ("escalate", "reported"): "escalated",
}


def an_incident(state: IncidentState = IncidentState.REPORTED) -> Incident:
    reported = incidents.report(REPORT, TOLD, "sealed", at=BLOWN_AT).state
    return replace(reported, state=state, version=1)


def refused(**wrong: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        incidents.examine(replace(REPORT, **wrong), city=beijing(), at=BLOWN_AT)
    return caught.value


@pytest.mark.parametrize("state", IncidentState)
@pytest.mark.parametrize("move", ["handle", "escalate"])
def test_each_pair_fires_or_is_refused_by_name(move: str, state: IncidentState) -> None:
    target = EXPECTED.get((move, state.value))
    assert set(INCIDENT_LIFE.moves) == {"handle", "escalate"}
    if target is None:
        with pytest.raises(MoveNotAllowed):
            INCIDENT_LIFE.fire(move, state)
    else:
        assert INCIDENT_LIFE.fire(move, state) == target


def test_what_was_examined_is_told_in_the_shape_intake_reads() -> None:
    told = incidents.examine(REPORT, city=beijing(), at=BLOWN_AT)
    assert told == TOLD
    assert read_telling(told.plain()) == TOLD
    assert repr(told) == f"Telling(place={GUANYINSI_COMMUNITY!r})"


def test_a_report_says_codes_only_and_on_the_grid_s_topic() -> None:
    decision = incidents.report(REPORT, TOLD, "sealed", at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, IncidentReported)
    assert (fact.topic(), fact.key()) == (GRID, str(AN_INCIDENT))
    said = fact.model_dump_json()
    assert not [word for word in ("路灯", "安四路", "worker-7", str(SITE.lng)) if word in said]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"incident_id": IncidentId(UUID("0195000a-0000-4000-8000-000000000001"))}, IncidentIdRefused),
        ({"by": ENFORCEMENT}, MayNotReport),
        ({"by": UnitCode("nobody")}, MayNotReport),
        ({"category": CategoryCode("no.such")}, CategoryRefused),
        ({"site": Site()}, SiteMissing),
        ({"site": Site(spot=Spot(120.0, 39.9))}, SiteRefused),
        ({"site": Site(unit=ENFORCEMENT)}, SiteRefused),
        ({"recorded_at": BLOWN_AT + timedelta(days=2, seconds=1)}, RecordedWhen),
        ({"recorded_at": BLOWN_AT - timedelta(days=90, seconds=1)}, RecordedWhen),
    ],
)
def test_what_cannot_be_reported_is_refused_by_name(wrong: dict[str, object], named: type[Refusal]) -> None:
    assert type(refused(**wrong)) is named


@pytest.mark.parametrize("days", [2, -90])
def test_a_terminal_s_clock_may_be_wrong_by_days(days: int) -> None:
    late = replace(REPORT, recorded_at=BLOWN_AT + timedelta(days=days))
    assert incidents.examine(late, city=beijing(), at=BLOWN_AT) == TOLD


YEARS = timedelta(days=9 * 365)


@pytest.mark.parametrize(
    ("recorded", "behind"),
    [
        (-YEARS, YEARS),
        (YEARS, -YEARS),
        # Written down by a good clock, which broke before it was sent.
        (timedelta(hours=-1), YEARS),
    ],
)
def test_a_clock_may_be_wrong_by_years_when_its_error_is_known(
    recorded: timedelta, behind: timedelta
) -> None:
    told = replace(REPORT, recorded_at=BLOWN_AT + recorded, behind=behind)
    assert incidents.examine(told, city=beijing(), at=BLOWN_AT) == TOLD
    assert isinstance(refused(recorded_at=BLOWN_AT + YEARS, behind=timedelta(days=1)), RecordedWhen)


def test_the_same_report_again_changes_nothing_and_another_under_its_id_is_refused() -> None:
    known = an_incident()
    assert incidents.repeat(known, TOLD, REPORT, TOLD).facts == ()
    other = replace(TOLD, text="井盖缺失")
    with pytest.raises(IncidentIdTaken):
        incidents.repeat(known, TOLD, replace(REPORT, text="井盖缺失"), other)
    assert incidents.repeat(known, TOLD, replace(REPORT, recorded_at=None), TOLD).state == known
    with pytest.raises(IncidentIdTaken):
        incidents.repeat(known, TOLD, replace(REPORT, worker="worker-8"), TOLD)


def handled(incident: Incident, by: UnitCode, evidence: str, before: str | None = None) -> object:
    cmd = HandleIncident(AN_INCIDENT, by, evidence)
    return incidents.handle(incident, cmd, before, "sealed", units=beijing().units, at=BLOWN_AT)


@pytest.mark.parametrize("by", [GUANYINSI_COMMUNITY, GUANYINSI])
def test_the_worker_s_unit_or_its_street_handles_it_on_the_spot(by: UnitCode) -> None:
    cmd = HandleIncident(AN_INCIDENT, by, EVIDENCE)
    decision = incidents.handle(an_incident(), cmd, None, "sealed", units=beijing().units, at=BLOWN_AT)
    assert (decision.state.state, decision.state.ended_at) == (IncidentState.HANDLED, BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, IncidentHandled)
    again = incidents.handle(decision.state, cmd, EVIDENCE, "x", units=beijing().units, at=BLOWN_AT)
    assert (again.state, again.facts) == (decision.state, ())


def test_other_evidence_is_not_laid_over_the_first() -> None:
    with pytest.raises(MoveNotAllowed):
        handled(an_incident(IncidentState.HANDLED), GUANYINSI, "别的", before=EVIDENCE)


def test_who_is_above_looks_on_and_to_strangers_there_is_none() -> None:
    with pytest.raises(NotYourIncident):
        handled(an_incident(), DAXING, EVIDENCE)
    with pytest.raises(UnknownIncident):
        handled(an_incident(), DONGHUASHI, EVIDENCE)


def test_what_a_community_left_when_it_was_closed_is_its_street_s_to_handle() -> None:
    units = closing(GUANYINSI_COMMUNITY).units
    cmd = HandleIncident(AN_INCIDENT, GUANYINSI, EVIDENCE)
    done = incidents.handle(an_incident(), cmd, None, "sealed", units=units, at=BLOWN_AT).state
    assert done.state is IncidentState.HANDLED
    assert incidents.may_see(done, DAXING, units)
    assert not incidents.may_see(done, DONGHUASHI, units)


def test_what_was_seen_offline_in_a_unit_that_is_closed_by_now_is_taken() -> None:
    """Its own worker's report, and a street's worker's of a place there."""
    city, there = closing(GUANYINSI_COMMUNITY), Site(unit=GUANYINSI_COMMUNITY)
    assert incidents.examine(REPORT, city=city, at=BLOWN_AT) == TOLD
    passing = replace(REPORT, by=GUANYINSI, site=there)
    assert incidents.examine(passing, city=city, at=BLOWN_AT).place == GUANYINSI_COMMUNITY


def test_what_a_street_left_when_it_was_closed_is_its_district_s_to_handle() -> None:
    cmd, units = HandleIncident(AN_INCIDENT, DAXING, EVIDENCE), closing(GUANYINSI).units
    of_street = replace(an_incident(), unit=GUANYINSI)
    done = incidents.handle(of_street, cmd, None, "sealed", units=units, at=BLOWN_AT).state
    assert done.state is IncidentState.HANDLED
    with pytest.raises(NotYourIncident):
        incidents.handle(of_street, cmd, None, "sealed", units=beijing().units, at=BLOWN_AT)


def test_an_escalated_incident_takes_its_sealed_words_and_photos_along_once() -> None:
    cmd = EscalateIncident(AN_INCIDENT, GUANYINSI_COMMUNITY)
    decision = incidents.escalate(an_incident(), cmd, ("ab/photo",), units=beijing().units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, IncidentEscalated)
    assert (fact.sealed_words, fact.recorded_at, fact.photos) == ("sealed", BLOWN_AT, ("ab/photo",))
    again = incidents.escalate(decision.state, cmd, ("ab/photo",), units=beijing().units, at=BLOWN_AT)
    assert (again.state, again.facts) == (decision.state, ())
    with pytest.raises(MoveNotAllowed):
        handled(decision.state, GUANYINSI, EVIDENCE)


def test_the_first_case_an_incident_became_stays_its_case() -> None:
    first = incidents.note_case(an_incident(), NoteCase(AN_INCIDENT, CASE_ID)).state
    other = NoteCase(AN_INCIDENT, CaseId(UUID(int=1)))
    assert incidents.note_case(first, other).state.case_id == CASE_ID
