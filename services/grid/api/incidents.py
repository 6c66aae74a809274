"""事件: report, list, look, handle on the spot, escalate. What terminals send again is the same incident."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.grid import handlers
from services.grid.api.desk import CityOf, Onlooker, OpenWork, Worker, overseen, sight_of, unit_of
from services.grid.api.incident_schemas import EvidenceIn, IncidentIn, IncidentOut, IncidentWithWordsOut
from services.grid.api.whistles import below
from services.grid.domain import commands as do
from services.grid.domain.incident import Incident
from services.grid.domain.lifecycle import IncidentState
from services.grid.domain.policy.incidents import require_sight
from services.grid.store import GridWork, IncidentSeals, queries
from shared.http.etag import IfMatch, Seen, etag, tag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CategoryCode, IncidentId

ROUTES = APIRouter(prefix="/incidents")


@ROUTES.post("", status_code=201, response_model=IncidentOut)
async def report_incident(body: IncidentIn, caller: Worker, open_work: OpenWork, once: OnceOnly) -> Response:
    """上报: what a grid worker found."""
    command = body.to_command(by=unit_of(caller), worker=caller.subject)
    async with open_work() as work:
        made: list[Incident] = []

        async def answer() -> IncidentOut:
            made.append(await handlers.report_incident(work, command))
            return IncidentOut.of(made[0], work.city.units)

        def headers() -> dict[str, str]:
            location = f"/v1/incidents/{made[0].incident_id}"
            return {"Location": location, "ETag": etag(made[0].version)}

        return await once(work, status=201, answer=answer, headers=headers)


@ROUTES.get("")
async def incident_list(
    connection: Reading,
    reader: Onlooker,
    city: CityOf,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
    state: Annotated[IncidentState | None, Query()] = None,
    category: Annotated[Text | None, Query(max_length=64)] = None,
) -> Page[IncidentOut]:
    """Incidents of the asker's unit and those below it, without their words; newest first."""
    of = below(overseen(unit, sight_of(reader), city), city.units)
    sought = queries.Sought(of, state, None if category is None else CategoryCode(category))
    after = None if asked.after is None else IncidentId(UUID(str(asked.after[0])))
    rows = await queries.incidents(connection, sought, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.incident_id,), item=lambda row: IncidentOut.of(row, city.units)
    )


@ROUTES.get("/{incident_id}")
async def incident(
    incident_id: UUID,
    connection: Reading,
    reader: Onlooker,
    city: CityOf,
    request: Request,
    response: Response,
) -> IncidentWithWordsOut:
    """One incident, for its worker's unit, those above it, and the desks that oversee all."""
    found = await queries.incident(connection, IncidentId(incident_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    seals: IncidentSeals = request.app.state.flat.equipment
    return IncidentWithWordsOut.told(found, seals.open_telling(found), seals.open_evidence(found), city.units)


@ROUTES.post("/{incident_id}/handle", response_model=IncidentOut)
async def handle_incident(
    incident_id: UUID, body: EvidenceIn, caller: Worker, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Response:
    """就地处置: settled on the spot; counted as proactive."""
    command = do.HandleIncident(IncidentId(incident_id), unit_of(caller), body.evidence)
    return await _changed(
        command, seen, once, open_work, lambda work: handlers.handle_incident(work, command)
    )


@ROUTES.post("/{incident_id}/escalate", response_model=IncidentOut)
async def escalate_incident(
    incident_id: UUID, caller: Worker, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Response:
    """网格吹哨、街社报到: intake registers a case for it."""
    command = do.EscalateIncident(IncidentId(incident_id), unit_of(caller))
    return await _changed(
        command, seen, once, open_work, lambda work: handlers.escalate_incident(work, command)
    )


async def _changed(
    command: do.HandleIncident | do.EscalateIncident,
    seen: Seen,
    once: Once,
    open_work: Opening[GridWork],
    move: Callable[[GridWork], Awaitable[Incident]],
) -> Response:
    """Lock the incident, check sight and version, move it, keep the answer with the state."""
    made: list[Incident] = []
    async with open_work() as work:

        async def answer() -> IncidentOut:
            found = await work.incidents.get(command.incident_id)
            # Sight first: to a stranger a version that moved would tell that the incident exists.
            require_sight(found, command.by, work.city.units)
            seen.check(found.version)
            made.append(await move(work))
            return IncidentOut.of(made[0], work.city.units)

        return await once(work, status=200, answer=answer, headers=lambda: {"ETag": etag(made[0].version)})
