"""Grid's routes."""

from fastapi import APIRouter

from services.grid.api import calls, incidents, whistles

ROUTES = APIRouter(prefix="/v1", tags=["grid"])
ROUTES.include_router(whistles.ROUTES)
ROUTES.include_router(calls.ROUTES)
ROUTES.include_router(incidents.ROUTES)
