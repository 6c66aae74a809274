"""查阅: who was shown which citizen's contact. Each service that shows any has a table of its own for it, to
which a trigger lets rows be added only; every table has `reading_id`, `case_id`, `by` and `at`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.ids import CaseId, new_id


async def note(
    connection: AsyncConnection, table: Table, case_id: CaseId, by: str, *, at: datetime, **told: object
) -> None:
    """Write down, before intake is asked, that somebody is about to be shown a contact."""
    row = {"reading_id": new_id(), "case_id": case_id, "by": by, "at": at, **told}
    await connection.execute(insert(table).values(row))


async def newest(
    connection: AsyncConnection, table: Table, *, after: tuple[Any, ...] | None, limit: int, **only: object
) -> list[tuple[Any, ...]]:
    """A page of it, the newest first; of `only` what is None narrows nothing."""
    place = tuple_(table.c.at, table.c.reading_id)
    query = select(table).order_by(table.c.at.desc(), table.c.reading_id.desc()).limit(limit)
    for name, wanted in only.items():
        if wanted is not None:
            query = query.where(table.c[name] == wanted)
    if after is not None:
        query = query.where(place < tuple_(*after))
    return [tuple(row) for row in await connection.execute(query)]
