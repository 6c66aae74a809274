"""Intake's routes, gathered."""

from fastapi import APIRouter

from services.intake.api import (
    api_keys,
    attachments,
    batches,
    cases,
    consulting,
    contact_readings,
    erasing,
    files,
    following,
    joining,
    knowledge,
    lookups,
    places,
)

ROUTES = APIRouter(prefix="/v1", tags=["intake"])
for _part in (cases, batches, places, following, joining, consulting, knowledge, contact_readings):
    ROUTES.include_router(_part.ROUTES)
for _part in (lookups, erasing, api_keys, attachments, files):
    ROUTES.include_router(_part.ROUTES)
