"""进度 as rows: a batch's lines in one statement; a line told twice is one line."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.timeline import Code, Note
from services.intake.domain.wishes import Asked
from services.intake.store.tables import TIMELINE
from shared.kernel.ids import CaseId
from shared.store import bulk, driver

COLUMNS = ("event_id", "case_id", "at", "code", "unit", "until", "detail")
INSERT = (
    f"INSERT INTO timeline ({', '.join(COLUMNS)}) "
    f"SELECT {', '.join(f'u.{name}' for name in COLUMNS)} FROM {bulk.unnested(TIMELINE, COLUMNS)} "
    "ON CONFLICT DO NOTHING"
)

ASKED = """
SELECT count(*) AS ever, count(*) FILTER (WHERE at > $3) AS of_late, min(at) FILTER (WHERE at > $3) AS since
FROM timeline WHERE case_id = $1 AND code = $2
"""


class TimelineRows:
    """Lines of one knock, written when it ends."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._notes: list[Note] = []

    async def asked(self, key: CaseId, wish: Code, *, since: datetime) -> Asked:
        ((ever, of_late, first),) = await driver.fetch(self._connection, ASKED, (key, wish, since))
        return Asked(ever, of_late, first)

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
