"""What every route of grid needs: who asks for which unit, one way to make a thing and one to change it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request, Response

from services.grid.domain.errors import FilterRefused, NoUnit
from services.grid.settings import GridSettings
from services.grid.store import Equipment, GridWork
from shared.city.city import City
from shared.city.units import Units
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import Seen, tagged
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, equipment, opening
from shared.http.wire import Wire
from shared.kernel.decision import Aggregate
from shared.kernel.ids import UnitCode

Key = TypeVar("Key")
Kept = TypeVar("Kept", bound=Aggregate)
OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.OPS)

OpenWork = Annotated[Opening[GridWork], Depends(opening)]
Equipped = Annotated[Equipment, Depends(equipment)]
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
    if not city.units.knows(unit) or (sight is not None and not city.units.is_within(unit, sight)):
        raise FilterRefused(unit)
    return unit


def below(unit: UnitCode | None, units: Units) -> list[UnitCode] | None:
    """A unit and all below it; None for the whole city. A unit that left the directory is alone."""
    if unit is None or (units.knows(unit) and units.get(unit).parent_code is None):
        return None
    return [unit, *(UnitCode(code) for code in units.with_below(unit) if code != unit)]


def narrowed(asked: str | None, units: Units) -> list[UnitCode] | None:
    """The unit a list is narrowed to, and all below it; None: to none. Raises `FilterRefused` for no unit."""
    if asked is not None and not units.knows(asked):
        raise FilterRefused(UnitCode(asked))
    return below(None if asked is None else UnitCode(asked), units)


async def _settings(request: Request) -> GridSettings:
    settings: GridSettings = request.app.state.flat.settings
    return settings


SettingsOf = Annotated[GridSettings, Depends(_settings)]


@dataclass(frozen=True, slots=True)
class Change(Generic[Key, Kept]):
    """A change of one thing: by its asker's unit, on the version it saw, done once."""

    key: Key
    by: UnitCode
    seen: Seen
    once: Once
    open_work: Opening[GridWork]
    load: Callable[[GridWork], Awaitable[Kept]]
    require_sight: Callable[[Kept, UnitCode, Units], None]
    view: Callable[[Kept, Units], Wire]

    async def make(self, move: Callable[[GridWork], Awaitable[Kept]]) -> Response:
        """Lock it, check sight and version, move it, keep the answer with the state."""
        async with self.open_work() as work:

            async def checked() -> Kept:
                found = await self.load(work)
                # Sight first: to a stranger a version that moved would tell that it exists.
                self.require_sight(found, self.by, work.city.units)
                self.seen.check(found.version)
                return await move(work)

            return await self.once.moved(
                work, move=checked, view=lambda kept: self.view(kept, work.city.units), headers=tagged
            )


@dataclass(frozen=True, slots=True)
class Making:
    """Something new, made once."""

    once: Once
    open_work: Opening[GridWork]

    async def make(
        self,
        move: Callable[[GridWork], Awaitable[Kept]],
        view: Callable[[Kept, Units], Wire],
        *,
        at: Callable[[Kept], str],
    ) -> Response:
        """Make it and keep the answer with it; `at` says where it is found from then on."""
        async with self.open_work() as work:
            return await self.once.moved(
                work,
                status=201,
                move=lambda: move(work),
                view=lambda kept: view(kept, work.city.units),
                headers=lambda kept: {"Location": at(kept), **tagged(kept)},
            )


async def _made_once(once: OnceOnly, open_work: OpenWork) -> Making:
    return Making(once, open_work)


MadeOnce = Annotated[Making, Depends(_made_once)]
