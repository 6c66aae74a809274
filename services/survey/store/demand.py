"""回访需求: what waits for callers now, what falls due next, and what ended without a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, ColumnElement, DateTime, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.store import tables

C = tables.CALLBACKS.c
# As the indexes say it, in their very words: they are read alone, however many callbacks there ever were.
OPEN = text("state = 'scheduled' AND by_phone")
UNCALLED = text(tables.UNCALLED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Callbacks and checks of them that are a caller's to make."""

    due: int
    """In somebody's hand or not."""
    in_hand: int
    promised: int
    oldest_due_at: datetime | None


async def waiting(connection: AsyncConnection, at: datetime) -> Waiting:
    """What callers could call for at this moment."""
    due = select(func.count(), func.min(C.due_at)).where(OPEN, C.due_at <= at)
    promised = select(func.count()).where(OPEN, C.promised, C.due_at <= at)
    held = select(func.count()).where(
        text("state = 'scheduled'"), C.claimed_by.is_not(None), C.claimed_until > at
    )
    many, oldest = (await connection.execute(due)).one()
    return Waiting(
        due=int(many),
        in_hand=int(await connection.scalar(held) or 0),
        promised=int(await connection.scalar(promised) or 0),
        oldest_due_at=oldest,
    )


async def coming(connection: AsyncConnection, at: datetime, ends: Sequence[datetime]) -> list[int]:
    """How many fall due after this moment and before each of the ends, one after the other."""
    bounds = cast([at, *ends], ARRAY(DateTime(timezone=True)))
    place: ColumnElement[int] = func.width_bucket(C.due_at, bounds)
    query = select(place, func.count()).where(OPEN, C.due_at > at, C.due_at < ends[-1]).group_by(place)
    found = {int(number): int(many) for number, many in await connection.execute(query)}
    return [found.get(number, 0) for number in range(1, len(ends) + 1)]


async def uncalled(
    connection: AsyncConnection, since: datetime, until: datetime, zone: str
) -> Mapping[date, int]:
    """Rounds that ended because their days were over, and nobody had called, by the city's day."""
    day: ColumnElement[date] = func.date(func.timezone(zone, C.ended_at))
    query = select(day, func.count()).where(UNCALLED, C.ended_at >= since, C.ended_at < until).group_by(day)
    return {found: int(many) for found, many in await connection.execute(query)}


async def many_uncalled(connection: AsyncConnection, since: datetime) -> int:
    """The same since a moment, in one figure."""
    query = select(func.count()).where(UNCALLED, C.ended_at > since)
    return int(await connection.scalar(query) or 0)
