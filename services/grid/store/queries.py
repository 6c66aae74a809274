"""Reads: one whistle, and the queue. Nothing is locked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Select, Text, any_, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Whistle
from services.grid.store.tables import WHISTLE_CALLS, WHISTLES
from shared.kernel.ids import CaseId, UnitCode, WhistleId

_WHISTLE: TypeAdapter[Whistle] = TypeAdapter(Whistle)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is narrowed to. `units` None: every unit's."""

    units: Collection[UnitCode] | None
    state: WhistleState | None = None
    call_state: CallState | None = None
    case_id: CaseId | None = None


async def whistle(connection: AsyncConnection, whistle_id: WhistleId) -> Whistle | None:
    """One whistle as it stands."""
    row = (await connection.execute(select(WHISTLES).where(WHISTLES.c.whistle_id == whistle_id))).first()
    return None if row is None else _read(row._mapping)


async def queue(
    connection: AsyncConnection, wanted: Wanted, *, after: WhistleId | None, limit: int
) -> list[Whistle]:
    """Whistles, the newest first: ids are ordered by time, so they are the key of the paging too."""
    query = _narrowed(select(WHISTLES), wanted)
    if after is not None:
        query = query.where(WHISTLES.c.whistle_id < after)
    rows = await connection.execute(query.order_by(WHISTLES.c.whistle_id.desc()).limit(limit))
    return [_read(row._mapping) for row in rows]


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    calls = select(WHISTLE_CALLS.c.whistle_id)
    if wanted.state is not None:
        query = query.where(WHISTLES.c.state == wanted.state)
    if wanted.case_id is not None:
        query = query.where(WHISTLES.c.case_id == wanted.case_id)
    if wanted.units is not None:
        called = calls.where(_among(WHISTLE_CALLS.c.unit, wanted.units))
        mine = _among(WHISTLES.c.blown_by, wanted.units)
        query = query.where(or_(mine, WHISTLES.c.whistle_id.in_(called)))
    if wanted.call_state is not None:
        standing = calls.where(WHISTLE_CALLS.c.state == wanted.call_state)
        if wanted.units is not None:
            standing = standing.where(_among(WHISTLE_CALLS.c.unit, wanted.units))
        query = query.where(WHISTLES.c.whistle_id.in_(standing))
    return query


def _among(column: Column[Any], units: Collection[UnitCode]) -> ColumnElement[bool]:
    """One array parameter: a district has hundreds of units."""
    return column == any_(cast(list(units), ARRAY(Text)))


def _read(row: Mapping[Any, Any]) -> Whistle:
    return _WHISTLE.validate_python(dict(row))
