"""Reads: one whistle, and the queue. Nothing is locked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Text, any_, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.errors import UnknownWhistle
from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Whistle
from services.grid.store.tables import WHISTLE_CALLS, WHISTLES
from shared.kernel.ids import CaseId, UnitCode, WhistleId

_WHISTLE: TypeAdapter[Whistle] = TypeAdapter(Whistle)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is narrowed to. A whistle is of a unit that blew it or is called by it."""

    seen_by: Collection[UnitCode] | None
    """The asker's own unit and those below it; None for a desk that sees every whistle."""
    party: Collection[UnitCode] | None = None
    state: WhistleState | None = None
    call_state: CallState | None = None
    """How far a call has come: the filter unit's, else the asker's own."""
    case_id: CaseId | None = None


async def whistle(connection: AsyncConnection, whistle_id: WhistleId) -> Whistle:
    """One whistle as it stands. Raises `UnknownWhistle`."""
    row = (await connection.execute(select(WHISTLES).where(WHISTLES.c.whistle_id == whistle_id))).first()
    if row is None:
        raise UnknownWhistle(whistle_id)
    return _read(row._mapping)


async def queue(
    connection: AsyncConnection, wanted: Wanted, *, after: WhistleId | None, limit: int
) -> list[Whistle]:
    """Whistles, the newest first: ids are ordered by time, so they are the key of the paging too."""
    query = select(WHISTLES).where(*_conditions(wanted))
    if after is not None:
        query = query.where(WHISTLES.c.whistle_id < after)
    rows = await connection.execute(query.order_by(WHISTLES.c.whistle_id.desc()).limit(limit))
    return [_read(row._mapping) for row in rows]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for units in (wanted.seen_by, wanted.party):
        if units is not None:
            called = select(WHISTLE_CALLS.c.whistle_id).where(_among(WHISTLE_CALLS.c.unit, units))
            yield or_(_among(WHISTLES.c.blown_by, units), WHISTLES.c.whistle_id.in_(called))
    if wanted.state is not None:
        yield WHISTLES.c.state == wanted.state
    if wanted.case_id is not None:
        yield WHISTLES.c.case_id == wanted.case_id
    if wanted.call_state is not None:
        calls = select(WHISTLE_CALLS.c.whistle_id).where(WHISTLE_CALLS.c.state == wanted.call_state)
        whose = wanted.party if wanted.party is not None else wanted.seen_by
        yield WHISTLES.c.whistle_id.in_(
            calls if whose is None else calls.where(_among(WHISTLE_CALLS.c.unit, whose))
        )


def _among(column: Column[Any], units: Collection[UnitCode]) -> ColumnElement[bool]:
    """One array parameter: a district has hundreds of units."""
    return column == any_(cast(list(units), ARRAY(Text)))


def _read(row: Mapping[Any, Any]) -> Whistle:
    return _WHISTLE.validate_python(dict(row))
