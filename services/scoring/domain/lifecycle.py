"""How things ended, as the ledger notes it, and scoring's own lives: of exclusion, month and topic.

The case's life itself is `shared.lifecycle.case`.
"""

from enum import StrEnum

from shared.events import scoring as say
from shared.lifecycle.machine import Lifecycle, Move


class Outcome(StrEnum):
    """How a case ended; OPEN while it has not."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Fate(StrEnum):
    """What became of an order, as far as it decides whether the order counts for its unit."""

    STANDING = "standing"
    """Counts."""
    KEPT = "kept"
    """Returned in vain; the order goes on in the dispatch that follows, and counts there."""
    TAKEN_AWAY = "taken_away"
    """Returned, and a ruling gave it to another unit: it was never this unit's duty."""
    DROPPED = "dropped"
    """Withdrawn, joined or replaced before the unit had to sign."""


class WhistleOutcome(StrEnum):
    """How a whistle ended; a cancelled one counts for nobody."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ExclusionState(StrEnum):
    """Where an exclusion stands."""

    ASKED = "asked"
    SECONDED = "seconded"
    """One of two reviewers is for it."""
    IN_FORCE = "in_force"
    REFUSED = "refused"
    APPEALED = "appealed"
    DENIED = "denied"


class MonthState(StrEnum):
    """Where a period stands."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class TopicState(StrEnum):
    """Where a topic stands."""

    CHOSEN = "chosen"
    PLANNED = "planned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    """Taken back before anything of it had begun: the month has no topic there."""


X = ExclusionState

EXCLUSION_LIFE = Lifecycle(
    "exclusion",
    first=X.ASKED,
    moves=(
        Move("second", frozenset({X.ASKED}), X.SECONDED, say.ExclusionReviewed, "one reviewer is for it"),
        Move("uphold", frozenset({X.SECONDED}), X.IN_FORCE, say.ExclusionDecided, "a second one is too"),
        Move(
            "refuse",
            frozenset({X.ASKED, X.SECONDED}),
            X.REFUSED,
            say.ExclusionDecided,
            "one reviewer is against it: that is enough",
        ),
        Move("appeal", frozenset({X.REFUSED}), X.APPEALED, say.AppealLodged, "whoever asked contests it"),
        Move("grant", frozenset({X.APPEALED}), X.IN_FORCE, say.AppealDecided, "a third one is for it"),
        Move("deny", frozenset({X.APPEALED}), X.DENIED, say.AppealDecided, "a third one is against it too"),
    ),
)

MONTH_LIFE = Lifecycle(
    "month",
    first=MonthState.OPEN,
    moves=(
        Move(
            "ask",
            frozenset({MonthState.OPEN}),
            MonthState.CLOSING,
            say.MonthCloseAsked,
            "its facts are settled; exclusions and appeals end",
        ),
        Move(
            "close",
            frozenset({MonthState.CLOSING}),
            MonthState.CLOSED,
            say.MonthClosed,
            "its ledger is frozen, with a hash",
        ),
    ),
)

T = TopicState

TOPIC_LIFE = Lifecycle(
    "topic",
    first=T.CHOSEN,
    moves=(
        Move(
            "plan",
            frozenset({T.CHOSEN, T.PLANNED}),
            T.PLANNED,
            say.TopicPlanned,
            "tasks, who does them, until when; a plan may be changed",
        ),
        Move("finish", frozenset({T.PLANNED}), T.PLANNED, say.TopicTaskDone, "one task is done"),
        Move("close", frozenset({T.PLANNED}), T.CLOSED, say.TopicClosed, "all tasks are done"),
        Move(
            "cancel",
            frozenset({T.CHOSEN, T.PLANNED}),
            T.CANCELLED,
            say.TopicCancelled,
            "chosen by mistake, and nothing of it has begun",
        ),
    ),
)
