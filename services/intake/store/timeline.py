"""进度 as rows: a batch's lines in one statement; a line told twice is one line."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.timeline import Note
from services.intake.store.tables import TIMELINE
from shared.store import bulk, driver

COLUMNS = ("event_id", "case_id", "at", "code", "unit", "until", "detail")
INSERT = (
    f"INSERT INTO timeline ({', '.join(COLUMNS)}) "
    f"SELECT {', '.join(f'u.{name}' for name in COLUMNS)} FROM {bulk.unnested(TIMELINE, COLUMNS)} "
    "ON CONFLICT DO NOTHING"
)


class TimelineRows:
    """Lines of one knock, written when it ends."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._notes: list[Note] = []

    def note(self, note: Note) -> None:
        self._notes.append(note)

    def additions(self) -> Iterable[bulk.Insert]:
        """The lines as rows."""
        if self._notes:
            yield bulk.Insert(TIMELINE, [_row(note) for note in self._notes])

    async def flush(self) -> None:
        """Write the lines in the order they were told."""
        if self._notes:
            rows = [_row(note) for note in self._notes]
            await driver.execute(self._connection, INSERT, bulk.columns(COLUMNS, rows))
            self._notes.clear()


def _row(note: Note) -> Mapping[str, Any]:
    return {name: getattr(note, name) for name in COLUMNS}
