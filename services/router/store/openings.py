"""What is kept of it that the words of many cases were opened at once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from shared.kernel.ids import new_id


class Purpose(StrEnum):
    """What they were opened for."""

    TRAINING = "training"
    SEARCH = "search"


async def note_opening(
    connection: AsyncConnection, purpose: Purpose, *, by: str, cases: int, at: datetime
) -> None:
    """One row: for what, by whom, how many."""
    row = {"opening_id": new_id(), "purpose": purpose, "by": by, "cases": cases, "opened_at": at}
    await connection.execute(insert(tables.WORD_OPENINGS).values(row))
