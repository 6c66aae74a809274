"""Router's routes, gathered."""

from fastapi import APIRouter

from services.router.api.cases import CASES
from services.router.api.directory import DIRECTORY
from services.router.api.orders import ORDERS
from services.router.api.responsibilities import RESPONSIBILITIES

ROUTES = APIRouter(prefix="/v1", tags=["router"])
for _part in (ORDERS, CASES, DIRECTORY, RESPONSIBILITIES):
    ROUTES.include_router(_part)
