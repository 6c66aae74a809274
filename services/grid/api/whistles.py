"""吹哨: blow, look, close, take back."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.grid import handlers
from services.grid.api.desk import (
    Change,
    MadeOnce,
    Onlooker,
    OpenWork,
    OwnUnit,
    Worker,
    below,
    narrowed,
    sight_of,
    unit_of,
)
from services.grid.api.schemas import CancelIn, RefuseIn, WhistleIn, WhistleOut
from services.grid.domain import commands as do
from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Whistle
from services.grid.domain.policy.parties import require_sight
from services.grid.store import GridWork, queries
from shared.http.callers import Role
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, WhistleId

ROUTES = APIRouter()


async def _change(
    whistle_id: WhistleId, by: OwnUnit, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change[WhistleId, Whistle]:
    def load(work: GridWork) -> Awaitable[Whistle]:
        return work.whistles.get(whistle_id)

    return Change(whistle_id, by, seen, once, open_work, load, require_sight, WhistleOut.of)


Changing = Annotated[Change[WhistleId, Whistle], Depends(_change)]


@ROUTES.post("/whistles", status_code=201, response_model=WhistleOut)
async def blow_whistle(body: WhistleIn, caller: Worker, making: MadeOnce) -> Response:
    """吹哨: call departments to a site, on a case or alone; at once, or once the unit above approves."""
    command = body.to_command(unit_of(caller), from_grid=not caller.may(Role.UNIT))
    return await making.make(
        lambda work: handlers.blow_whistle(work, command),
        WhistleOut.of,
        at=lambda made: f"/v1/whistles/{made.whistle_id}",
    )


@ROUTES.get("/whistles")
async def whistle_queue(
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="A party, or a unit above one.")] = None,
    state: Annotated[WhistleState | None, Query()] = None,
    call_state: Annotated[CallState | None, Query(description="How far a department has come.")] = None,
    case_id: Annotated[UUID | None, Query()] = None,
    overdue: Annotated[bool, Query(description="Only those of which a step ran over.")] = False,
) -> Page[WhistleOut]:
    """Whistles the asker's unit, or one below it, blew or is called by; newest first."""
    sight = sight_of(reader)
    question = queries.WhistleQuestion(
        seen_by=below(sight, city.units),
        party=narrowed(unit, city.units),
        state=state,
        call_state=call_state,
        case_id=None if case_id is None else CaseId(case_id),
        overdue=overdue,
    )
    after = None if asked.after is None else WhistleId(UUID(str(asked.after[0])))
    rows = await queries.queue(connection, question, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.whistle_id,), item=lambda row: WhistleOut.of(row, city.units)
    )


@ROUTES.get("/whistles/{whistle_id}")
async def whistle(
    whistle_id: UUID, connection: Reading, reader: Onlooker, city: InCity, response: Response
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
    return await change.make(lambda work: handlers.approve(work, do.Approve(change.key, change.by)))


@ROUTES.post("/whistles/{whistle_id}/refuse", response_model=WhistleOut)
async def refuse_whistle(body: RefuseIn, change: Changing) -> Response:
    """不批: the unit that is asked does not, and says why."""
    command = do.Refuse(change.key, change.by, body.reason)
    return await change.make(lambda work: handlers.refuse(work, command))


@ROUTES.post("/whistles/{whistle_id}/close", response_model=WhistleOut)
async def close_whistle(change: Changing) -> Response:
    """消哨: the blower closes it when every department is scored."""
    return await change.make(lambda work: handlers.close(work, do.Close(change.key, change.by)))


@ROUTES.post("/whistles/{whistle_id}/cancel", response_model=WhistleOut)
async def cancel_whistle(body: CancelIn, change: Changing) -> Response:
    """撤哨: the blower takes it back, as long as nobody reported in."""
    command = do.Cancel(change.key, change.by, body.reason)
    return await change.make(lambda work: handlers.cancel(work, command))
