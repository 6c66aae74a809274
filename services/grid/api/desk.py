"""What every route of grid needs: who asks for which unit, and one way to change a whistle."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Response

from services.grid.api.schemas import WhistleOut
from services.grid.domain.errors import FilterRefused, NoUnit
from services.grid.domain.model import Whistle
from services.grid.domain.policy.parties import require_sight
from services.grid.settings import GridSettings
from services.grid.store import GridWork
from shared.city.city import City
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import IfMatch, Seen, etag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, opening
from shared.kernel.ids import UnitCode, WhistleId

OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.OPS)

OpenWork = Annotated[Opening[GridWork], Depends(opening)]
Reader = Annotated[Caller, allow(Role.UNIT, *OVERSEERS)]
Worker = Annotated[Caller, allow(Role.GRID_WORKER, Role.UNIT)]
"""Who walks a grid, and staff of units."""
Onlooker = Annotated[Caller, allow(Role.GRID_WORKER, Role.UNIT, *OVERSEERS)]


def unit_of(caller: Caller) -> UnitCode:
    """The unit the asker is staff of. Raises `NoUnit`."""
    if caller.unit is None:
        raise NoUnit
    return caller.unit


async def _own_unit(caller: Annotated[Caller, allow(Role.UNIT)]) -> UnitCode:
    return unit_of(caller)


OwnUnit = Annotated[UnitCode, Depends(_own_unit)]
"""The unit the asker is staff of. Raises `NoUnit`."""


def sight_of(caller: Caller) -> UnitCode | None:
    """Whose whistles a reader sees: None for the desks that oversee all. Raises `NoUnit`."""
    if caller.may(*OVERSEERS):
        return None
    return unit_of(caller)


def overseen(asked: str | None, sight: UnitCode | None, city: City) -> UnitCode | None:
    """The unit a report is about; None: the city. Raises `FilterRefused` unless the asker oversees it."""
    if asked is None:
        return sight
    unit = UnitCode(asked)
    if unit not in city.units or (sight is not None and not city.units.is_within(unit, sight)):
        raise FilterRefused(unit)
    return unit


async def _city(request: Request) -> City:
    city: City = request.app.state.flat.city
    return city


async def _settings(request: Request) -> GridSettings:
    settings: GridSettings = request.app.state.flat.settings
    return settings


CityOf = Annotated[City, Depends(_city)]
SettingsOf = Annotated[GridSettings, Depends(_settings)]


class Change:
    """A change of one whistle: by its asker's unit, on the version it saw, done once."""

    def __init__(
        self, whistle_id: WhistleId, by: UnitCode, seen: Seen, once: Once, open_work: Opening[GridWork]
    ) -> None:
        self.whistle_id = whistle_id
        self.by = by
        self._seen: Seen = seen
        self._once: Once = once
        self._open_work = open_work

    async def make(self, move: Callable[[GridWork], Awaitable[Whistle]]) -> Response:
        """Lock the whistle, check sight and version, move it, keep the answer with the state."""
        made: list[Whistle] = []
        async with self._open_work() as work:

            async def answer() -> WhistleOut:
                whistle = await work.whistles.get(self.whistle_id)
                # Sight first: to a stranger a version that moved would tell that the whistle exists.
                require_sight(whistle, self.by, work.city.units)
                self._seen.check(whistle.version)
                made.append(await move(work))
                return WhistleOut.of(made[0], work.city.units)

            return await self._once(
                work, status=200, answer=answer, headers=lambda: {"ETag": etag(made[0].version)}
            )


async def _change(
    whistle_id: WhistleId, by: OwnUnit, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change:
    return Change(whistle_id, by, seen, once, open_work)


Changing = Annotated[Change, Depends(_change)]
