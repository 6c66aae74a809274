"""The three fates of what goes wrong: busy, bad for ever, bug. One place decides which.

busy          waiting helps: database or network away, a lock, a version that moved
bad for ever  this fact will never be handled as it is: undecodable, refused by name, or kept by no table
bug           everything else: nobody planned for it, so the process ends loudly
"""

from enum import Enum

from shared.bus.port import BusBusy
from shared.events.envelope import Undecodable
from shared.kernel.errors import Refusal, Stale, TooMany, Unavailable
from shared.sealing.ring import SealBroken
from shared.store.busy import is_busy, state_of

NO_TABLE_TAKES = ("22", "54")
"""SQLSTATEs, by beginning: a value of the wrong kind or size, more than the database can hold of one."""


class Fate(Enum):
    """What becomes of it."""

    BUSY = "busy"
    BAD = "bad"
    BUG = "bug"


def fate_of(error: BaseException) -> Fate:
    """Which fate an error that escaped a handler, a flush or a commit means."""
    if isinstance(error, (Unavailable, TooMany, Stale)):
        # Stale in a consumer is a race with somebody at the other door: the knock starts again.
        return Fate.BUSY
    if isinstance(error, (Refusal, SealBroken, Undecodable)):
        return Fate.BAD
    if isinstance(error, BusBusy) or is_busy(error):
        return Fate.BUSY
    if state_of(error).startswith(NO_TABLE_TAKES):
        return Fate.BAD
    return Fate.BUG


def reason_of(error: BaseException) -> str:
    """Why a fact is bad, for ops; never the fact's own words."""
    if isinstance(error, Refusal):
        return f"{error.reason}: {error.message}"
    if isinstance(error, Undecodable):
        return f"undecodable: {error.reason}"
    if state := state_of(error):
        return f"no table takes its values: SQLSTATE {state}"
    return type(error).__name__
