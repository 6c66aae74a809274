"""查阅联系方式: a unit at work is told whom to call; ops watch over who was told."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.router import handlers
from services.router.api.acting import Equipped, OpenWork, UnitStaff, unit_clerk
from services.router.domain import commands as do
from services.router.store.readings import ReadingRow, readings
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken
from shared.kernel.ids import WorkOrderId

ROUTES = APIRouter()
Operator = Annotated[Caller, allow(Role.OPS)]


class CitizenOut(Wire):
    """Whom to call; shown to the unit that asked, kept nowhere."""

    name: str | None
    phone: str | None


class ReadingOut(Wire):
    """One line of the audit: whose clerk was shown the contact, for which order, and when."""

    reading_id: UUID
    case_id: UUID
    order_id: UUID
    unit: str
    by: str
    at: datetime

    @classmethod
    def of(cls, row: ReadingRow) -> "ReadingOut":
        return taken(cls, row)


@ROUTES.post("/work-orders/{order_id}/contact-readings")
async def read_contact(
    order_id: UUID, open_work: OpenWork, equipped: Equipped, caller: UnitStaff
) -> CitizenOut:
    """The citizen's name and phone, for the lead that has signed. Never repeatable by key: each is a reading.

    403 where the citizen asked to stay unknown to the units.
    """
    command = do.ReadContact(order_id=WorkOrderId(order_id), by=unit_clerk(caller))
    async with open_work() as work:
        case_id = await handlers.read_contact(work, command)
    # Asked only now that the reading is written down: what was shown is never unknown.
    contact = await equipped.vault.contact_of(case_id)
    return CitizenOut(name=contact.name, phone=contact.phone)


@ROUTES.get("/contact-readings")
async def list_readings(
    connection: Reading,
    _: Operator,
    asked: Asked,
    case_id: Annotated[UUID | None, Query()] = None,
    unit: Annotated[Text | None, Query(max_length=40)] = None,
) -> Page[ReadingOut]:
    """Which units were shown contacts, the newest first."""
    rows = await readings(connection, case_id=case_id, unit=unit, after=asked.after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.at, row.reading_id), item=ReadingOut.of)
