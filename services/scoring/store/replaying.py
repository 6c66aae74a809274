"""What a replay into an empty schema needs beside the facts, and what it is compared by."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.lifecycle import ExclusionState
from services.scoring.store import tables
from shared.events.scoring import ExclusionFact
from shared.store import bulk

LATE = tables.LATE_FACTS
S = tables.MONTH_SUMS.c
Sheaf = tuple[str, str, bool, bool]
"""Measure, unit, proactive, excluded."""


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


async def sheaves(connection: AsyncConnection, period: str) -> dict[Sheaf, bytes]:
    """The hash of each unit's lines of a closed period: where two ledgers differ."""
    asked = select(S.measure, S.unit, S.proactive, S.excluded, S.sha256).where(S.period == period)
    return {(row[0], row[1], row[2], row[3]): row[4] for row in await connection.execute(asked)}
