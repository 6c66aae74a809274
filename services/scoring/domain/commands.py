"""What is asked of the ledger: take note of a fact, with the mark that tells a duplicate; exclude; close."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.model import Answer, Department, Mark, Stamp
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, ExclusionId, UnitCode, WhistleId, WorkOrderId
from shared.kernel.words import Channel, DeclineReason, Kind, Ruling, Tier, WhistleKind

SignLimits = tuple[tuple[WorkOrderId, datetime], ...]
"""签收时限 as it became, of orders that nobody had signed for."""


@dataclass(frozen=True, slots=True)
class Note:
    """Take note of something about a case."""

    case_id: CaseId
    stamp: Stamp
    mark: Mark


@dataclass(frozen=True, slots=True)
class NoteRegistered(Note):
    channel: Channel
    kind: Kind
    proactive: bool
    linked_case_id: CaseId | None


@dataclass(frozen=True, slots=True)
class NoteClassified(Note):
    category: CategoryCode | None
    tier: Tier | None
    place: UnitCode | None


@dataclass(frozen=True, slots=True)
class NoteReclassified(Note):
    category: CategoryCode
    tier: Tier
    resolve_by: datetime
    sign_limits: SignLimits = ()


@dataclass(frozen=True, slots=True)
class NoteDispatched(Note):
    work_order_id: WorkOrderId
    unit: UnitCode
    co_orders: tuple[tuple[WorkOrderId, UnitCode], ...]
    place: UnitCode | None
    category: CategoryCode
    tier: Tier
    sign_by: datetime
    resolve_by: datetime
    redo: int
    proactive: bool


@dataclass(frozen=True, slots=True)
class NoteOrder(Note):
    work_order_id: WorkOrderId


@dataclass(frozen=True, slots=True)
class NoteSigned(NoteOrder):
    in_time: bool


@dataclass(frozen=True, slots=True)
class NoteContacted(NoteOrder):
    pass


@dataclass(frozen=True, slots=True)
class NoteAssigned(NoteOrder):
    to_unit: UnitCode


@dataclass(frozen=True, slots=True)
class NoteReturned(NoteOrder):
    pass


@dataclass(frozen=True, slots=True)
class NoteExtended(NoteOrder):
    resolve_by: datetime
    sign_limits: SignLimits = ()


@dataclass(frozen=True, slots=True)
class NoteResolved(NoteOrder):
    in_time: bool


@dataclass(frozen=True, slots=True)
class NoteRuled(Note):
    ruling: Ruling
    returned_by: UnitCode | None
    to_unit: UnitCode


@dataclass(frozen=True, slots=True)
class NoteReopened(Note):
    redo: int


@dataclass(frozen=True, slots=True)
class NoteAnswered(Note):
    pass


@dataclass(frozen=True, slots=True)
class NoteDeclined(Note):
    reason: DeclineReason


@dataclass(frozen=True, slots=True)
class NoteMerged(Note):
    into_case_id: CaseId


@dataclass(frozen=True, slots=True)
class NoteUnmerged(Note):
    """并案 undone."""


@dataclass(frozen=True, slots=True)
class NoteWithdrawn(Note):
    pass


@dataclass(frozen=True, slots=True)
class NoteClosed(Note):
    pass


@dataclass(frozen=True, slots=True)
class NoteResult(Note):
    callback_id: CallbackId
    round: int
    answer: Answer | None
    scored: bool


@dataclass(frozen=True, slots=True)
class NoteWhistle:
    """Take note of something about a whistle."""

    whistle_id: WhistleId
    stamp: Stamp
    mark: Mark


@dataclass(frozen=True, slots=True)
class NoteBlown(NoteWhistle):
    case_id: CaseId | None
    kind: WhistleKind
    blown_by: UnitCode
    departments: tuple[Department, ...]


@dataclass(frozen=True, slots=True)
class NoteDepartment(NoteWhistle):
    unit: UnitCode


@dataclass(frozen=True, slots=True)
class NoteDepartmentSigned(NoteDepartment):
    in_time: bool


@dataclass(frozen=True, slots=True)
class NoteDepartmentContacted(NoteDepartment):
    in_time: bool


@dataclass(frozen=True, slots=True)
class NoteReportedIn(NoteDepartment):
    in_time: bool
    counts_as_signed: bool


@dataclass(frozen=True, slots=True)
class NoteActed(NoteDepartment):
    pass


@dataclass(frozen=True, slots=True)
class NoteScored(NoteDepartment):
    reported_in_time: bool
    score: int


@dataclass(frozen=True, slots=True)
class NoteWhistleClosed(NoteWhistle):
    pass


@dataclass(frozen=True, slots=True)
class NoteWhistleCancelled(NoteWhistle):
    pass


@dataclass(frozen=True, slots=True)
class AskExclusion:
    """剔除: ask that a case does not count in a period."""

    exclusion_id: ExclusionId
    case_id: CaseId
    period: str
    reason: DeclineReason
    evidence: tuple[str, ...]
    note: str | None
    by: str
    unit: UnitCode | None


@dataclass(frozen=True, slots=True)
class Review:
    """Say whether an exclusion, or the appeal on its refusal, is right."""

    exclusion_id: ExclusionId
    upheld: bool
    note: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """申诉: contest a refused exclusion."""

    exclusion_id: ExclusionId
    evidence: tuple[str, ...]
    note: str | None
    by: str
    unit: UnitCode | None


@dataclass(frozen=True, slots=True)
class Unheard:
    """What lies on the bus and is not in the ledger yet."""

    records: int
    since: datetime | None
    """About when the first of it was said; None: nothing lies there."""


@dataclass(frozen=True, slots=True)
class AskClose:
    """月结: close a period."""

    period: str
    by: str
    unheard: Unheard | None
    """None: nobody knows, the bus cannot be asked."""
    insists: bool = False
    """Although what was said for the period may be missing: it counts in the next one then."""
