"""吹哨: blow, look, close, take back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.grid import handlers
from services.grid.api.desk import Changing, CityOf, Onlooker, OpenWork, Worker, sight_of, unit_of
from services.grid.api.schemas import CancelIn, RefuseIn, WhistleIn, WhistleOut
from services.grid.domain import commands as do
from services.grid.domain.errors import FilterRefused
from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Whistle
from services.grid.domain.policy.parties import require_sight
from services.grid.store import queries
from shared.city.units import Units
from shared.http.callers import Role
from shared.http.etag import etag, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, UnitCode, WhistleId

ROUTES = APIRouter()


@ROUTES.post("/whistles", status_code=201, response_model=WhistleOut)
async def blow_whistle(body: WhistleIn, caller: Worker, open_work: OpenWork, once: OnceOnly) -> Response:
    """吹哨: call departments to a site, on a case or alone; at once, or once the unit above approves."""
    command = body.to_command(unit_of(caller), from_grid=not caller.may(Role.UNIT))
    made: list[Whistle] = []
    async with open_work() as work:

        async def answer() -> WhistleOut:
            made.append(await handlers.blow_whistle(work, command))
            return WhistleOut.of(made[0], work.city.units)

        return await once(
            work,
            status=201,
            answer=answer,
            headers=lambda: {
                "Location": f"/v1/whistles/{made[0].whistle_id}",
                "ETag": etag(made[0].version),
            },
        )


@ROUTES.get("/whistles")
async def whistle_queue(
    connection: Reading,
    reader: Onlooker,
    city: CityOf,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="A party, or a unit above one.")] = None,
    state: Annotated[WhistleState | None, Query()] = None,
    call_state: Annotated[CallState | None, Query(description="How far a department has come.")] = None,
    case_id: Annotated[UUID | None, Query()] = None,
    overdue: Annotated[bool, Query(description="Only those of which a step ran over.")] = False,
) -> Page[WhistleOut]:
    """Whistles the asker's unit, or one below it, blew or is called by; newest first."""
    sight = sight_of(reader)
    if unit is not None and unit not in city.units:
        raise FilterRefused(UnitCode(unit))
    wanted = queries.Wanted(
        seen_by=below(sight, city.units),
        party=below(None if unit is None else UnitCode(unit), city.units),
        state=state,
        call_state=call_state,
        case_id=None if case_id is None else CaseId(case_id),
        overdue=overdue,
    )
    after = None if asked.after is None else WhistleId(UUID(str(asked.after[0])))
    rows = await queries.queue(connection, wanted, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.whistle_id,), item=lambda row: WhistleOut.of(row, city.units)
    )


@ROUTES.get("/whistles/{whistle_id}")
async def whistle(
    whistle_id: UUID, connection: Reading, reader: Onlooker, city: CityOf, response: Response
) -> WhistleOut:
    """One whistle with every department's part."""
    found = await queries.whistle(connection, WhistleId(whistle_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    return WhistleOut.of(found, city.units)


@ROUTES.post("/whistles/{whistle_id}/approve", response_model=WhistleOut)
async def approve_whistle(change: Changing) -> Response:
    """批准: the unit that is asked lets departments be called; their limits run from now."""
    return await change.make(lambda work: handlers.approve(work, do.Approve(change.whistle_id, change.by)))


@ROUTES.post("/whistles/{whistle_id}/refuse", response_model=WhistleOut)
async def refuse_whistle(body: RefuseIn, change: Changing) -> Response:
    """不批: the unit that is asked does not, and says why."""
    command = do.Refuse(change.whistle_id, change.by, body.reason)
    return await change.make(lambda work: handlers.refuse(work, command))


@ROUTES.post("/whistles/{whistle_id}/close", response_model=WhistleOut)
async def close_whistle(change: Changing) -> Response:
    """消哨: the blower closes it when every department is scored."""
    return await change.make(lambda work: handlers.close(work, do.Close(change.whistle_id, change.by)))


@ROUTES.post("/whistles/{whistle_id}/cancel", response_model=WhistleOut)
async def cancel_whistle(body: CancelIn, change: Changing) -> Response:
    """撤哨: the blower takes it back, as long as nobody reported in."""
    command = do.Cancel(change.whistle_id, change.by, body.reason)
    return await change.make(lambda work: handlers.cancel(work, command))


def below(unit: UnitCode | None, units: Units) -> list[UnitCode] | None:
    """A unit and all below it; None for the whole city. A unit that left the directory is alone."""
    if unit is None or (units.knows(unit) and units.get(unit).parent_code is None):
        return None
    return [unit, *(UnitCode(code) for code, above in units.lineages.items() if unit in above[1:])]
