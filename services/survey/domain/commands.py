"""What survey can be told to do."""

from dataclasses import dataclass

from services.survey.domain.model import Answers
from shared.kernel.ids import CallbackId, CaseId


@dataclass(frozen=True, slots=True)
class NoteCase:
    """A case exists; may its citizen be phoned?"""

    case_id: CaseId
    has_phone: bool


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
class ClaimRound:
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


@dataclass(frozen=True, slots=True)
class AnswerByLink:
    callback_id: CallbackId
    answers: Answers
