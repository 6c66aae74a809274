"""What survey can be told to do."""

from dataclasses import dataclass
from datetime import datetime

from services.survey.domain.model import Answers, Missed
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode
from shared.kernel.words import Language


@dataclass(frozen=True, slots=True)
class NoteCase:
    """A case exists; may its citizen be phoned, and is there one?"""

    case_id: CaseId
    has_phone: bool
    has_citizen: bool = True
    registered_at: datetime | None = None
    category: CategoryCode | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class NoteMatter:
    """What a case was about, and who handled it; None is what the fact does not tell."""

    case_id: CaseId
    category: CategoryCode | None = None
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    case_id: CaseId
    callback_id: CallbackId


@dataclass(frozen=True, slots=True)
class Join:
    """One case was merged into another."""

    case_id: CaseId
    into_case_id: CaseId


@dataclass(frozen=True, slots=True)
class Unjoin:
    """That merging was undone."""

    case_id: CaseId
    from_case_id: CaseId


@dataclass(frozen=True, slots=True)
class ClaimRound:
    """`inbound`: the citizen is on the phone: no number is needed, quiet hours and due times do not bind."""

    callback_id: CallbackId
    by: str
    inbound: bool = False


@dataclass(frozen=True, slots=True)
class HandBack:
    callback_id: CallbackId
    by: str


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """`inbound`: the citizen rang the hotline, so quiet hours and due times do not bind."""

    callback_id: CallbackId
    by: str
    reached: bool
    answers: Answers | None
    inbound: bool = False
    missed: Missed | None = None
    call_at: datetime | None = None
    """When the citizen who put it off asked to be called."""
    recheck_id: CallbackId | None = None
    """An id for the check of this call, should it be drawn for one."""


@dataclass(frozen=True, slots=True)
class AnswerByLink:
    callback_id: CallbackId
    answers: Answers


@dataclass(frozen=True, slots=True)
class AnswerInApp:
    """The citizen proved at intake's door that the case is theirs."""

    case_id: CaseId
    answers: Answers


@dataclass(frozen=True, slots=True)
class AnswerByKeys:
    """What was pressed while a machine asked; None when nobody took the call, or hung up."""

    callback_id: CallbackId
    answers: Answers | None
