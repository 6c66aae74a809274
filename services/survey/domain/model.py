"""One case as survey sees it: its rounds of calling the citizen back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode
from shared.kernel.words import CallbackChannel, Language, Satisfied, Solved, Unreached


class RoundState(StrEnum):
    """Where one round stands."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    NOT_DONE = "not_done"
    """A check that nobody made while there was time."""


class Missed(StrEnum):
    """未接通原因: why a call brought no answers."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    SWITCHED_OFF = "switched_off"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    """The citizen was on the phone, called or calling, and did not want to be asked."""
    PUT_OFF = "put_off"
    """约时再拨: the citizen was on the phone and asked to be called at another time."""


HOPELESS = {Missed.WRONG_NUMBER: Unreached.WRONG_NUMBER, Missed.REFUSED: Unreached.REFUSED}
"""Where calling again would reach nobody, or somebody who has said no."""
SPOKEN = frozenset({Missed.REFUSED, Missed.PUT_OFF})
"""Where the citizen was there all the same."""


OURS = frozenset({CallbackChannel.PHONE, CallbackChannel.IVR})
"""The ways by which the citizen is called; all others he takes himself."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach the citizen, or his own to answer."""

    at: datetime
    channel: CallbackChannel
    reached: bool
    by: str
    missed: Missed | None = None
    inbound: bool = False
    """来电: the citizen rang."""

    @property
    def is_ours(self) -> bool:
        """Whether somebody tried to reach him; who rings, or answers alone, comes of himself."""
        return not self.inbound and self.channel in OURS

    @property
    def has_spoken(self) -> bool:
        """接通: the citizen was there, whether he answered, would not be asked, or not now."""
        return self.reached or self.missed in SPOKEN


@dataclass(frozen=True, slots=True)
class Answers:
    """What the citizen said, in codes; the note is forgotten in time and never goes on the bus."""

    contacted: bool
    solved: Solved
    satisfied: Satisfied
    note: str = ""
    reasons: tuple[str, ...] = ()
    may_call_again: bool = True
    questionnaire: str = ""
    """The version they were given to."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """存疑: answers that contradict each other, kept until a second call settles it."""

    answers: Answers
    channel: CallbackChannel


@dataclass(frozen=True, slots=True)
class Claim:
    """A caller has the round in hand until the lease ends."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """回访: one round; 1 after the first handling, 2 after the first redo, …"""

    callback_id: CallbackId
    number: int
    state: RoundState
    started_at: datetime
    due_at: datetime
    attempts: tuple[Attempt, ...] = ()
    claim: Claim | None = None
    link_until: datetime | None = None
    """Until then the citizen may answer alone, or a check be made; then the round ends by itself."""
    answers: Answers | None = None
    channel: CallbackChannel | None = None
    scored: bool = False
    ended_at: datetime | None = None
    doubt: Doubt | None = None
    flagged: bool = False
    checks: CallbackId | None = None
    """质检: the round whose result is asked about once more; None for a round itself."""
    not_by: str | None = None
    """Who made the call that is checked, and may not check it."""
    agrees: bool | None = None
    """Whether the citizen said the same again, once the check is done."""
    promised: bool = False
    """`due_at` is the time that the citizen asked for."""
    passed_by: str | None = None
    """Who handed it back last, and is not given it as the next one for a while."""
    passed_until: datetime | None = None
    """Then it is anybody's: it may be that nobody else calls today."""

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """Ours, and not what the citizen did of himself."""
        return tuple(each for each in self.attempts if each.is_ours)

    @property
    def has_note(self) -> bool:
        """Whether words of the citizen are kept with what was said, at first or in the end."""
        first = self.doubt.answers if self.doubt else None
        return any(said is not None and said.note != "" for said in (first, self.answers))


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything survey knows of a case."""

    case_id: CaseId
    has_phone: bool
    rounds: tuple[Round, ...] = ()
    rechecks: tuple[Round, ...] = ()
    joined: tuple[CaseId, ...] = ()
    """Cases merged into this one: their citizens are called back with this one's."""
    handled: bool = False
    """Resolved, answered or over, and not reopened since: whoever is joined now need not wait."""
    has_citizen: bool = True
    """False: a unit found it by itself (未诉先办), or a sensor; without a phone number nobody is asked."""
    registered_at: datetime | None = None
    category: CategoryCode | None = None
    unit: UnitCode | None = None
    """Who handled it. These three tell a citizen with several requests which one is asked about."""
    language: Language | None = None
    """What he would rather be asked in."""
    version: int = 0

    @property
    def running(self) -> Round | None:
        """The round that is not over, if any: there is at most one."""
        last = self.rounds[-1] if self.rounds else None
        return last if last and last.state is RoundState.SCHEDULED else None

    @property
    def calls(self) -> tuple[Round, ...]:
        """Everything somebody may be called for: rounds, and checks of them."""
        return (*self.rounds, *self.rechecks)

    @property
    def has_scored(self) -> bool:
        """Whether a valid result stands already: the first one is the one that counts."""
        return any(one.scored for one in self.rounds)
