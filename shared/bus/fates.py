"""The three fates of what goes wrong: busy, bad for ever, bug. One place decides which.

busy          waiting helps: database or network away, a lock, a version that moved
bad for ever  this fact will never be handled as it is: undecodable, or refused by name
bug           everything else: nobody planned for it, so the process ends loudly
"""

from enum import Enum

import asyncpg
import sqlalchemy.exc

from shared.bus.port import BusBusy
from shared.events.envelope import Undecodable
from shared.kernel.errors import Refusal, Stale, TooMany, Unavailable
from shared.sealing.ring import SealBroken

_BUSY_STATES = ("08", "40", "53", "57", "55P03", "25P03", "25006")
"""SQLSTATE by prefix: connection, rollback (deadlock, serialization), resources, intervention, locks,
an idle transaction ended, a database that is read-only for now."""
_AWAY = (
    BusBusy,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # type: ignore[attr-defined]
    asyncpg.InternalClientError,  # type: ignore[attr-defined]
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)


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
    if isinstance(error, _AWAY) or _passes_by_itself(error):
        return Fate.BUSY
    return Fate.BUG


def reason_of(error: BaseException) -> str:
    """Why a fact is bad, for ops; never the fact's own words."""
    if isinstance(error, Refusal):
        return f"{error.reason}: {error.message}"
    if isinstance(error, Undecodable):
        return f"undecodable: {error.reason}"
    return type(error).__name__


def _passes_by_itself(error: BaseException) -> bool:
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        if error.connection_invalidated:
            return True
        inner = error.orig if error.orig is not None else error
        cause = inner.__cause__
        return _busy_state(inner) or (cause is not None and (_busy_state(cause) or isinstance(cause, _AWAY)))
    return _busy_state(error)


def _busy_state(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_BUSY_STATES)
