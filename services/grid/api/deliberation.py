"""议事: raise a matter, look at it, and one way to change it."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.grid.api.deliberation_schemas import MatterIn
from services.grid.api.deliberation_views import DeliberationOut, Showing
from services.grid.api.desk import (
    Change,
    Equipped,
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
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.lifecycle import DeliberationState
from services.grid.domain.policy.deliberation import may_read, require_sight
from services.grid.handlers import deliberation as handlers
from services.grid.store import GridWork
from services.grid.store import deliberations as queries
from shared.city.units import Units
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, DeliberationId

ROUTES = APIRouter(prefix="/deliberations")

OneChange = Change[DeliberationId, Deliberation]


def _shown(deliberation: Deliberation, units: Units) -> DeliberationOut:
    return Showing(deliberation, units).out()


async def _work(
    deliberation_id: UUID, caller: Worker, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> OneChange:
    key = DeliberationId(deliberation_id)

    def load(work: GridWork) -> Awaitable[Deliberation]:
        return work.deliberations.get(key)

    return Change(key, unit_of(caller), seen, once, open_work, load, require_sight, _shown)


async def _change(_: OwnUnit, change: Annotated[OneChange, Depends(_work)]) -> OneChange:
    return change


Changing = Annotated[OneChange, Depends(_change)]
Reporting = Annotated[OneChange, Depends(_work)]
"""The same by whoever does the work: staff of a unit, or its grid workers."""


@ROUTES.post("", status_code=201, response_model=DeliberationOut)
async def raise_matter(body: MatterIn, caller: Worker, making: MadeOnce) -> Response:
    """说: a matter from a case, a resident or a grid worker comes onto the community's table."""
    command = body.to_command(unit_of(caller))
    return await making.make(
        lambda work: handlers.raise_matter(work, command),
        _shown,
        at=lambda made: f"/v1/deliberations/{made.deliberation_id}",
    )


@ROUTES.get("")
async def deliberations(
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="Its unit, or one above it.")] = None,
    state: Annotated[DeliberationState | None, Query()] = None,
    case_id: Annotated[UUID | None, Query()] = None,
) -> Page[DeliberationOut]:
    """Of the asker's unit and those below it, and where it has a task; newest first, without words."""
    question = queries.DeliberationQuestion(
        seen_by=below(sight_of(reader), city.units),
        with_task_of=sight_of(reader),
        unit=narrowed(unit, city.units),
        state=state,
        case_id=None if case_id is None else CaseId(case_id),
    )
    after = None if asked.after is None else DeliberationId(UUID(str(asked.after[0])))
    rows = await queries.deliberations(connection, question, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.deliberation_id,), item=lambda row: Showing(row, city.units).out()
    )


@ROUTES.get("/{deliberation_id}")
async def deliberation(
    deliberation_id: UUID,
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    equipped: Equipped,
    response: Response,
) -> DeliberationOut:
    """One with everything that was said, for its community, the units above it, and the desks.

    A unit that answers for one of its tasks is told the matter and its own tasks.
    """
    found = await queries.deliberation(connection, DeliberationId(deliberation_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    guest = None if sight is None or may_read(found, sight, city.units) else sight
    tag(response, found.version)
    return Showing(found, city.units, equipped.seals.open_words, guest).out()
