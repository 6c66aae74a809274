"""受理: the one door for every request, and the desk's list of what came in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.intake import handlers
from services.intake.api import views
from services.intake.api.schemas import CaseIn, CaseOut, DeskCaseOut
from services.intake.store import IntakeWork, KeyVault
from services.intake.store.queries import DeskCase, DeskQuestion, desk
from shared.city.city import City
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import Opening, Reading, opening
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import Channel, Kind
from shared.lifecycle.case import CaseState

ROUTES = APIRouter()

Reporter = Annotated[
    Caller,
    allow(Role.CLIENT, Role.CITIZEN, Role.DISPATCHER, Role.UNIT, Role.GRID_WORKER, scope="cases:write"),
]
Desk = Annotated[Caller, allow(Role.DISPATCHER, Role.OPS)]
OpenWork = Annotated[Opening[IntakeWork], Depends(opening)]


async def the_city(request: Request) -> City:
    """The city this door stands in."""
    city: City = request.app.state.flat.city
    return city


InCity = Annotated[City, Depends(the_city)]


@ROUTES.post(
    "/cases",
    status_code=201,
    response_model=CaseOut,
    responses={201: {"headers": {"Location": {"schema": {"type": "string"}}}}},
)
async def register_case(wish: CaseIn, caller: Reporter, open_work: OpenWork, once: OnceOnly) -> Response:
    """受理: register a request; the same Idempotency-Key and body give the same answer for ever."""
    location: dict[str, str] = {}
    async with open_work() as work:

        async def receipt() -> CaseOut:
            taken = await handlers.register(work, wish.register(by_unit=caller.may(Role.UNIT)))
            case = taken.case
            location["Location"] = f"/v1/cases/{case.tracking_number}"
            # The answer is kept for ever; the code in it is sealed, for it is shown to its citizen only.
            sealed = work.vault.seal_code(case.case_id, taken.access_code)
            return CaseOut(case_id=case.case_id, tracking_number=case.tracking_number, access_code=sealed)

        kept = await once(work, status=201, answer=receipt, headers=lambda: location)
    return _opened(kept, work.vault)


def _opened(kept: Response, vault: KeyVault) -> Response:
    """The kept answer as the citizen reads it."""
    receipt = CaseOut.model_validate_json(bytes(kept.body))
    code = vault.open_code(CaseId(receipt.case_id), receipt.access_code)
    content = receipt.model_copy(update={"access_code": code}).model_dump_json()
    headers = {name: value for name, value in kept.headers.items() if name != "content-length"}
    return Response(content, kept.status_code, headers=headers)


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


def after(position: tuple[object, ...] | None) -> UUID | None:
    """The id in a cursor of ours."""
    return position[0] if position and isinstance(position[0], UUID) else None


def _place(case: DeskCase) -> tuple[UUID]:
    return (case.case_id,)
