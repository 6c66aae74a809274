"""Busy is not broken: errors of database and network that go away by themselves."""

from asyncpg.exceptions._base import InterfaceError as DriverMisused
from asyncpg.exceptions._base import InternalClientError, PostgresError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.kernel.errors import Refusal

BUSY_STATES = ("08", "40", "53", "55P03", "57", "58030", "25P03", "25006")
"""SQLSTATEs, by beginning: connection, rolled back, out of something, lock, shut down or cancelled, disk,
an idle transaction ended, read-only for now."""


def is_busy(error: BaseException) -> bool:
    """Whether the same request may well succeed in a moment."""
    if isinstance(error, Refusal):
        return False
    if isinstance(error, DBAPIError):
        return _database_is_busy(error)
    if isinstance(error, PostgresError):
        return state_of(error).startswith(BUSY_STATES)
    if isinstance(error, FileNotFoundError | PermissionError):
        return False  # A missing file of ours is a bug, not a busy hour.
    return isinstance(error, OSError | PoolTimeout | DriverMisused | InternalClientError)


def lock_not_free(error: DBAPIError) -> bool:
    """Whether a row was held by somebody else for longer than we wait."""
    return state_of(error) == "55P03"


def in_the_way(error: BaseException) -> bool:
    """Whether it was another transaction's doing (a lock, a deadlock) and not the database's state."""
    return isinstance(error, DBAPIError) and state_of(error).startswith(("40", "55"))


def _database_is_busy(error: DBAPIError) -> bool:
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    if state_of(error).startswith(BUSY_STATES):
        return True
    return error.orig is not None and is_busy_cause(error.orig)


def is_busy_cause(error: BaseException) -> bool:
    """The driver's own error beneath the one SQLAlchemy raised."""
    cause = error.__cause__
    return cause is not None and is_busy(cause)


def state_of(error: BaseException) -> str:
    """The SQLSTATE that the database, or the driver in its place, gave an error; nothing of other errors."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(said, "sqlstate", None) or "")
