"""Grid's routes, gathered."""

from fastapi import APIRouter

from services.grid.api import (
    calls,
    conferences,
    deliberation,
    deliberation_stages,
    foundations,
    incidents,
    micro_projects,
    photos,
    rounds,
    sync,
    tasks,
    terminals,
    whistle_statistics,
    whistles,
)

ROUTES = APIRouter(prefix="/v1", tags=["grid"])
for _part in (
    whistles,
    calls,
    whistle_statistics,
    incidents,
    deliberation,
    deliberation_stages,
    foundations,
    conferences,
    micro_projects,
    terminals,
    sync,
    tasks,
    photos,
    rounds,
):
    ROUTES.include_router(_part.ROUTES)
