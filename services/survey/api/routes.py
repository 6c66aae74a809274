"""Survey's routes, gathered; `PAGES` are for browsers and stand outside the API."""

from fastapi import APIRouter

from services.survey.api import callbacks, citizens, figures, messages, outbox, pages, readings, webhooks

ROUTES = APIRouter(prefix="/v1", tags=["survey"])
for _part in (callbacks, citizens, messages, webhooks, figures, readings):
    ROUTES.include_router(_part.ROUTES)

PAGES = APIRouter(include_in_schema=False)
for _page in (pages, outbox):
    PAGES.include_router(_page.ROUTES)
