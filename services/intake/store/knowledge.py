"""知识库 as rows, searched by what questions share. It is public text: nothing of it is sealed."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
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
        return ENTRIES.from_row({str(name): value for name, value in row.items()}) if row else None


async def closest(connection: AsyncConnection, question: frozenset[str], on: date) -> Found | None:
    """The entry in force that is most like a question."""
    found = await connection.exec_driver_sql(CLOSEST, (sorted(question), on))
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Found(ENTRIES.from_row({str(name): value for name, value in row.items()}), row["likeness"])


def _row(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "shingles": sorted(asked(entry.question))}
