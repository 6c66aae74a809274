"""How things ended, as the ledger notes it. The case's life itself is `shared.lifecycle.case`."""

from enum import StrEnum


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
