"""查阅联系方式: for other services only, each for its own purpose, and written down each time.

Beside it what ops watch over: who read, and what was anonymised.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.intake import handlers
from services.intake.api import views
from services.intake.api.cases import OpenWork, after_moment
from services.intake.api.schemas import AnonymisationOut, ContactOut, ContactReadingIn, ContactReadingOut
from services.intake.domain.commands import ReadContact
from services.intake.domain.contact import ContactReading, Purpose
from services.intake.domain.model import Anonymisation
from services.intake.store.anonymisations import anonymisations
from services.intake.store.queries import ReadingsQuestion, readings
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.refusals import RoleMissing
from shared.http.wire import Instant, Text
from shared.kernel.errors import Refusal
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
    # That nothing was handed out is written down too, so it is refused only after the commit.
    if isinstance(found, Refusal):
        raise found
    contact, confidential = found
    return ContactOut(name=contact.name, phone=contact.phone, confidential=confidential)


@ROUTES.get("/contact-readings")
async def list_contact_readings(
    connection: Reading,
    _: Ops,
    asked: Asked,
    case_id: Annotated[UUID | None, Query()] = None,
    reader: Annotated[Text | None, Query(max_length=100, description="The service that read.")] = None,
    purpose: Annotated[Purpose | None, Query()] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> Page[ContactReadingOut]:
    """审计: who read contacts, the newest first."""
    known = CaseId(case_id) if case_id is not None else None
    question = ReadingsQuestion(known, reader, purpose, since, until)
    rows = await readings(connection, question, after=after_moment(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_reading_place, item=views.reading)


@ROUTES.get("/anonymisations")
async def list_anonymisations(
    connection: Reading, _: Ops, asked: Asked, case_id: Annotated[UUID | None, Query()] = None
) -> Page[AnonymisationOut]:
    """匿名化: of which cases it is not kept any more who asked, the newest first."""
    known = CaseId(case_id) if case_id is not None else None
    rows = await anonymisations(connection, case_id=known, after=after_moment(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_anonymised_place, item=views.anonymisation)


def _reading_place(one: ContactReading) -> tuple[datetime, UUID]:
    return one.at, one.reading_id


def _anonymised_place(one: Anonymisation) -> tuple[datetime, UUID]:
    return one.at, one.case_id
