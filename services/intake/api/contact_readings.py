"""查阅联系方式: for other services only, with a purpose, and written down each time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.intake import handlers
from services.intake.api import views
from services.intake.api.cases import OpenWork, after
from services.intake.api.schemas import ContactOut, ContactReadingIn, ContactReadingOut
from services.intake.domain.commands import ReadContact
from services.intake.domain.contact import ContactReading
from services.intake.domain.errors import NoContact
from services.intake.store.queries import readings
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.refusals import RoleMissing
from shared.kernel.ids import CaseId, new_id

ROUTES = APIRouter()
Service = Annotated[Caller, allow(Role.SERVICE)]
Ops = Annotated[Caller, allow(Role.OPS)]


@ROUTES.post("/contact-readings")
async def read_contact(asked: ContactReadingIn, caller: Service, open_work: OpenWork) -> ContactOut:
    """查阅: name and phone for a purpose. Never repeatable by key: each reading is a reading."""
    # A service's own key proves more than the role: such a token was minted for intake alone, for a minute.
    if caller.kind != "service":
        raise RoleMissing([Role.SERVICE])
    command = ReadContact(new_id(), CaseId(asked.case_id), caller.subject, asked.purpose)
    async with open_work() as work:
        found = await handlers.read_contact(work, command)
    # That nothing was found is written down too, so it is refused only after the commit.
    if found is None:
        raise NoContact
    contact, confidential = found
    return ContactOut(name=contact.name, phone=contact.phone, confidential=confidential)


@ROUTES.get("/contact-readings")
async def list_contact_readings(
    connection: Reading, _: Ops, asked: Asked, case_id: Annotated[UUID | None, Query()] = None
) -> Page[ContactReadingOut]:
    """审计: who read contacts, the newest first."""
    known = CaseId(case_id) if case_id is not None else None
    rows = await readings(connection, case_id=known, after=after(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_place, item=views.reading)


def _place(one: ContactReading) -> tuple[UUID]:
    return (one.reading_id,)
