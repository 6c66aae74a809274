"""One way to make a thing and one to change it: by who sees it, on the version that was seen, done once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Response

from services.grid.api.desk import OpenWork
from services.grid.store import GridWork
from shared.city.units import Units
from shared.http.etag import Seen, etag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening
from shared.http.wire import Wire
from shared.kernel.decision import Aggregate
from shared.kernel.ids import UnitCode

Key = TypeVar("Key")
Kept = TypeVar("Kept", bound=Aggregate)


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
        made: list[Kept] = []
        async with self.open_work() as work:

            async def answer() -> Wire:
                found = await self.load(work)
                # Sight first: to a stranger a version that moved would tell that it exists.
                self.require_sight(found, self.by, work.city.units)
                self.seen.check(found.version)
                made.append(await move(work))
                return self.view(made[0], work.city.units)

            return await self.once(
                work, status=200, answer=answer, headers=lambda: {"ETag": etag(made[0].version)}
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
        made: list[Kept] = []
        async with self.open_work() as work:

            async def answer() -> Wire:
                made.append(await move(work))
                return view(made[0], work.city.units)

            def headers() -> dict[str, str]:
                return {"Location": at(made[0]), "ETag": etag(made[0].version)}

            return await self.once(work, status=201, answer=answer, headers=headers)


async def _made_once(once: OnceOnly, open_work: OpenWork) -> Making:
    return Making(once, open_work)


MadeOnce = Annotated[Making, Depends(_made_once)]
