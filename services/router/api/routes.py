"""Router's routes, gathered."""

from fastapi import APIRouter

from services.router.api.bulk import BULK
from services.router.api.cases import CASES
from services.router.api.contacts import CONTACTS
from services.router.api.directory import DIRECTORY
from services.router.api.figures import FIGURES
from services.router.api.orders import ORDERS
from services.router.api.overseeing import OVERSEEING
from services.router.api.responsibilities import RESPONSIBILITIES
from services.router.api.searching import SEARCHING

ROUTES = APIRouter(prefix="/v1", tags=["router"])
for _part in (ORDERS, OVERSEEING, CONTACTS, BULK, CASES, SEARCHING, FIGURES, DIRECTORY, RESPONSIBILITIES):
    ROUTES.include_router(_part)
