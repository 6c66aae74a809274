"""What the desk finds cases by: rows in a fixed order, a bounded number at a time, words still sealed.

Words are opened by whoever asks, one by one: there is no index of what citizens said (ADR 0011).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, not_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from services.router.store.queries import CaseQuestion, CaseRow, about, of_these
from shared.kernel.ids import UnitCode


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A case as the list shows it, and what its citizen said, as far as who asks may read it."""

    row: CaseRow
    sealed: tuple[str, ...]


async def sealed_cases(
    connection: AsyncConnection,
    asked: CaseQuestion,
    of_units: Collection[UnitCode] | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[SealedRow]:
    """The newest first; of units: only cases that have an order of theirs, and what was added only where
    the case did not go on without it.
    """
    c = tables.CASES.c
    ordered, goes_on = _theirs(of_units)
    added = case((goes_on, c.supplements), else_=literal([], JSONB)).label("added")
    names = CaseRow.__slots__
    query = (
        select(*(c[name] for name in names), c.sealed_words, added)
        .where(*about(asked), ordered)
        .order_by(c.case_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(c.case_id < before)
    return [_sealed(row, len(names)) for row in await connection.execute(query)]


def _theirs(of_units: Collection[UnitCode] | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the case has an order of theirs, and one that it is still with."""
    if of_units is None:
        return true(), true()
    c, orders = tables.CASES.c, tables.WORK_ORDERS.c
    theirs = exists().where(orders.case_id == c.case_id, of_these(of_units))
    left_behind = c.earlier.contains(func.jsonb_build_array(func.jsonb_build_object("id", orders.order_id)))
    return theirs, and_(theirs.where(not_(left_behind)), c.merged_into.is_(None))


def _sealed(row: Any, shown: int) -> SealedRow:
    added = tuple(each["sealed_words"] for each in row.added)
    return SealedRow(CaseRow(*row[:shown]), (row.sealed_words, *added))
