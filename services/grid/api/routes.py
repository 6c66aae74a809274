"""Grid's routes."""

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
ROUTES.include_router(whistles.ROUTES)
ROUTES.include_router(calls.ROUTES)
ROUTES.include_router(whistle_statistics.ROUTES)
ROUTES.include_router(incidents.ROUTES)
ROUTES.include_router(deliberation.ROUTES)
ROUTES.include_router(deliberation_stages.ROUTES)
ROUTES.include_router(foundations.ROUTES)
ROUTES.include_router(conferences.ROUTES)
ROUTES.include_router(micro_projects.ROUTES)
ROUTES.include_router(terminals.ROUTES)
ROUTES.include_router(sync.ROUTES)
ROUTES.include_router(tasks.ROUTES)
ROUTES.include_router(photos.ROUTES)
ROUTES.include_router(rounds.ROUTES)
