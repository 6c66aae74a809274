"""Router's routes, gathered."""

from fastapi import APIRouter

from services.router.api import (
    bulk,
    cases,
    contacts,
    directory,
    figures,
    orders,
    overseeing,
    responsibilities,
    searching,
)

ROUTES = APIRouter(prefix="/v1", tags=["router"])
for _part in (orders, overseeing, contacts, bulk, cases, searching, figures, directory, responsibilities):
    ROUTES.include_router(_part.ROUTES)
