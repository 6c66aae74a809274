"""What a replay knows of facts that came late, read once: nothing is added to it while nothing is closed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.store import tables
from shared.kernel.ids import EventId

LATE = tables.LATE_FACTS.c


@dataclass(slots=True)
class LateShelf:
    """The earliest period each of them could change. After an outage they are a million, and batches many."""

    _read: Mapping[EventId, str] | None = None

    async def get(self, connection: AsyncConnection) -> Mapping[EventId, str]:
        """All of them."""
        if self._read is None:
            found = await connection.execute(select(LATE.event_id, LATE.opened))
            self._read = {EventId(event): opened for event, opened in found}
        return self._read
