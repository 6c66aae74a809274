"""The driver's own hand: statements written for asyncpg go to it past SQLAlchemy, in the same session.

SQLAlchemy's way to a statement costs a process as much again as the statement. What a Core query asks on the
same connection stands in the same transaction. Errors are raised as SQLAlchemy raises them: whoever catches
them need not know which way a statement went.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from asyncpg.exceptions import IntegrityConstraintViolationError
from asyncpg.exceptions._base import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

UNDONE_WITHIN = 5.0
"""Seconds for a rollback. A silent database must not be waited for once more; it undoes what it hears no end
of, and the session is given up.
"""
Row = Any
"""Asked by name, by place, or as a mapping. asyncpg is not typed."""


async def fetch(connection: AsyncConnection, statement: str, arguments: Sequence[Any] = ()) -> list[Row]:
    """The statement's rows."""
    try:
        return cast(list[Row], await _driver(connection).fetch(statement, *arguments))
    except PostgresError as error:
        raise _as_ever(statement, error) from error


async def execute(connection: AsyncConnection, statement: str, arguments: Sequence[Any] = ()) -> int:
    """How many rows the statement wrote."""
    try:
        done: str = await _driver(connection).execute(statement, *arguments)
    except PostgresError as error:
        raise _as_ever(statement, error) from error
    counted = done.rpartition(" ")[2]
    return int(counted) if counted.isdecimal() else 0


@contextlib.asynccontextmanager
async def transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    """A transaction on a connection that otherwise commits by itself. One that could not be ended in order is
    never used again: the next one would find itself in its middle.
    """
    opened, in_order = _driver(connection).transaction(), False
    try:
        # Broken off in its BEGIN, the driver would take the next transaction for a part of this one.
        await opened.start()
        try:
            yield
        except BaseException:
            with contextlib.suppress(PostgresError, InterfaceError, OSError):
                async with asyncio.timeout(UNDONE_WITHIN):
                    await opened.rollback()
                in_order = True
            raise
        await opened.commit()
        in_order = True
    finally:
        if not connection.invalidated and not (in_order and _is_fit(connection)):
            await connection.invalidate()


async def make_fit(connection: AsyncConnection) -> None:
    """Take another session when this one is gone, as after the database's restart, or left in something."""
    while not _is_fit(connection):
        await connection.invalidate()
        await connection.get_raw_connection()


def _is_fit(connection: AsyncConnection) -> bool:
    driver = _driver(connection)
    return not driver.is_closed() and not driver.is_in_transaction()


def _driver(connection: AsyncConnection) -> Any:
    held = connection.sync_connection
    return held.connection.driver_connection if held is not None else None


def _as_ever(statement: str, error: PostgresError) -> DBAPIError:
    kind = IntegrityError if isinstance(error, IntegrityConstraintViolationError) else DBAPIError
    return kind(statement, None, error, hide_parameters=True)
