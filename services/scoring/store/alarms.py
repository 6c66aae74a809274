"""Reading hot spots, newest first."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.errors import UnknownHotspot
from services.scoring.domain.hotspot import Hotspot
from services.scoring.domain.policy.comparing import Span
from services.scoring.store import tables
from shared.kernel.ids import HotspotId
from shared.store.shape import Shape

H = tables.HOTSPOTS.c
SHAPE = Shape(Hotspot, tables.HOTSPOTS)
Place = tuple[datetime, UUID]
"""Where a page ended."""


async def hotspots(
    connection: AsyncConnection,
    *,
    units: Collection[str] | None,
    category: str | None,
    after: Place | None,
    limit: int,
) -> Sequence[Hotspot]:
    """Hot spots; only in these units, if any are named."""
    page = select(tables.HOTSPOTS)
    if units is not None:
        page = page.where(H.unit.in_(units))
    if category is not None:
        page = page.where(H.category == category)
    if after is not None:
        page = page.where(tuple_(H.detected_at, H.hotspot_id) < after)
    found = await connection.execute(page.order_by(H.detected_at.desc(), H.hotspot_id.desc()).limit(limit))
    return [SHAPE.from_row(row) for row in found.mappings()]


async def hotspot(connection: AsyncConnection, key: HotspotId) -> Hotspot:
    """One hot spot. Raises `UnknownHotspot`."""
    found = await connection.execute(select(tables.HOTSPOTS).where(H.hotspot_id == key))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownHotspot(key)
    return SHAPE.from_row(row)


async def looked(connection: AsyncConnection) -> date | None:
    """The last day that was looked at."""
    found: date | None = await connection.scalar(select(func.max(tables.HOTSPOT_DAYS.c.day)))
    return found


async def between(connection: AsyncConnection, span: Span, limit: int) -> Sequence[Hotspot]:
    """The hot spots of some days, those with most requests first."""
    cases = H.excess["cases"].as_integer()
    asked = select(tables.HOTSPOTS).where(H.day >= span.first, H.day <= span.last)
    found = await connection.execute(asked.order_by(cases.desc(), H.hotspot_id).limit(limit))
    return [SHAPE.from_row(row) for row in found.mappings()]
