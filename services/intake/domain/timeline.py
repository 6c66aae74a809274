"""进度: what a citizen is told, as codes; sentences are made at the door, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CaseId, EventId, UnitCode


class Code(StrEnum):
    """One kind of line in a timeline."""

    REGISTERED = "registered"
    SUPPLEMENTED = "supplemented"
    URGE_ASKED = "urge_asked"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    JOIN_ASKED = "join_asked"
    ACCESS_CODE_GIVEN = "access_code_given"
    MOVE_REFUSED = "move_refused"
    AWAITING_DISPATCHER = "awaiting_dispatcher"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    CONTACTED = "contacted"
    PROGRESSED = "progressed"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    ADJUDICATED = "adjudicated"
    EXTENDED = "extended"
    RECLASSIFIED = "reclassified"
    PLANNED = "planned"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    URGED = "urged"
    SUPERVISED = "supervised"
    RESOLVED = "resolved"
    CO_SIGNED = "co_signed"
    CO_PROGRESSED = "co_progressed"
    CO_RESOLVED = "co_resolved"
    ANSWERED = "answered"
    DECLINED = "declined"
    MERGED = "merged"
    UNMERGED = "unmerged"
    WITHDRAWN = "withdrawn"
    SURVEY_STARTED = "survey_started"
    REOPENED = "reopened"
    CLOSED = "closed"
    CLOSED_UNREACHED = "closed_unreached"
    CLOSED_UNASKED = "closed_unasked"
    OVERDUE = "overdue"
    CALLBACK_SCHEDULED = "callback_scheduled"
    CALLBACK_OPEN = "callback_open"
    """Asked in the app alone: there is no number to call."""
    CALLBACK_MISSED = "callback_missed"
    CALLBACK_PUT_OFF = "callback_put_off"
    CALLBACK_COMPLETED = "callback_completed"
    CALLBACK_UNREACHABLE = "callback_unreachable"
    CALLBACK_WRONG_NUMBER = "callback_wrong_number"
    CALLBACK_REFUSED = "callback_refused"
    CALLBACK_UNANSWERED = "callback_unanswered"
    ANONYMISED = "anonymised"
    """At the citizen's wish; the clock tells nobody."""
    DELIBERATION_RAISED = "deliberation_raised"
    DELIBERATION_PILOTED = "deliberation_piloted"
    DELIBERATION_BEGUN = "deliberation_begun"
    DELIBERATION_MET = "deliberation_met"
    DELIBERATION_DECIDED = "deliberation_decided"
    DELIBERATION_EVALUATED = "deliberation_evaluated"
    DELIBERATION_ABANDONED = "deliberation_abandoned"


@dataclass(frozen=True, slots=True)
class Note:
    """One line: `event_id` is the fact it tells of, so that a fact told twice is one line."""

    event_id: EventId
    case_id: CaseId
    at: datetime
    code: Code
    unit: UnitCode | None = None
    until: datetime | None = None
    """The instant the line speaks of: a promise, a review day, an hour to be called."""
    detail: str | None = None
    """A code the sentence is completed with: a reason, a move."""
