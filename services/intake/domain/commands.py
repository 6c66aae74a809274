"""What intake can be told to do, in the imperative."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.attachments import AttachmentId
from services.intake.domain.codes import AccessCode, TrackingNumber
from services.intake.domain.contact import Purpose
from services.intake.domain.model import Proof
from services.intake.domain.proposals import Settlement
from services.intake.domain.timeline import Note
from services.intake.domain.words import RelatedPlace
from shared.city.coordinates import Datum
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, UnitCode
from shared.kernel.words import Channel, DeclineReason, Kind, Language
from shared.lifecycle.case import CaseState


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """A place as the caller wrote it, unchecked."""

    address: str | None = field(default=None, repr=False)
    lng: float | None = field(default=None, repr=False)
    lat: float | None = field(default=None, repr=False)
    system: Datum = Datum.WGS84
    unit: UnitCode | None = None
    grid: str | None = None


@dataclass(frozen=True, slots=True)
class StatedContact:
    """A contact as the caller wrote it, unchecked."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    confidential: bool = False
    anonymous: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """受理: take this request."""

    channel: Channel
    kind: Kind
    text: str = field(repr=False)
    category: CategoryCode | None = None
    place: StatedPlace | None = None
    related_places: tuple[RelatedPlace, ...] = ()
    contact: StatedContact | None = None
    proactive: bool = False
    linked_case_id: CaseId | None = None
    incident_id: IncidentId | None = None
    by_unit: bool = False
    """The caller is an undertaking unit."""
    attachments: tuple[AttachmentId, ...] = ()
    by: str = ""
    """The caller: only his own uploads are laid to his case."""


@dataclass(frozen=True, slots=True)
class RegisterIncident:
    """网格上报: register a case for an incident the grid escalated."""

    incident_id: IncidentId
    category: CategoryCode
    sealed_words: str
    photos: tuple[str, ...] = ()
    """By their names in the store of files; grid keeps them, and intake makes copies."""


@dataclass(frozen=True, slots=True)
class RegisterFinding:
    """A unit found something on the site of a case, or scoring a hot spot; router sealed it under its id."""

    case_id: CaseId
    found_at: CaseId | None
    kind: Kind
    category: CategoryCode | None
    sealed_words: str


@dataclass(frozen=True, slots=True)
class Admit:
    """What a request becomes a case with, once it was examined: ids and sealed things made for it."""

    case_id: CaseId
    tracking_number: TrackingNumber
    access_hash: str
    sealed_words: str
    has_phone: bool
    entry_id: UUID | None = None
    """The entry of the knowledge base that answers it at once."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Open the timeline of this number with this code."""

    tracking_number: TrackingNumber
    access_code: AccessCode = field(repr=False)
    origin: str = field(repr=False)
    """Who tries: the account, or the network it comes from."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """补充: add words to the case, files, or both."""

    case_id: CaseId
    text: str | None = field(default=None, repr=False)
    attachments: tuple[AttachmentId, ...] = ()
    by: str = ""
    """The caller: only his own uploads are laid to the case."""


@dataclass(frozen=True, slots=True)
class AskUrge:
    """The citizen urges."""

    case_id: CaseId


@dataclass(frozen=True, slots=True)
class AskWithdrawal:
    """The citizen withdraws."""

    case_id: CaseId


@dataclass(frozen=True, slots=True)
class NoteLikeness:
    """Keep what a registered case is found by when others tell of the same matter."""

    case_id: CaseId
    kind: Kind
    category: CategoryCode | None
    sealed_words: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Join:
    """我也遇到: be handled with the case that was offered."""

    case_id: CaseId
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepEntry:
    """Write an entry of the knowledge base, new or instead of what it was."""

    entry_id: UUID
    question: str
    answer: str
    answer_en: str | None
    category: CategoryCode | None
    valid_from: date
    valid_until: date | None
    by: str


@dataclass(frozen=True, slots=True)
class ProposeAnswer:
    """即时答复 by the desk: an entry as it is, or words of its own."""

    proposal_id: UUID
    case_id: CaseId
    by: str
    entry_id: UUID | None = None
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ProposeDecline:
    """不予受理 by the desk."""

    proposal_id: UUID
    case_id: CaseId
    by: str
    reason: DeclineReason


@dataclass(frozen=True, slots=True)
class ReadContact:
    """Read a contact for a purpose, and have that written down."""

    reading_id: UUID
    case_id: CaseId
    reader: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Erase:
    """删除个人信息: forget who asked now, at the citizen's wish."""

    case_id: CaseId
    clerk: str
    checked: Proof


@dataclass(frozen=True, slots=True)
class Follow:
    """Take over what router or survey said of a case."""

    case_id: CaseId
    at: datetime
    sequence: int | None
    """Router's count for the case; None when the fact was counted elsewhere."""
    note: Note | None = None
    status: CaseState | None = None
    unit: UnitCode | None = None
    merged_into: CaseId | None = None
    promised_at: datetime | None = None
    starts_anew: bool = False
    """重办: what was promised before is over, and a case that was joined to another goes its own way."""
    settles: Settlement | None = None
    """What the desk had asked for, and has been decided."""
    sealed_answer: str | None = field(default=None, repr=False)
    """What router's desk wrote for the citizen."""
