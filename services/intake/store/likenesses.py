"""并案 as rows: keyed hashes of what was told, compared in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.duplicates import MERGE_TARGETS, Candidate, Likeness
from services.intake.store.tables import LIKENESSES
from shared.kernel.ids import CaseId
from shared.store import driver

MOST_CANDIDATES = 50
"""Looked at closely for one telling, the most alike first."""
_LIKE = """
SELECT l.case_id, l.categories, l.registered_at, c.sealed_words,
    (SELECT count(*) FROM (SELECT unnest(l.shingles) INTERSECT SELECT unnest($1::int[])) AS s)
        / sqrt(greatest(cardinality(l.shingles), 1) * greatest(cardinality($1::int[]), 1)::float8) AS likeness
FROM likenesses l JOIN cases c USING (case_id)
"""
_OPEN = "l.case_id <> $2 AND l.registered_at >= $3 AND c.status = ANY($4::text[])"
_BEST = f"ORDER BY likeness DESC, l.case_id LIMIT {MOST_CANDIDATES}"
NEARBY = f"{_LIKE} WHERE {_OPEN} AND l.places && $5::int[] {_BEST}"
OF_CALLER = f"""
{_LIKE} JOIN contacts o ON o.case_id = l.case_id
WHERE {_OPEN} AND l.compared_at IS NOT NULL
    AND o.phone_index = (SELECT phone_index FROM contacts WHERE case_id = $2) {_BEST}
"""
READY = """
UPDATE likenesses SET due = true WHERE case_id = ANY($1::uuid[]) AND compared_at IS NULL
"""
COMPARED = "UPDATE likenesses SET due = false, compared_at = $2 WHERE case_id = ANY($1::uuid[])"


class LikenessRows:
    """Likenesses noted and looked through in one knock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._noted: list[Likeness] = []
        self._ready: list[CaseId] = []

    def note(self, likeness: Likeness) -> None:
        self._noted.append(likeness)

    def ready(self, key: CaseId) -> None:
        self._ready.append(key)

    async def due(self, *, limit: int) -> Sequence[Likeness]:
        asked = select(LIKENESSES).where(LIKENESSES.c.due).order_by(LIKENESSES.c.case_id).limit(limit)
        rows = await self._connection.execute(asked)
        return [_likeness(row._mapping) for row in rows]

    async def compared(self, keys: Sequence[CaseId], *, at: datetime) -> None:
        await driver.execute(self._connection, COMPARED, (keys, at))

    async def of_caller(self, one: Likeness, *, since: datetime) -> Sequence[Candidate]:
        return await self._candidates(OF_CALLER, (list(one.shingles), one.case_id, since, _TARGETS))

    async def nearby(self, one: Likeness, around: Sequence[int], *, since: datetime) -> Sequence[Candidate]:
        asked = (list(one.shingles), one.case_id, since, _TARGETS, list(around))
        return await self._candidates(NEARBY, asked)

    async def forget(self, *, before: datetime, limit: int) -> int:
        old = select(LIKENESSES.c.case_id).where(LIKENESSES.c.registered_at < before).limit(limit)
        gone = await self._connection.execute(delete(LIKENESSES).where(LIKENESSES.c.case_id.in_(old)))
        return gone.rowcount

    async def flush(self) -> None:
        """New rows before those router has heard of: in one batch a case may be both."""
        if self._noted:
            rows = [_row(one) for one in self._noted]
            await self._connection.execute(insert(LIKENESSES).on_conflict_do_nothing(), rows)
        if self._ready:
            await driver.execute(self._connection, READY, (self._ready,))
        self._noted.clear()
        self._ready.clear()

    async def _candidates(self, sql: str, asked: tuple[Any, ...]) -> Sequence[Candidate]:
        rows = await driver.fetch(self._connection, sql, asked)
        return [
            Candidate(
                CaseId(row["case_id"]),
                tuple(row["categories"]),
                row["sealed_words"],
                row["registered_at"],
                row["likeness"],
            )
            for row in rows
        ]


_TARGETS = sorted(MERGE_TARGETS)


def _row(one: Likeness) -> dict[str, Any]:
    return {
        "case_id": one.case_id,
        "categories": list(one.categories),
        "shingles": list(one.shingles),
        "places": list(one.places),
        "registered_at": one.registered_at,
        "due": False,
    }


def _likeness(row: Any) -> Likeness:
    return Likeness(
        CaseId(row["case_id"]),
        tuple(row["categories"]),
        tuple(row["shingles"]),
        tuple(row["places"]),
        row["registered_at"],
    )
