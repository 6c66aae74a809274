"""Many rows in one statement: `unnest` of one array for each column.

A statement's text depends on the table alone, so asyncpg prepares it once for one row and for five hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import driver

Row = Mapping[str, Any]
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows to be added to a table; every row has the same columns, and there is at least one."""

    table: Table
    rows: Sequence[Row]


async def insert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; every row has the same columns."""
    if rows:
        names = tuple(rows[0])
        await driver.execute(connection, _insert_sql(table, names), columns(names, rows))


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those whose primary key is there."""
    if rows:
        names = tuple(rows[0])
        await driver.execute(connection, _upsert_sql(table, names), columns(names, rows))


async def update(connection: AsyncConnection, table: Table, key: str, rows: Sequence[Row]) -> int:
    """Update rows whose `version` still is the row's `was`; how many there were."""
    if not rows:
        return 0
    names = tuple(name for name in rows[0] if name != "was")
    arguments = columns((*names, "was"), rows)
    return await driver.execute(connection, _update_sql(table, key, names), arguments)


def columns(names: Sequence[str], rows: Sequence[Row]) -> tuple[list[Any], ...]:
    """Rows turned into one list for each column."""
    return tuple([row[name] for row in rows] for name in names)


@cache
def _insert_sql(table: Table, names: tuple[str, ...]) -> str:
    listed = ", ".join(quoted(name) for name in names)
    chosen = ", ".join(picked(table.c[name]) for name in names)
    return f"INSERT INTO {quoted(table.name)} ({listed}) SELECT {chosen} FROM {unnested(table, names)}"


@cache
def _upsert_sql(table: Table, names: tuple[str, ...]) -> str:
    keys = {column.name for column in table.primary_key}
    changed = ", ".join(f"{quoted(n)} = excluded.{quoted(n)}" for n in names if n not in keys)
    target = ", ".join(quoted(column.name) for column in table.primary_key)
    then = f"UPDATE SET {changed}" if changed else "NOTHING"
    return f"{_insert_sql(table, names)} ON CONFLICT ({target}) DO {then}"


@cache
def _update_sql(table: Table, key: str, names: tuple[str, ...]) -> str:
    changed = ", ".join(f"{quoted(n)} = {picked(table.c[n])}" for n in names if n != key)
    return (
        f"UPDATE {quoted(table.name)} AS t SET {changed} FROM {unnested(table, names, was=True)} "
        f"WHERE t.{quoted(key)} = u.{quoted(key)} AND t.version = u.was"
    )


def unnested(table: Table, names: Sequence[str], *, was: bool = False) -> str:
    """`unnest($1::uuid[], $2::text[], …) AS u(id, name, …)`."""
    types = [array_type(table.c[name]) for name in names] + (["bigint"] if was else [])
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    listed = ", ".join([*(quoted(name) for name in names), *(["was"] if was else [])])
    return f"unnest({arrays}) AS u({listed})"


def array_type(column: Column[Any]) -> str:
    """The type of a column's values in an array."""
    return "text" if isinstance(column.type, JSON) else column.type.compile(dialect=DIALECT)


def picked(column: Column[Any]) -> str:
    """The column out of `u`. JSON travels as text and is cast on arrival: an array of JSON has no codec."""
    cast = f"::{column.type.compile(dialect=DIALECT)}" if isinstance(column.type, JSON) else ""
    return f"u.{quoted(column.name)}{cast}"


def quoted(name: str) -> str:
    """The name as it stands in a statement."""
    return str(DIALECT.identifier_preparer.quote(name))
