"""巡查: what a grid worker does on a round: visits, dispute inspections, tracks; recorded once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.grid.domain.model import Spot
from shared.kernel.ids import InspectionId, TrackId, UnitCode, VisitId
from shared.kernel.words import VisitKind


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it, and what is known of the clock it was written down by."""

    worker: str
    unit: UnitCode
    recorded_at: datetime
    """By the terminal's clock."""
    behind: timedelta = timedelta()
    """How much the terminal's clock was behind ours when the batch was sent; negative when it was ahead."""


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """走访."""

    visit_id: VisitId
    by: Doer
    place: UnitCode | None
    kind: VisitKind
    minutes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was ticked for a question."""

    question: str
    choice: str


@dataclass(frozen=True, slots=True)
class RecordInspection:
    """排查."""

    inspection_id: InspectionId
    by: Doer
    place: UnitCode | None
    plan: str
    form_version: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the terminal was, so many seconds after the first."""

    spot: Spot
    seconds: int


@dataclass(frozen=True, slots=True)
class RecordTrack:
    """轨迹: where the terminal was, in the order of time."""

    track_id: TrackId
    by: Doer
    fixes: tuple[Fix, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it is kept."""

    visit_id: VisitId
    worker: str
    unit: UnitCode
    place: UnitCode
    kind: VisitKind
    minutes: int
    recorded_at: datetime
    happened_at: datetime
    received_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspection as it is kept."""

    inspection_id: InspectionId
    worker: str
    unit: UnitCode
    place: UnitCode
    plan: str
    form_version: int
    round: str | None
    answers: tuple[Answer, ...]
    findings: int
    recorded_at: datetime
    happened_at: datetime
    received_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """A track as it is kept: simplified and packed."""

    track_id: TrackId
    worker: str
    unit: UnitCode
    metres: int
    seconds: int
    points: bytes = field(repr=False)
    recorded_at: datetime
    happened_at: datetime
