"""Survey's wire shapes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.survey.domain.model import Answers, Round, RoundState, Survey
from services.survey.ports import Contact
from services.survey.store.queries import CallbackRow
from shared.http.wire import Wire
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel, Satisfied, Solved

NOTE_LIMIT = 2_000


class AnswersIn(Wire):
    """What the citizen said."""

    contacted: bool = Field(description="Did the unit speak with the citizen?")
    solved: Solved
    satisfied: Satisfied
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = Field("", description="Kept here, never on the bus.")

    def to_domain(self) -> Answers:
        return Answers(self.contacted, self.solved, self.satisfied, self.note)


class AttemptIn(Wire):
    """One call to the citizen, or one from him."""

    reached: bool
    answers: AnswersIn | None = None
    inbound: bool = Field(
        False, description="The citizen rang (and so was reached); quiet hours and due times do not bind."
    )


class AnswersOut(Wire):
    contacted: bool
    solved: Solved
    satisfied: Satisfied
    note: str


class AttemptOut(Wire):
    at: datetime
    channel: CallbackChannel
    reached: bool


class CallbackOut(Wire):
    """One round of calling back."""

    callback_id: UUID
    case_id: UUID
    round: int
    state: RoundState
    due_at: datetime
    attempts: list[AttemptOut]
    answers: AnswersOut | None
    scored: bool
    claimed_until: datetime | None

    @classmethod
    def of(cls, survey: Survey, callback_id: CallbackId) -> "CallbackOut":
        one = next(each for each in survey.rounds if each.callback_id == callback_id)
        return cls.of_round(survey, one)

    @classmethod
    def of_round(cls, survey: Survey, one: Round) -> "CallbackOut":
        answers = one.answers
        return cls(
            callback_id=one.callback_id,
            case_id=survey.case_id,
            round=one.number,
            state=one.state,
            due_at=one.due_at,
            attempts=[AttemptOut(at=a.at, channel=a.channel, reached=a.reached) for a in one.attempts],
            answers=answers
            and AnswersOut(
                contacted=answers.contacted,
                solved=answers.solved,
                satisfied=answers.satisfied,
                note=answers.note,
            ),
            scored=one.scored,
            claimed_until=one.claim.until if one.claim else None,
        )


class ContactOut(Wire):
    """Whom to call; shown to the caller who has the claim, kept nowhere."""

    name: str | None
    phone: str | None

    @classmethod
    def of(cls, contact: Contact) -> "ContactOut":
        return cls(name=contact.name, phone=contact.phone)


class ClaimOut(Wire):
    """A callback in hand: whom to call, and what to ask."""

    callback: CallbackOut
    contact: ContactOut
    script: list[str]


class WorklistItem(Wire):
    """A callback on the worklist."""

    callback_id: UUID
    case_id: UUID
    round: int
    state: RoundState
    due_at: datetime
    attempts: int
    claimed_until: datetime | None

    @classmethod
    def of(cls, row: CallbackRow) -> "WorklistItem":
        return cls(
            callback_id=row.callback_id,
            case_id=row.case_id,
            round=row.number,
            state=RoundState(row.state),
            due_at=row.due_at,
            attempts=row.attempts,
            claimed_until=row.claimed_until,
        )


class LinkOut(Wire):
    """What the page behind a citizen's link asks."""

    valid_until: datetime
    questions: list[str]


class LinkAnswered(Wire):
    """Thanks; the link is used up."""

    callback_id: UUID
    state: RoundState


class MessageOut(Wire):
    """A message as the embedded provider shows it: to whom it went stays in intake's vault."""

    callback_id: UUID
    case_id: UUID
    sent_at: datetime
    text: str
    url: str
