"""What a replay into an empty schema needs beside the facts, and what it is compared by."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.lifecycle import ExclusionState
from services.scoring.domain.month import Month
from services.scoring.store import freezing, periods, tables
from shared.events.scoring import ExclusionFact
from shared.store import bulk

LATE = tables.LATE_FACTS
S = tables.MONTH_SUMS.c
Sheaf = tuple[str, str, bool, bool]
"""Measure, unit, proactive, excluded."""
PUBLISHED = ("numerator", "denominator", "lines", "sha256")
"""What the hash of a month is made of. `cases` is not: older months are read as they were counted then."""
WRITTEN = (*PUBLISHED, "undecided", "cases", "late", "adjustments")


async def late_facts(connection: AsyncConnection) -> list[Mapping[str, Any]]:
    """The facts that came after the close of the period they were said for: the topic does not know."""
    return [dict(row) for row in (await connection.execute(select(LATE))).mappings()]


async def know_late(connection: AsyncConnection, rows: list[Mapping[str, Any]]) -> None:
    """Let an empty schema know them before anything is folded."""
    await bulk.insert(connection, LATE, rows)


async def exclude(connection: AsyncConnection, decided: Iterable[ExclusionFact]) -> None:
    """Put exclusions in force as they were said on the bus."""
    rows = [_row(fact.exclusion_id, fact.case_id, fact.period) for fact in decided]
    await bulk.insert(connection, tables.EXCLUSIONS, rows)


async def know_closed(connection: AsyncConnection, month: Month) -> None:
    """Let a schema know how a month was closed, once all is folded: it is read by the rules of then."""
    await bulk.insert(connection, tables.MONTHS, [periods.MONTH.to_row(month)])


def _row(exclusion_id: UUID, case_id: UUID, period: str) -> Mapping[str, Any]:
    return {
        "exclusion_id": exclusion_id,
        "case_id": case_id,
        "period": period,
        "reason": "",
        "evidence": "[]",
        "asked": "{}",
        "state": ExclusionState.IN_FORCE,
        "reviews": "[]",
        "appeal_evidence": "[]",
        "version": 0,
    }


async def sheaves(connection: AsyncConnection, period: str) -> dict[Sheaf, bulk.Row]:
    """What was written down of each unit at a period's close: where two ledgers differ."""
    found = await connection.execute(select(tables.MONTH_SUMS).where(S.period == period))
    return _by_sheaf(map(dict, found.mappings()))


async def reread(connection: AsyncConnection, period: str) -> dict[Sheaf, bulk.Row]:
    """The same, summed up again from the lines as they lie there now."""
    return _by_sheaf(await freezing.reread(connection, period))


def unlike(
    these: Mapping[Sheaf, bulk.Row], those: Mapping[Sheaf, bulk.Row], columns: Iterable[str]
) -> set[Sheaf]:
    """Where two of them differ."""
    wanted = tuple(columns)

    def told(rows: Mapping[Sheaf, bulk.Row], sheaf: Sheaf) -> list[Any] | None:
        return [rows[sheaf][name] for name in wanted] if sheaf in rows else None

    return {sheaf for sheaf in these.keys() | those.keys() if told(these, sheaf) != told(those, sheaf)}


def _by_sheaf(rows: Iterable[bulk.Row]) -> dict[Sheaf, bulk.Row]:
    return {(row["measure"], row["unit"], row["proactive"], row["excluded"]): row for row in rows}
