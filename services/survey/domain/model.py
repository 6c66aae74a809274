"""One case as survey sees it: its rounds of calling the citizen back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Satisfied, Solved


class RoundState(StrEnum):
    """Where one round stands."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach the citizen."""

    at: datetime
    channel: CallbackChannel
    reached: bool
    by: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What the citizen said, in codes; the note stays here and never goes on the bus."""

    contacted: bool
    solved: Solved
    satisfied: Satisfied
    note: str = ""


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
    answers: Answers | None = None
    channel: CallbackChannel | None = None
    scored: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything survey knows of a case."""

    case_id: CaseId
    has_phone: bool
    rounds: tuple[Round, ...] = ()
    joined: tuple[CaseId, ...] = ()
    """Cases merged into this one: their citizens are called back with this one's."""
    handled: bool = False
    """Resolved, answered or over, and not reopened since: whoever is joined now need not wait."""
    version: int = 0

    @property
    def running(self) -> Round | None:
        """The round that is not over, if any: there is at most one."""
        last = self.rounds[-1] if self.rounds else None
        return last if last and last.state is RoundState.SCHEDULED else None

    @property
    def has_scored(self) -> bool:
        """Whether a valid result stands already: the first one is the one that counts."""
        return any(one.scored for one in self.rounds)
