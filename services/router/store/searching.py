"""What the desk finds cases by: rows in a fixed order, a bounded number at a time, words still sealed.

Words are opened by whoever asks, one by one: there is no index of what citizens said (ADR 0011).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from services.router.store.queries import CaseQuestion, CaseRow, about, of_these
from shared.kernel.ids import UnitCode


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A case as the list shows it, and everything its citizen said."""

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
    """The newest first; of units: only cases that have an order of theirs."""
    c = tables.CASES.c
    names = CaseRow.__slots__
    query = (
        select(*(c[name] for name in names), c.sealed_words, c.supplements)
        .where(*about(asked))
        .order_by(c.case_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(c.case_id < before)
    if of_units is not None:
        query = query.where(exists().where(tables.WORK_ORDERS.c.case_id == c.case_id, of_these(of_units)))
    return [_sealed(row, len(names)) for row in await connection.execute(query)]


def _sealed(row: Any, shown: int) -> SealedRow:
    added = tuple(each["sealed_words"] for each in row.supplements)
    return SealedRow(CaseRow(*row[:shown]), (row.sealed_words, *added))
