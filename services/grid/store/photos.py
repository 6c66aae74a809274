"""照片 as rows. A row is written before its object and removed after it: no object is ever nobody's."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.photo import Photo, PhotoState
from services.grid.domain.photo_errors import NoSuchPhoto
from services.grid.store.tables import PHOTOS
from shared.kernel.ids import UnitCode
from shared.store.among import among

P = PHOTOS.c
OLD = tuple_(P.unit, P.sha256)


class PhotoRows:
    """The `Photos` of the ports; only what is used waits for the flush."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._known: dict[UnitCode, dict[str, bool]] = {}
        self._used: set[tuple[UnitCode, str]] = set()

    async def announce(self, photo: Photo) -> Photo:
        # One that is being removed is locked: this waits, and then it is a new one.
        wish = insert(PHOTOS).values(asdict(photo))
        waits = case((P.state == PhotoState.CONDEMNED, PhotoState.ARRIVING), else_=P.state)
        again = wish.on_conflict_do_update(
            index_elements=[P.unit, P.sha256], set_={"state": waits, "created_at": photo.created_at}
        )
        row = (await self._connection.execute(again.returning(PHOTOS))).mappings().one()
        return _photo(row)

    async def settle(self, unit: UnitCode, sha256: str) -> None:
        kept = update(PHOTOS).where(P.unit == unit, P.sha256 == sha256).values(state=PhotoState.KEPT)
        await self._connection.execute(kept)

    async def known(self, unit: UnitCode, named: Collection[str]) -> frozenset[str]:
        found = self._known.setdefault(unit, {})
        fresh = sorted({one for one in named if one not in found})
        if fresh:
            asked = select(P.sha256).where(P.unit == unit, P.sha256.in_(fresh), P.state == PhotoState.KEPT)
            rows = await self._connection.execute(asked.order_by(P.sha256).with_for_update())
            there = set(rows.scalars())
            found.update({one: one in there for one in fresh})
        return frozenset(one for one in named if found[one])

    async def lying(self, unit: UnitCode, named: Sequence[str]) -> tuple[str, ...]:
        if not named:
            return ()
        asked = select(P.sha256, P.object_name).where(P.unit == unit, P.sha256.in_(named))
        rows = (await self._connection.execute(asked.where(P.state == PhotoState.KEPT))).all()
        names = {row.sha256: row.object_name for row in rows}
        return tuple(names[one] for one in named if one in names)

    def use(self, unit: UnitCode, named: Collection[str]) -> None:
        self._used.update((unit, one) for one in named)

    async def flush(self) -> None:
        """What was used stays."""
        if self._used:
            await self._connection.execute(update(PHOTOS).where(OLD.in_(self._used)).values(used=True))
            self._used.clear()

    async def condemn(self, *, before: datetime, limit: int) -> int:
        idle = P.used.is_(False), P.state != PhotoState.CONDEMNED, P.created_at < before
        old = select(P.unit, P.sha256).where(*idle).limit(limit).with_for_update(skip_locked=True)
        gone = update(PHOTOS).where(OLD.in_(old)).values(state=PhotoState.CONDEMNED)
        return (await self._connection.execute(gone)).rowcount

    async def condemned(self, limit: int) -> list[Photo]:
        # None of them was ever used: the index leads past all that were.
        asked = select(PHOTOS).where(P.used.is_(False), P.state == PhotoState.CONDEMNED).limit(limit)
        rows = (await self._connection.execute(asked.with_for_update(skip_locked=True))).mappings()
        return [_photo(row) for row in rows]

    async def forget(self, photo: Photo) -> None:
        await self._connection.execute(delete(PHOTOS).where(P.unit == photo.unit, P.sha256 == photo.sha256))


async def photo(connection: AsyncConnection, units: Collection[str], sha256: str) -> Photo:
    """One that any of these units sent, and whose content is there. Raises `NoSuchPhoto`."""
    asked = select(PHOTOS).where(among(P.unit, units), P.sha256 == sha256, P.state == PhotoState.KEPT)
    row = (await connection.execute(asked.limit(1))).mappings().first()
    if row is None:
        raise NoSuchPhoto
    return _photo(row)


def _photo(row: Any) -> Photo:
    return Photo(**{**row, "state": PhotoState(row["state"])})
