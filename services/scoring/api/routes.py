"""Scoring's routes. Reading changes nothing; exclusions, appeals and the close are decided here."""

from fastapi import APIRouter

from services.scoring.api import (
    departments,
    exclusions,
    exports,
    hotspots,
    judging,
    monthly,
    months,
    rates,
    topics,
)

ROUTES = APIRouter(prefix="/v1", tags=["scoring"])
for _part in (rates, departments, judging, exclusions, months, hotspots, topics, exports, monthly):
    ROUTES.include_router(_part.ROUTES)
