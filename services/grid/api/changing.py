"""One way to raise and to change what a unit keeps at grid: by who sees it, on its version, done once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from fastapi import Response

from services.grid.store import GridWork
from shared.city.units import Units
from shared.http.etag import Seen, etag
from shared.http.idempotency import Once
from shared.http.knock import Opening
from shared.http.wire import Wire
from shared.kernel.ids import UnitCode


class Versioned(Protocol):
    """Whatever is kept with a version."""

    @property
    def version(self) -> int: ...


K = TypeVar("K")
A = TypeVar("A", bound=Versioned)
Move = Callable[[GridWork], Awaitable[A]]


@dataclass(frozen=True, slots=True)
class Kept(Generic[K, A]):
    """One kind of thing: where it lies, who may know of it, and how an answer shows it."""

    path: str
    """Of the list, below `/v1`."""
    key: Callable[[A], K]
    get: Callable[[GridWork, K], Awaitable[A]]
    require_sight: Callable[[A, UnitCode, Units], None]
    show: Callable[[A, GridWork], Wire]


class Change(Generic[K, A]):
    """A change of one thing: by its asker's unit, on the version it saw, done once."""

    def __init__(
        self,
        kept: Kept[K, A],
        key: K,
        by: UnitCode,
        seen: Seen,
        once: Once,
        open_work: Opening[GridWork],
    ) -> None:
        self.key = key
        self.by = by
        self._kept = kept
        self._seen: Seen = seen
        self._once: Once = once
        self._open_work = open_work

    async def make(self, move: Move[A]) -> Response:
        """Lock it, check sight and version, move it, keep the answer with the state."""
        made: list[A] = []
        async with self._open_work() as work:

            async def answer() -> Wire:
                found = await self._kept.get(work, self.key)
                # Sight first: to a stranger a version that moved would tell that it exists.
                self._kept.require_sight(found, self.by, work.city.units)
                self._seen.check(found.version)
                made.append(await move(work))
                return self._kept.show(made[0], work)

            return await self._once(
                work, status=200, answer=answer, headers=lambda: {"ETag": etag(made[0].version)}
            )


async def raised(kept: Kept[K, A], open_work: Opening[GridWork], once: Once, make: Move[A]) -> Response:
    """Something new, once: 201 with where it lies and its first version."""
    made: list[A] = []
    async with open_work() as work:

        async def answer() -> Wire:
            made.append(await make(work))
            return kept.show(made[0], work)

        def headers() -> dict[str, str]:
            location = f"/v1/{kept.path}/{kept.key(made[0])}"
            return {"Location": location, "ETag": etag(made[0].version)}

        return await once(work, status=201, answer=answer, headers=headers)
