"""Scoring's routes. Reading changes nothing; exclusions, appeals and the close are decided here."""

from fastapi import APIRouter

from services.scoring.api import departments, exclusions, hotspots, judging, months, rates, topics

ROUTES = APIRouter(prefix="/v1", tags=["scoring"])
for _part in (rates, departments, judging, exclusions, months, hotspots, topics):
    ROUTES.include_router(_part.ROUTES)
