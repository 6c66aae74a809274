"""Survey's wire shapes for callers and citizens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.survey.api.about import AboutOut
from services.survey.domain.errors import UnknownForm
from services.survey.domain.links import Links
from services.survey.domain.model import Answers, Missed, Round, RoundState, Survey
from services.survey.domain.policy.calling import MOST_IN_HAND
from services.survey.domain.policy.rounds import find
from services.survey.ports import Contact
from services.survey.store.queries import CallbackRow
from shared.city.questionnaire import Question, Questionnaire
from shared.http.wire import Instant, Wire, taken
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel, Language, Satisfied, Solved

NOTE_LIMIT = 2_000
MOST_REASONS = 20
MOST_SHOWN = 200


class AnswersIn(Wire):
    """What the citizen said."""

    contacted: bool = Field(description="Did the unit speak with the citizen?")
    solved: Solved
    satisfied: Satisfied
    reasons: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_REASONS)] = Field(
        [], description="Codes of the questionnaire: why it was not solved, or not to satisfaction."
    )
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = Field("", description="Kept here, never on the bus.")
    may_call_again: bool = Field(True, description="False: no second call, whatever is unclear.")
    shown: Annotated[str, Field(max_length=MOST_SHOWN)] | None = Field(
        None,
        description="`form.shown` of the form these were given to. Left out: the questionnaire in force now.",
    )

    def to_domain(self, links: Links, *, within: str = "") -> Answers:
        """Raises `UnknownForm`."""
        version = links.version_in(self.shown) if self.shown is not None else ""
        if version is None:
            raise UnknownForm(f"{within}shown")
        return Answers(
            self.contacted,
            self.solved,
            self.satisfied,
            self.note,
            tuple(self.reasons),
            self.may_call_again,
            version,
        )


class AttemptIn(Wire):
    """通话小结: one call to the citizen, or one from him."""

    reached: bool
    answers: AnswersIn | None = None
    inbound: bool = Field(
        False,
        description="The citizen rang: quiet hours and due times do not bind. Without answers he `refused`, "
        "or `put_off` to another time.",
    )
    missed: Missed | None = Field(
        None,
        description="Why there are no answers. A wrong number and a refusal end the callback; `put_off` is a "
        "citizen who asks to be called at another time, and no rung of the ladder.",
    )
    call_at: Instant | None = Field(
        None, description="Of `put_off`: when, outside quiet hours and within the days to answer."
    )


class AnswersOut(Wire):
    contacted: bool
    solved: Solved
    satisfied: Satisfied
    reasons: list[str]
    note: str | None = Field(
        description="Empty when forgotten. Null in the answer to an attempt, which is kept as words are not."
    )
    may_call_again: bool
    questionnaire: str = Field(description="The version they were given to.")

    @classmethod
    def of(cls, answers: Answers) -> "AnswersOut":
        return taken(cls, answers, reasons=list(answers.reasons))

    def without_note(self) -> "AnswersOut":
        return self.model_copy(update={"note": None})


class AttemptOut(Wire):
    at: datetime
    channel: CallbackChannel
    reached: bool
    missed: Missed | None
    inbound: bool = Field(description="The citizen rang.")


class CallbackOut(Wire):
    """One round of calling back, or the check of one."""

    callback_id: UUID
    case_id: UUID
    round: int
    state: RoundState
    due_at: datetime
    attempts: list[AttemptOut]
    answers: AnswersOut | None
    channel: CallbackChannel | None = Field(description="By which way the answers came.")
    scored: bool
    in_doubt: AnswersOut | None = Field(description="Answers that contradict each other: ask once more.")
    flagged: bool = Field(description="The result was in doubt, or still contradicts itself.")
    checks: UUID | None = Field(description="质检: the round whose result is asked about once more.")
    agrees: bool | None = Field(description="Of a check that is done: whether the citizen said the same.")
    promised: bool = Field(description="约时: `due_at` is the time that the citizen asked for.")
    claimed_until: datetime | None

    @classmethod
    def of(cls, survey: Survey, callback_id: CallbackId) -> "CallbackOut":
        one = find(survey, callback_id)
        assert one is not None  # the survey was found by this very callback
        return cls.of_round(survey, one)

    @classmethod
    def of_round(cls, survey: Survey, one: Round) -> "CallbackOut":
        return cls(
            callback_id=one.callback_id,
            case_id=survey.case_id,
            round=one.number,
            state=one.state,
            due_at=one.due_at,
            attempts=[taken(AttemptOut, each) for each in one.attempts],
            answers=AnswersOut.of(one.answers) if one.answers else None,
            channel=one.channel,
            scored=one.scored,
            in_doubt=AnswersOut.of(one.doubt.answers) if one.doubt else None,
            flagged=one.flagged,
            checks=one.checks,
            agrees=one.agrees,
            promised=one.promised,
            claimed_until=one.claim.until if one.claim else None,
        )

    def without_notes(self) -> "CallbackOut":
        """The same for an answer that is kept for ever, as the citizen's words are not."""
        said = {name: getattr(self, name) for name in ("answers", "in_doubt")}
        bare = {name: answers and answers.without_note() for name, answers in said.items()}
        return self.model_copy(update=bare)


class ContactOut(Wire):
    """Whom to call; shown to the caller who has the claim, kept nowhere."""

    name: str | None
    phone: str | None

    @classmethod
    def of(cls, contact: Contact) -> "ContactOut":
        return cls(name=contact.name, phone=contact.phone)


class OptionOut(Wire):
    code: str
    text: str


class FormOut(Wire):
    """问卷: what is asked, in the reader's language, and the codes an answer is written down by."""

    version: str
    shown: str = Field(description="The version, signed: sent with the answers, which are kept with it.")
    contacted: list[OptionOut]
    solved: list[OptionOut]
    satisfied: list[OptionOut]
    reasons: list[OptionOut]
    may_call_again: list[OptionOut]

    @classmethod
    def of(cls, asked: Questionnaire, language: str, links: Links) -> "FormOut":
        def options(question: Question) -> list[OptionOut]:
            return [OptionOut(code=one.code, text=one.of(language)) for one in question.options]

        return cls(
            version=asked.version,
            shown=links.shown(asked.version),
            contacted=options(asked.contacted),
            solved=options(asked.solved),
            satisfied=options(asked.satisfied),
            reasons=options(asked.reasons),
            may_call_again=options(asked.may_call_again),
        )


class ClaimOut(Wire):
    """A callback in hand: whom to call, what to say and ask, and what to write the answers down by."""

    callback: CallbackOut
    about: AboutOut
    contact: ContactOut
    language: Language = Field(
        description="What the citizen would rather be asked in. Where it was stated, what is said to "
        "him is in it; the form is in the caller's."
    )
    opening: str
    script: list[str]
    clear_up: str | None = Field(description="What does not go together in the answers given before.")
    closing: str
    form: FormOut


class ReserveIn(Wire):
    """How many callbacks a caller takes at once."""

    count: int = Field(ge=1, le=MOST_IN_HAND)


class ReservedOut(Wire):
    """Callbacks in hand for half an hour, the longest waiting first."""

    items: list[CallbackOut]


class WorklistItem(Wire):
    """A callback on the worklist."""

    callback_id: UUID
    case_id: UUID
    round: int
    state: RoundState
    due_at: datetime
    attempts: int = Field(description="How often he was called, by callers and machines.")
    claimed_until: datetime | None
    second_call: bool = Field(description="The citizen has answered, and contradicted himself.")
    by_phone: bool = Field(description="False: the citizen left no number and answers in the app alone.")
    promised: bool = Field(description="约时: `due_at` is the time that the citizen asked for.")

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
            second_call=row.doubtful,
            by_phone=row.by_phone,
            promised=row.promised,
        )


class LinkOut(Wire):
    """What the page behind a citizen's link asks."""

    valid_until: datetime = Field(description="Unless the callback ends before, answered or given up.")
    about: AboutOut
    questions: list[str]
    form: FormOut


class AppOut(Wire):
    """What an app asks its citizen."""

    callback_id: UUID
    about: AboutOut
    questions: list[str]
    form: FormOut


class LinkAnswered(Wire):
    """Thanks; the link is used up."""

    callback_id: UUID
    state: RoundState
