"""What survey says: the citizen is called back, and what came of it, as codes."""

from typing import ClassVar

from shared.events.fact import CaseFact, Count, Instant
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel, Satisfied, Solved, Unreached

SURVEY = "survey"


class CallbackFact(CaseFact):
    """Something about one round of calling a citizen back."""

    SOURCE: ClassVar[str] = SURVEY

    callback_id: CallbackId
    round: Count
    """1 after the first handling, 2 after the first redo, …"""


class CallbackScheduled(CallbackFact):
    """回访 is due at `due_at`."""

    TYPE: ClassVar[str] = "jiesu.callback.scheduled"

    due_at: Instant
    by_phone: bool = True
    """False: the citizen left no number. He may answer in the app; nobody calls."""


class CallbackSkipped(CallbackFact):
    """抽样: the case was not drawn, so its citizen is not asked."""

    TYPE: ClassVar[str] = "jiesu.callback.skipped"

    share: float
    """The share of cases that was drawn; which ones follows from their ids alone."""


class CallbackAttempted(CallbackFact):
    """One attempt, whether anybody answered or not."""

    TYPE: ClassVar[str] = "jiesu.callback.attempted"

    attempt: Count
    channel: CallbackChannel
    reached: bool
    contradictory: bool = False
    """The answers do not go together: they count for nothing before a second call."""
    last: bool = False
    """Nobody was reached and no try follows: what became of the round is said at once."""
    inbound: bool = False
    """The citizen rang: he was not called."""
    put_off_until: Instant | None = None
    """The citizen had no time, and asked to be called then."""


class CallbackCompleted(CallbackFact):
    """The citizen answered. The first valid result of a case is the scored one."""

    TYPE: ClassVar[str] = "jiesu.callback.completed"

    channel: CallbackChannel
    contacted: bool
    """Did the unit speak with the citizen?"""
    solved: Solved
    satisfied: Satisfied
    scored: bool
    reasons: tuple[str, ...] = ()
    """Codes of the questionnaire."""
    flagged: bool = False
    """The answers contradicted each other once, and a second call settled it or could not be made."""
    questionnaire: str = ""
    """The version that was asked."""


class CallbackRechecked(CallbackFact):
    """质检: another caller asked once more. The round's result stands, whatever came of it."""

    TYPE: ClassVar[str] = "jiesu.callback.rechecked"

    agrees: bool
    """The citizen said the same in codes."""


class CallbackUnreachable(CallbackFact):
    """未果: the round ended without an answer: nobody took a call, or for another of the reasons."""

    TYPE: ClassVar[str] = "jiesu.callback.unreachable"

    attempts: Count
    reason: Unreached | None = None
    """None: said before reasons were."""


class CallbackCancelled(CallbackFact):
    """The case went on another way; this round is over without a result."""

    TYPE: ClassVar[str] = "jiesu.callback.cancelled"
