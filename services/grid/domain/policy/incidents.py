"""事件: what may be reported; handled on the spot, or escalated. What is sent again changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.grid.domain.commands import EscalateIncident, HandleIncident, NoteCase, ReportIncident
from services.grid.domain.errors import (
    CategoryRefused,
    IncidentIdRefused,
    IncidentIdTaken,
    MayNotReport,
    NotYourIncident,
    RecordedWhen,
    UnknownIncident,
)
from services.grid.domain.incident import Incident, Telling
from services.grid.domain.lifecycle import INCIDENT_LIFE, IncidentState
from services.grid.domain.policy.sites import require_site
from shared.city.city import City
from shared.city.units import Units
from shared.events.grid import IncidentEscalated, IncidentHandled, IncidentReported
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel

REPORTERS = frozenset({UnitLevel.STREET, UnitLevel.COMMUNITY})
LONGEST_OFFLINE = timedelta(days=90)
FASTEST_CLOCK = timedelta(days=2)
"""How far ahead of ours a terminal's clock is still believed to be a clock."""


def place_in_time(recorded_at: datetime, behind: timedelta, *, at: datetime) -> datetime:
    """When it was, by our clock. Raises `RecordedWhen` for a time that says nothing.

    With the clock's error made good: if that is known, it may be as wrong as it likes. Else as it was written
    down: the clock may have gone wrong only after the thing was done.
    """
    for when in (recorded_at + behind, recorded_at):
        if -FASTEST_CLOCK <= at - when <= LONGEST_OFFLINE:
            return when
    raise RecordedWhen


def examine(cmd: ReportIncident, *, city: City, at: datetime) -> Telling:
    """Raise the first refusal, or answer what is to be sealed; without a unit, the place is the worker's."""
    if cmd.incident_id.version != 7:
        raise IncidentIdRefused
    require_reporter(cmd.by, city.units)
    if cmd.category not in city.categories:
        raise CategoryRefused
    place_in_time(cmd.recorded_at or at, cmd.behind, at=at)
    require_site(cmd.site, city, field="place")
    return Telling(cmd.text, cmd.site.unit or cmd.by, cmd.address, cmd.site.spot)


def require_reporter(unit: UnitCode, units: Units) -> None:
    """Raise `MayNotReport` unless it is a street or community.

    One that was closed too: what its workers did offline, before they could hear of that, is not lost. Who is
    above it has it in hand.
    """
    if not units.knows(unit) or units.get(unit).level not in REPORTERS:
        raise MayNotReport(unit)


def report(cmd: ReportIncident, told: Telling, sealed_words: str, *, at: datetime) -> Decision[Incident]:
    """上报."""
    recorded_at = cmd.recorded_at or at
    incident = Incident(
        incident_id=cmd.incident_id,
        unit=cmd.by,
        worker=cmd.worker,
        category=cmd.category,
        place=told.place,
        sealed_words=sealed_words,
        recorded_at=recorded_at,
        reported_at=at,
        photos=cmd.photos,
    )
    return Decision(incident, (IncidentReported(**incident.about(), recorded_at=recorded_at),))


def repeat(known: Incident, told_before: Telling, cmd: ReportIncident, told: Telling) -> Decision[Incident]:
    """The same report again. Raises `IncidentIdTaken` when it is another one under the same id."""
    before = (known.unit, known.worker, known.category, known.recorded_at, told_before, known.photos)
    now = (cmd.by, cmd.worker, cmd.category, cmd.recorded_at or known.recorded_at, told, cmd.photos)
    if before != now:
        raise IncidentIdTaken(cmd.incident_id)
    return Decision(known)


def handle(
    incident: Incident,
    cmd: HandleIncident,
    evidence_before: str | None,
    sealed_evidence: str,
    *,
    units: Units,
    at: datetime,
) -> Decision[Incident]:
    """就地处置: settled on the spot, which counts as proactive."""
    _require_own(incident, cmd.by, units)
    is_same = (evidence_before, incident.evidence_photos) == (cmd.evidence, cmd.photos)
    if incident.state is IncidentState.HANDLED and is_same:
        return Decision(incident)
    after = INCIDENT_LIFE.fire("handle", incident.state)
    handled = replace(
        incident, state=after, sealed_evidence=sealed_evidence, evidence_photos=cmd.photos, ended_at=at
    )
    return Decision(handled, (IncidentHandled(**incident.about()),))


def escalate(
    incident: Incident, cmd: EscalateIncident, photos: tuple[str, ...], *, units: Units, at: datetime
) -> Decision[Incident]:
    """网格吹哨、街社报到: intake makes a case of it; `photos` by their names in the store."""
    _require_own(incident, cmd.by, units)
    if incident.state is IncidentState.ESCALATED:
        return Decision(incident)
    after = INCIDENT_LIFE.fire("escalate", incident.state)
    said = IncidentEscalated(
        **incident.about(),
        recorded_at=incident.recorded_at,
        sealed_words=incident.sealed_words,
        photos=photos,
    )
    return Decision(replace(incident, state=after, ended_at=at), (said,))


def note_case(incident: Incident, cmd: NoteCase) -> Decision[Incident]:
    """Which case it became: the first that was said stays."""
    return Decision(replace(incident, case_id=incident.case_id or cmd.case_id))


def may_see(incident: Incident, unit: UnitCode, units: Units) -> bool:
    """The reporter's unit and those above it."""
    return units.oversees(unit, incident.unit)


def require_sight(incident: Incident, unit: UnitCode, units: Units) -> None:
    """Others are told what they would be told of an incident that does not exist."""
    if not may_see(incident, unit, units):
        raise UnknownIncident(incident.incident_id)


def _require_own(incident: Incident, unit: UnitCode, units: Units) -> None:
    require_sight(incident, unit, units)
    street = units.street_of(incident.unit) if units.knows(incident.unit) else None
    if unit != street and not units.answers_for(unit, incident.unit):
        raise NotYourIncident(unit, incident.unit)
