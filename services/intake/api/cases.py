"""受理: the one door for every request, and the desk's list of what came in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.intake.api import views
from services.intake.api.accepting import accept
from services.intake.api.schemas import CaseIn, CaseOut, DeskCaseOut
from services.intake.store import Equipment, IntakeWork
from services.intake.store.queries import DeskCase, DeskQuestion, desk
from shared.http.auth import Allowance, allow, allowed_to
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Opening, Reading, equipment, opening
from shared.http.paging import Asked, Page, Position
from shared.http.quick import Quick
from shared.http.wire import Text
from shared.kernel.ids import UnitCode
from shared.kernel.words import Channel, Kind
from shared.lifecycle.case import CaseState

ROUTES = APIRouter()

REPORTERS = Allowance(
    (Role.CLIENT, Role.CITIZEN, Role.DISPATCHER, Role.UNIT, Role.GRID_WORKER), scope="cases:write"
)
Reporter = Annotated[Caller, allowed_to(REPORTERS)]
Desk = Annotated[Caller, allow(Role.DISPATCHER, Role.OPS)]
OpenWork = Annotated[Opening[IntakeWork], Depends(opening)]
Equipped = Annotated[Equipment, Depends(equipment)]


@ROUTES.post(
    "/cases",
    status_code=201,
    response_model=CaseOut,
    responses={201: {"headers": {"Location": {"schema": {"type": "string"}}}}},
)
async def register_case(request: Request, wish: CaseIn, caller: Reporter, once: OnceOnly) -> Response:
    """受理: register a request; the same Idempotency-Key and body give the same answer for ever."""
    return await accept(request, wish, caller, once)


QUICK = Quick("/v1/cases", CaseIn, REPORTERS, register_case)
"""The hot route: most of what the city's busiest hour brings."""


@ROUTES.get("/cases")
async def list_cases(
    connection: Reading,
    _: Desk,
    asked: Asked,
    city: InCity,
    status: Annotated[CaseState | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    unit: Annotated[Text | None, Query(max_length=40, description="The unit that owes the answer.")] = None,
) -> Page[DeskCaseOut]:
    """What came in, the newest first; without anything personal."""
    question = DeskQuestion(status, channel, kind, UnitCode(unit) if unit is not None else None)
    rows = await desk(connection, question, after=after(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_place, item=lambda case: views.desk_case(case, city))


def after(position: Position | None) -> UUID | None:
    """The id in a cursor of ours."""
    return position[0] if position and isinstance(position[0], UUID) else None


def after_moment(position: Position | None) -> tuple[datetime, UUID] | None:
    """The moment and id in one."""
    match position:
        case (datetime() as at, UUID() as key):
            return at, key
    return None


def _place(case: DeskCase) -> tuple[UUID]:
    return (case.case_id,)
