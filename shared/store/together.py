"""Group commit: works that only add rows are written together, in one statement that is its own transaction.

A work may have a gate: a row that is written first. Of a work whose gate row is there already nothing is
written: that is how a request with a known Idempotency-Key changes nothing, however many share the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import driver
from shared.store.bulk import Insert, Row, array_type, picked, quoted


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one work adds."""

    additions: Sequence[Insert]
    gate: Insert | None = None
    """One row; its table's primary key decides."""


class _Part(NamedTuple):
    """The rows of one table; the statement's text depends on nothing else."""

    table: Table
    names: tuple[str, ...]


async def write(connection: AsyncConnection, sheets: Sequence[Sheet]) -> list[bool]:
    """Write them all; for each whether it was new. The connection commits by itself."""
    gates: list[tuple[int, Row]] = []
    rows: dict[_Part, list[tuple[int, Row]]] = {}
    gate_part: _Part | None = None
    for item, sheet in enumerate(sheets):
        if sheet.gate is not None:
            gate_part = _part(sheet.gate)
            gates += [(item, row) for row in sheet.gate.rows]
        for addition in sheet.additions:
            rows.setdefault(_part(addition), []).extend((item, row) for row in addition.rows)
    arrays = [*(_arrays(gate_part, gates) if gate_part else ())]
    for part, found in rows.items():
        arrays += _arrays(part, found)
    found = await driver.fetch(connection, _statement(gate_part, tuple(rows)), arrays)
    known = {row[0] for row in found}
    return [item not in known for item in range(len(sheets))]


def _part(insert: Insert) -> _Part:
    return _Part(insert.table, tuple(insert.rows[0]))


def _arrays(part: _Part, rows: Sequence[tuple[int, Row]]) -> list[list[Any]]:
    columns: list[list[Any]] = [[row[name] for _, row in rows] for name in part.names]
    return [*columns, [item for item, _ in rows]]


@cache
def _statement(gate: _Part | None, parts: tuple[_Part, ...]) -> str:
    """One WITH: gates first, then every table's rows but those of works whose gate was there."""
    clauses: list[str] = []
    first = 1
    if gate is not None:
        clauses += _gate_clauses(gate)
        first += len(gate.names) + 1
    for number, part in enumerate(parts):
        clauses.append(f"t{number} AS ({_insert(part, first, gated=gate is not None)})")
        first += len(part.names) + 1
    answer = "SELECT item FROM known" if gate is not None else "SELECT 1 WHERE false"
    return f"WITH {', '.join(clauses)} {answer}"


def _gate_clauses(gate: _Part) -> list[str]:
    """In key order, so that two batches with the same keys wait for each other instead of deadlocking."""
    keys = [quoted(column.name) for column in gate.table.primary_key]
    listed = ", ".join(quoted(name) for name in gate.names)
    chosen = ", ".join(picked(gate.table.c[name]) for name in gate.names)
    same = " AND ".join(f"g.{key} = u.{key}" for key in keys)
    return [
        f"gates AS (SELECT * FROM {_unnested(gate, 1)})",
        f"given AS (INSERT INTO {quoted(gate.table.name)} ({listed}) SELECT {chosen} FROM gates AS u "
        f"ORDER BY {', '.join(keys)} ON CONFLICT DO NOTHING RETURNING {', '.join(keys)})",
        f"known AS (SELECT item FROM gates AS u WHERE NOT EXISTS (SELECT 1 FROM given AS g WHERE {same}))",
    ]


def _insert(part: _Part, first: int, *, gated: bool) -> str:
    listed = ", ".join(quoted(name) for name in part.names)
    chosen = ", ".join(picked(part.table.c[name]) for name in part.names)
    new = " WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.item = u.item)" if gated else ""
    return (
        f"INSERT INTO {quoted(part.table.name)} ({listed}) SELECT {chosen} "
        f"FROM {_unnested(part, first)}{new} ORDER BY u.place"
    )


def _unnested(part: _Part, first: int) -> str:
    kinds = [*(array_type(part.table.c[name]) for name in part.names), "int"]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, first))
    listed = ", ".join(quoted(name) for name in (*part.names, "item", "place"))
    return f"unnest({arrays}) WITH ORDINALITY AS u({listed})"
