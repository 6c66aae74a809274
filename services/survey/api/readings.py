"""审计: which caller was shown which citizen's contact. Intake knows only that survey asked."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.survey.store.readings import ReadingRow, readings
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken

ROUTES = APIRouter()
Operator = Annotated[Caller, allow(Role.OPS)]


class ReadingOut(Wire):
    """One line of the audit: who took a callback in hand and was shown the contact, and when."""

    reading_id: UUID
    case_id: UUID
    callback_id: UUID
    by: str
    at: datetime

    @classmethod
    def of(cls, row: ReadingRow) -> "ReadingOut":
        return taken(cls, row)


@ROUTES.get("/contact-readings")
async def list_readings(
    connection: Reading,
    _: Operator,
    asked: Asked,
    case_id: Annotated[UUID | None, Query()] = None,
    by: Annotated[Text | None, Query(max_length=200, description="The caller who read.")] = None,
) -> Page[ReadingOut]:
    """Which callers were shown contacts, the newest first."""
    rows = await readings(connection, case_id=case_id, by=by, after=asked.after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.at, row.reading_id), item=ReadingOut.of)
