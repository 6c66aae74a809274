"""议事: raise a matter, look at it, and one way to change it."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.grid.api.deliberation_schemas import MatterIn
from services.grid.api.deliberation_views import DeliberationOut, Showing
from services.grid.api.desk import OVERSEERS, CityOf, OpenWork, OwnUnit, sight_of, unit_of
from services.grid.api.whistles import below
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.errors import FilterRefused
from services.grid.domain.lifecycle import DeliberationState
from services.grid.domain.policy.deliberation import require_sight
from services.grid.handlers import deliberation as handlers
from services.grid.store import GridWork, IncidentSeals
from services.grid.store import deliberations as queries
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import IfMatch, Seen, etag, tag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, DeliberationId, UnitCode

ROUTES = APIRouter(prefix="/deliberations")
Raiser = Annotated[Caller, allow(Role.GRID_WORKER, Role.UNIT)]
Reader = Annotated[Caller, allow(Role.GRID_WORKER, Role.UNIT, *OVERSEERS)]


class DeliberationChange:
    """A change of one deliberation: by its asker's unit, on the version it saw, done once."""

    def __init__(
        self, key: DeliberationId, by: UnitCode, seen: Seen, once: Once, open_work: Opening[GridWork]
    ) -> None:
        self.key = key
        self.by = by
        self._seen: Seen = seen
        self._once: Once = once
        self._open_work = open_work

    async def make(self, move: Callable[[GridWork], Awaitable[Deliberation]]) -> Response:
        """Lock it, check sight and version, move it, keep the answer with the state."""
        made: list[Deliberation] = []
        async with self._open_work() as work:

            async def answer() -> DeliberationOut:
                found = await work.deliberations.get(self.key)
                # Sight first: to a stranger a version that moved would tell that it exists.
                require_sight(found, self.by, work.city.units)
                self._seen.check(found.version)
                made.append(await move(work))
                return Showing(made[0], work.city.units).out()

            return await self._once(
                work, status=200, answer=answer, headers=lambda: {"ETag": etag(made[0].version)}
            )


async def _change(
    deliberation_id: UUID, by: OwnUnit, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> DeliberationChange:
    return DeliberationChange(DeliberationId(deliberation_id), by, seen, once, open_work)


Changing = Annotated[DeliberationChange, Depends(_change)]


@ROUTES.post("", status_code=201, response_model=DeliberationOut)
async def raise_matter(body: MatterIn, caller: Raiser, open_work: OpenWork, once: OnceOnly) -> Response:
    """说: a matter from a case, a resident or a grid worker comes onto the community's table."""
    command = body.to_command(unit_of(caller))
    made: list[Deliberation] = []
    async with open_work() as work:

        async def answer() -> DeliberationOut:
            made.append(await handlers.raise_matter(work, command))
            return Showing(made[0], work.city.units).out()

        def headers() -> dict[str, str]:
            location = f"/v1/deliberations/{made[0].deliberation_id}"
            return {"Location": location, "ETag": etag(made[0].version)}

        return await once(work, status=201, answer=answer, headers=headers)


@ROUTES.get("")
async def deliberations(
    connection: Reading,
    reader: Reader,
    city: CityOf,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="Its unit, or one above it.")] = None,
    state: Annotated[DeliberationState | None, Query()] = None,
    case_id: Annotated[UUID | None, Query()] = None,
) -> Page[DeliberationOut]:
    """Deliberations of the asker's unit and those below it; newest first, without words."""
    if unit is not None and unit not in city.units:
        raise FilterRefused(UnitCode(unit))
    wanted = queries.WantedDeliberations(
        seen_by=below(sight_of(reader), city.units),
        unit=below(None if unit is None else UnitCode(unit), city.units),
        state=state,
        case_id=None if case_id is None else CaseId(case_id),
    )
    after = None if asked.after is None else DeliberationId(UUID(str(asked.after[0])))
    rows = await queries.deliberations(connection, wanted, after=after, limit=asked.fetch)
    return asked.page(
        rows, position=lambda row: (row.deliberation_id,), item=lambda row: Showing(row, city.units).out()
    )


@ROUTES.get("/{deliberation_id}")
async def deliberation(
    deliberation_id: UUID,
    connection: Reading,
    reader: Reader,
    city: CityOf,
    request: Request,
    response: Response,
) -> DeliberationOut:
    """One with everything that was said, for its community, the units above it, and the desks."""
    found = await queries.deliberation(connection, DeliberationId(deliberation_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    seals: IncidentSeals = request.app.state.flat.equipment
    return Showing(found, city.units, seals.open_words).out()
