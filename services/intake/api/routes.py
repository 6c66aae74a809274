"""Intake's routes, gathered."""

from fastapi import APIRouter

from services.intake.api import cases, contact_readings, following, joining

ROUTES = APIRouter(prefix="/v1", tags=["intake"])
for _part in (cases, following, joining, contact_readings):
    ROUTES.include_router(_part.ROUTES)
