"""知识库 as rows, searched by what questions share. It is public text: nothing of it is sealed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.knowledge import Entry, Found, asked
from services.intake.store.tables import KNOWLEDGE
from shared.store.shape import Shape

ENTRIES = Shape(Entry, KNOWLEDGE)
CLOSEST = f"""
SELECT {", ".join(ENTRIES.names)},
    (SELECT count(*) FROM (SELECT unnest(shingles) INTERSECT SELECT unnest($1::text[])) AS s)
        / sqrt(greatest(cardinality(shingles), 1) * greatest(cardinality($1::text[]), 1)::float8) AS likeness
FROM knowledge
WHERE shingles && $1::text[] AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
ORDER BY likeness DESC, entry_id LIMIT 1
"""


class KnowledgeRows:
    """The entries of the knowledge base."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, entry: Entry) -> None:
        row = _row(entry)
        new = insert(KNOWLEDGE).values(row)
        changed = {name: value for name, value in row.items() if name != "entry_id"}
        await self._connection.execute(new.on_conflict_do_update(index_elements=["entry_id"], set_=changed))

    async def add(self, entry: Entry) -> bool:
        new = insert(KNOWLEDGE).values(_row(entry)).on_conflict_do_nothing()
        return bool((await self._connection.execute(new)).rowcount)

    async def find(self, entry_id: UUID) -> Entry | None:
        wanted = select(KNOWLEDGE).where(KNOWLEDGE.c.entry_id == entry_id)
        row = (await self._connection.execute(wanted)).mappings().one_or_none()
        return ENTRIES.from_row(row) if row else None


async def entries(
    connection: AsyncConnection, *, category: str | None, on: date | None, after: UUID | None, limit: int
) -> Sequence[Entry]:
    """The entries, the newest first."""
    c = KNOWLEDGE.c
    asked = select(*(c[name] for name in ENTRIES.names)).order_by(c.entry_id.desc()).limit(limit)
    asked = asked.where(c.category == category) if category is not None else asked
    asked = asked.where(c.entry_id < after) if after is not None else asked
    if on is not None:
        asked = asked.where(c.valid_from <= on, or_(c.valid_until.is_(None), c.valid_until >= on))
    return [ENTRIES.from_row(row) for row in (await connection.execute(asked)).mappings()]


async def closest(connection: AsyncConnection, question: frozenset[str], on: date) -> Found | None:
    """The entry in force that is most like a question."""
    found = await connection.exec_driver_sql(CLOSEST, (sorted(question), on))
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Found(ENTRIES.from_row(row), row["likeness"])


def _row(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "shingles": sorted(asked(entry.question))}
