"""来电查询 and 补发查询码: for the hotline's clerk, when somebody has lost number or code.

Beside it what ops watch over: which clerk looked for whom.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake import handlers
from services.intake.api import views
from services.intake.api.cases import OpenWork, after, after_moment
from services.intake.api.following import Number
from services.intake.api.lookup_schemas import CallerCaseOut, CallerIn, CodeIn, LookupOut, NewCodeOut
from services.intake.domain.codes import AccessCode, read_tracking_number
from services.intake.domain.errors import NotThisCaller
from services.intake.domain.lookups import Act, GiveCode, Lookup, Search
from services.intake.domain.model import Case
from services.intake.store.lookups import LookupsQuestion, lookups
from services.intake.store.queries import as_handled
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Text
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, new_id

ROUTES = APIRouter()
# Who registers for others all over the city, and is a person: of a key nobody could say which clerk it was.
Clerk = Annotated[Caller, allow(Role.DISPATCHER)]
Ops = Annotated[Caller, allow(Role.OPS)]


@ROUTES.post("/cases:by-phone")
async def find_by_phone(
    wanted: CallerIn, caller: Clerk, open_work: OpenWork, asked: Asked, city: InCity
) -> Page[CallerCaseOut]:
    """来电查询: a caller's cases by the phone, the newest first; never a confidential one. Each page is
    written down. A POST, because phones do not belong into URLs; no key repeats it: each search is a search.
    """
    known = after(asked.after)
    command = Search(
        new_id(),
        caller.subject,
        wanted.purpose,
        wanted.phone,
        CaseId(known) if known is not None else None,
        asked.limit,
    )
    async with open_work() as work:
        found: Sequence[Case] = await as_handled(work.connection, await handlers.search(work, command))
    return asked.page(found, position=_place, item=lambda case: views.callers_case(case, city))


@ROUTES.post("/cases/{tracking_number}/access-code", status_code=201, response_model=NewCodeOut)
async def give_access_code(
    tracking_number: Number, wanted: CodeIn, caller: Clerk, open_work: OpenWork, once: OnceOnly
) -> Response:
    """补发查询码: a new code for a caller whose phone is the case's; the old one is over at once. The
    timeline says so. It is told once: sent again with its key, the answer is without the code.
    """
    number = read_tracking_number(tracking_number)
    if number is None:
        raise NotThisCaller
    command = GiveCode(new_id(), caller.subject, wanted.purpose, wanted.checked, number, wanted.phone)
    async with open_work() as work:
        checked = await handlers.check_caller(work, command)
        if not isinstance(checked, Refusal):
            case, code = checked, None

            async def give() -> None:
                nonlocal code
                code = await handlers.give_code(work, command, case)

            return await once.marked(work, status=201, do=give, told=lambda: _told(case, code))
    # That it was tried is written down too, so it is refused only after the commit.
    raise checked


@ROUTES.get("/lookups")
async def list_lookups(
    connection: Reading,
    _: Ops,
    asked: Asked,
    case_id: Annotated[UUID | None, Query()] = None,
    clerk: Annotated[Text | None, Query(max_length=200, description="The clerk who looked.")] = None,
    act: Annotated[Act | None, Query()] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> Page[LookupOut]:
    """审计: which clerks looked for callers' cases and gave codes, the newest first."""
    known = CaseId(case_id) if case_id is not None else None
    question = LookupsQuestion(known, clerk, act, since, until)
    rows = await lookups(connection, question, after=after_moment(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_lookup_place, item=views.lookup)


def _told(case: Case, code: AccessCode | None) -> NewCodeOut:
    return NewCodeOut(tracking_number=case.tracking_number, access_code=code)


def _place(case: Case) -> tuple[UUID]:
    return (case.case_id,)


def _lookup_place(one: Lookup) -> tuple[datetime, UUID]:
    return one.at, one.lookup_id
