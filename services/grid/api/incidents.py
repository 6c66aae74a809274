"""事件: report, list, look, handle on the spot, escalate. What terminals send again is the same incident."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.grid import handlers
from services.grid.api.desk import (
    Change,
    Equipped,
    MadeOnce,
    Onlooker,
    OpenWork,
    Worker,
    below,
    overseen,
    sight_of,
    unit_of,
)
from services.grid.api.incident_schemas import EvidenceIn, IncidentIn, IncidentOut, IncidentWithWordsOut
from services.grid.domain import commands as do
from services.grid.domain.incident import Incident
from services.grid.domain.lifecycle import IncidentState
from services.grid.domain.policy.incidents import require_sight
from services.grid.store import GridWork, queries
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CategoryCode, IncidentId

ROUTES = APIRouter(prefix="/incidents")


async def _change(
    incident_id: UUID, caller: Worker, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change[IncidentId, Incident]:
    key = IncidentId(incident_id)

    def load(work: GridWork) -> Awaitable[Incident]:
        return work.incidents.get(key)

    return Change(key, unit_of(caller), seen, once, open_work, load, require_sight, IncidentOut.of)


Changing = Annotated[Change[IncidentId, Incident], Depends(_change)]


@ROUTES.post("", status_code=201, response_model=IncidentOut)
async def report_incident(body: IncidentIn, caller: Worker, making: MadeOnce) -> Response:
    """上报: what a grid worker found."""
    command = body.to_command(by=unit_of(caller), worker=caller.subject)
    return await making.make(
        lambda work: handlers.report_incident(work, command),
        IncidentOut.of,
        at=lambda made: f"/v1/incidents/{made.incident_id}",
    )


@ROUTES.get("")
async def incident_list(
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
    state: Annotated[IncidentState | None, Query()] = None,
    category: Annotated[Text | None, Query(max_length=64)] = None,
) -> Page[IncidentOut]:
    """Incidents of the asker's unit and those below it, without their words; newest first."""
    of = below(overseen(unit, sight_of(reader), city), city.units)
    question = queries.IncidentQuestion(of, state, None if category is None else CategoryCode(category))
    after = None if asked.after is None else IncidentId(UUID(str(asked.after[0])))
    rows = await queries.incidents(connection, question, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.incident_id,), item=lambda row: IncidentOut.of(row, city.units)
    )


@ROUTES.get("/{incident_id}")
async def incident(
    incident_id: UUID,
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    equipped: Equipped,
    response: Response,
) -> IncidentWithWordsOut:
    """One incident, for its worker's unit, those above it, and the desks that oversee all."""
    found = await queries.incident(connection, IncidentId(incident_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    return IncidentWithWordsOut.told(
        found, equipped.seals.open_telling(found), equipped.seals.open_evidence(found), city.units
    )


@ROUTES.post("/{incident_id}/handle", response_model=IncidentOut)
async def handle_incident(body: EvidenceIn, change: Changing) -> Response:
    """就地处置: settled on the spot; counted as proactive."""
    command = do.HandleIncident(change.key, change.by, body.evidence)
    return await change.make(lambda work: handlers.handle_incident(work, command))


@ROUTES.post("/{incident_id}/escalate", response_model=IncidentOut)
async def escalate_incident(change: Changing) -> Response:
    """网格吹哨、街社报到: intake registers a case for it."""
    command = do.EscalateIncident(change.key, change.by)
    return await change.make(lambda work: handlers.escalate_incident(work, command))
