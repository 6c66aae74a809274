"""What grid can be asked to do. `by` is the asker's own unit."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.grid.domain.model import Site, Spot
from services.grid.domain.rounds import Doer
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, UnitCode, WhistleId, WorkOrderId
from shared.kernel.words import WhistleKind


@dataclass(frozen=True, slots=True)
class Blow:
    """吹哨."""

    whistle_id: WhistleId
    by: UnitCode
    kind: WhistleKind
    case_id: CaseId | None
    site: Site | None
    reason: str
    departments: tuple[UnitCode, ...]
    from_grid: bool = False
    """By who walks the grid, in the unit's name."""


@dataclass(frozen=True, slots=True)
class Approve:
    """The unit above lets departments be called."""

    whistle_id: WhistleId
    by: UnitCode


@dataclass(frozen=True, slots=True)
class Refuse:
    """The unit above does not; the reason stays with grid."""

    whistle_id: WhistleId
    by: UnitCode
    reason: str


@dataclass(frozen=True, slots=True)
class Sign:
    """签收 of a whistle by a department."""

    whistle_id: WhistleId
    by: UnitCode
    unit: UnitCode


@dataclass(frozen=True, slots=True)
class Contact:
    """The department spoke with the blower."""

    whistle_id: WhistleId
    by: UnitCode
    unit: UnitCode


@dataclass(frozen=True, slots=True)
class ReportIn:
    """报到: where the department stands, and how near counts as on the site."""

    whistle_id: WhistleId
    by: UnitCode
    unit: UnitCode
    spot: Spot | None
    radius_m: float
    doer: Doer | None = None
    """By whose terminal, that may have been offline since; None: at this moment."""


@dataclass(frozen=True, slots=True)
class Act:
    """The department did its part; the note stays with grid."""

    whistle_id: WhistleId
    by: UnitCode
    unit: UnitCode
    note: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """The blower scores a department, 1 (did nothing) to 5 (solved it)."""

    whistle_id: WhistleId
    by: UnitCode
    unit: UnitCode
    score: int


@dataclass(frozen=True, slots=True)
class Close:
    """The blower closes the whistle."""

    whistle_id: WhistleId
    by: UnitCode


@dataclass(frozen=True, slots=True)
class Cancel:
    """The blower takes the whistle back; the reason stays with grid."""

    whistle_id: WhistleId
    by: UnitCode
    reason: str


@dataclass(frozen=True, slots=True)
class TakeCase:
    """A case was dispatched to its lead."""

    case_id: CaseId
    unit: UnitCode
    place: UnitCode | None
    heard: int
    work_order_id: WorkOrderId | None = None
    category: CategoryCode | None = None
    sign_by: datetime | None = None
    resolve_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssignCase:
    """A street passed a case to its community."""

    case_id: CaseId
    to_unit: UnitCode
    heard: int


@dataclass(frozen=True, slots=True)
class RescheduleCase:
    """A case has another deadline: extended, another category, another mode."""

    case_id: CaseId
    resolve_by: datetime
    heard: int
    category: CategoryCode | None = None
    sign_limits: tuple[tuple[WorkOrderId, datetime], ...] = ()
    """Of the orders that are to be signed for by another time than before."""


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """No unit has the case in hand any more; `done` unless another dispatch must follow."""

    case_id: CaseId
    done: bool
    heard: int


@dataclass(frozen=True, slots=True)
class ReportIncident:
    """上报. The id is the terminal's own, so that what it sends again is the same incident."""

    incident_id: IncidentId
    by: UnitCode
    worker: str
    category: CategoryCode
    text: str = field(repr=False)
    address: str | None = field(repr=False)
    site: Site
    recorded_at: datetime | None
    """By the terminal's clock; None: at this moment."""
    photos: tuple[str, ...] = ()
    behind: timedelta = timedelta()
    """How much the terminal's clock is behind ours, as far as it is known."""


@dataclass(frozen=True, slots=True)
class HandleIncident:
    """就地处置, with evidence."""

    incident_id: IncidentId
    by: UnitCode
    evidence: str = field(repr=False)
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EscalateIncident:
    """上报街社: let it become a case."""

    incident_id: IncidentId
    by: UnitCode


@dataclass(frozen=True, slots=True)
class NoteCase:
    """Intake registered a case for an incident."""

    incident_id: IncidentId
    case_id: CaseId
