"""未诉先办: the hot spots, with the figures they rest on."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query

from services.scoring.api import schemas_proactive as schemas
from services.scoring.api.reading import Asking, Question
from services.scoring.domain.hotspot import Hotspot
from services.scoring.store import alarms
from services.scoring.store.alarms import Place
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import HotspotId

ROUTES = APIRouter()


@ROUTES.get("/hotspots")
async def list_hotspots(
    asking: Asking,
    paging: Asked,
    within: Annotated[Text | None, Query(max_length=40, description="A unit: in it or below it.")] = None,
    category: Annotated[Text | None, Query(max_length=60)] = None,
) -> Page[schemas.HotspotView]:
    """热点, newest first. Every unit sees them all; the cases behind one only whoever sees its unit."""
    rows = await alarms.hotspots(
        asking.connection,
        units=None if within is None else asking.within(within),
        category=category,
        after=cast(Place, paging.after) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(
        rows,
        position=lambda row: (row.detected_at, row.hotspot_id),
        item=lambda row: _view(row, asking),
    )


@ROUTES.get("/hotspots/{hotspot_id}")
async def open_hotspot(asking: Asking, hotspot_id: UUID) -> schemas.HotspotView:
    """One hot spot."""
    return _view(await alarms.hotspot(asking.connection, HotspotId(hotspot_id)), asking)


def _view(hotspot: Hotspot, asking: Question) -> schemas.HotspotView:
    excess, city = hotspot.excess, asking.city
    category = city.categories.by_code.get(hotspot.category)
    sees = asking.sees([hotspot.unit])
    return schemas.HotspotView(
        hotspot_id=hotspot.hotspot_id,
        unit=hotspot.unit,
        name=city.units.name_of(hotspot.unit),
        level=excess.level,
        category=hotspot.category,
        zh=category.zh if category else hotspot.category,
        en=category.en if category else hotspot.category,
        day=hotspot.day,
        last_day=hotspot.last_day,
        detected_at=hotspot.detected_at,
        days=excess.days,
        cases=excess.cases,
        expected=round(excess.expected, 2),
        p_value=excess.p_value,
        q_value=excess.q_value,
        looked_at=hotspot.looked_at,
        because=schemas.BecauseView(
            level_per_day=round(excess.level_per_day, 4),
            season=round(excess.season, 3),
            tide=round(excess.tide, 3),
            dispersion=round(excess.dispersion, 3),
        ),
        policy_version=hotspot.policy_version,
        case_ids=list(hotspot.case_ids) if sees else None,
        work_case_id=hotspot.work_case_id if sees else None,
    )
