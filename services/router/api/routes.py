"""Router's routes, gathered."""

from fastapi import APIRouter

from services.router.api.cases import CASES
from services.router.api.directory import DIRECTORY
from services.router.api.orders import ORDERS

ROUTES = APIRouter(prefix="/v1", tags=["router"])
for _part in (ORDERS, CASES, DIRECTORY):
    ROUTES.include_router(_part)
