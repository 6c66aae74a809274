"""Intake's routes, gathered."""

from fastapi import APIRouter

from services.intake.api import (
    api_keys,
    attachments,
    batches,
    cases,
    consulting,
    contact_readings,
    files,
    following,
    joining,
    knowledge,
    places,
)

ROUTES = APIRouter(prefix="/v1", tags=["intake"])
for _part in (cases, batches, places, following, joining, consulting, knowledge, contact_readings, api_keys):
    ROUTES.include_router(_part.ROUTES)
for _files in (attachments, files):
    ROUTES.include_router(_files.ROUTES)
