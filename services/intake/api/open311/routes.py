"""GeoReport v2's six methods and the discovery that leads to them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response

from services.intake import handlers
from services.intake.api.cases import Equipped, OpenWork
from services.intake.api.open311 import description as told
from services.intake.api.open311 import media, views
from services.intake.api.open311.door import Visiting, Visitor, the_client
from services.intake.api.open311.forms import Form, read_form
from services.intake.api.open311.questions import MOST_REQUESTS, list_asked
from services.intake.api.open311.speech import MEDIA_TYPES, content_type, spelled
from services.intake.api.open311.wishes import is_kept, the_wish
from services.intake.api.sentences import catalogue
from services.intake.domain import policy
from services.intake.domain.codes import read_tracking_number
from services.intake.domain.open311.errors import NoSuchRequest, NoSuchService
from services.intake.domain.open311.request import RequestService
from services.intake.settings import IntakeSettings
from services.intake.store import IntakeWork
from services.intake.store.public_requests import ShownRequest, listed, numbered
from shared.http.callers import Caller
from shared.http.door import route_of
from shared.http.idempotency import IdempotencyKey, Once, fingerprints_of, read_key
from shared.http.knock import Opening, Reading
from shared.http.wire import Text
from shared.kernel.errors import Refusal
from shared.service import Flat

BASE = "/open311"
VERSION = "/v2"
POSTS = tuple(f"{BASE}{VERSION}/requests.{extension}" for extension in MEDIA_TYPES)
"""Where requests come in, with their files."""
ROUTES = APIRouter(prefix=BASE, tags=["open311"], responses=told.ERRORS)
Id = Annotated[Text, told.IN_PATH]


@ROUTES.get("/discovery.{extension}", openapi_extra=told.DISCOVERY, response_class=Response)
@ROUTES.get(
    f"{VERSION}/discovery.{{extension}}",
    openapi_extra=told.DISCOVERY,
    response_class=Response,
    name="discover_v2",
)
async def discover(request: Request, visitor: Visiting) -> Response:
    """Which endpoints there are, and when what they offer changed last."""
    settings = cast(IntakeSettings, request.app.state.flat.settings)
    base = str(settings.public_url or request.base_url).rstrip("/")
    shown = views.discovery(visitor.city.open311, f"{base}{BASE}{VERSION}", visitor.language)
    return visitor.answer("discovery", shown)


@ROUTES.get(f"{VERSION}/services.{{extension}}", openapi_extra=told.SERVICES, response_class=Response)
async def list_services(visitor: Visiting) -> Response:
    """What may be reported."""
    offered = visitor.city.open311
    shown = [views.service(one, offered, visitor.language) for one in offered.services.values()]
    return visitor.answer("services", shown)


@ROUTES.get(
    f"{VERSION}/services/{{service_code}}.{{extension}}",
    openapi_extra=told.DEFINITION,
    response_class=Response,
)
async def define_service(service_code: Id, visitor: Visiting) -> Response:
    """What a service asks of whoever reports."""
    found = visitor.city.open311.services.get(service_code)
    if found is None:
        raise NoSuchService
    return visitor.answer("service_definition", views.definition(found, visitor.language))


@ROUTES.post(f"{VERSION}/requests.{{extension}}", openapi_extra=told.POSTING, response_class=Response)
async def request_service(
    request: Request,
    visitor: Visiting,
    open_work: OpenWork,
    equipped: Equipped,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """受理: take a request; its number is the tracking number, and there is no access code here."""
    key = read_key(idempotency_key)
    async with read_form(request) as form:
        client = await the_client(request, form)
        # Whatever can be refused is, before a file of it is stored.
        wish = _examined(form, visitor, client)
        if isinstance(wish, Refusal) and key is None:
            raise wish
        async with media.weighed(form.files) as files:
            said = form.said_with([file.sha256 for file in files])
            known = fingerprints_of(request)
            fingerprint = known.of_said(request, said)
            once = Once(known.caller(client), key, fingerprint, route_of(request.scope))
            if isinstance(wish, Refusal):
                return await _told_before(once, open_work, refusal=wish)
            async with media.stored(files, equipped.objects, open_work, by=wish.by) as uploads:
                return await _taken(replace(wish, attachments=uploads), form, visitor, open_work, once)


def _examined(form: Form, visitor: Visitor, client: Caller) -> RequestService | Refusal:
    """The command, or why it cannot be taken today: it may have been taken before."""
    try:
        wish = the_wish(form, visitor.city.open311, by=client.subject)
        policy.examine(wish.register(), visitor.city)
    except Refusal as refusal:
        return refusal
    return wish


async def _told_before(once: Once, open_work: Opening[IntakeWork], *, refusal: Refusal) -> Response:
    """The answer of the first time, which the city's later changes do not touch; else the refusal."""
    async with open_work() as work:
        kept = await once.told_before(work.connection)
    if kept is None:
        raise refusal
    return kept


async def _taken(
    wish: RequestService, form: Form, visitor: Visitor, open_work: Opening[IntakeWork], once: Once
) -> Response:
    async with open_work() as work:

        async def receipt() -> bytes:
            taken = await handlers.request_service(work, wish)
            shown = _receipt(taken.case.tracking_number, form, visitor)
            return spelled("service_requests", [shown], visitor.form)

        return await once(work, status=200, answer=receipt, headers=_headers(visitor))


@ROUTES.get(f"{VERSION}/requests.{{extension}}", openapi_extra=told.LISTING, response_class=Response)
async def list_requests(request: Request, visitor: Visiting) -> Response:
    """Requests of Open311, the newest first; `service_request_id` overrides all other filters."""
    flat: Flat = request.app.state.flat
    asked = list_asked(request.query_params, at=flat.clock.now())
    async with flat.store.read() as connection:
        if asked.numbers is not None:
            found = await numbered(connection, asked.numbers, limit=MOST_REQUESTS)
        else:
            found = await listed(connection, asked.question, offset=asked.offset, limit=asked.page_size)
    # A thousand requests as XML take a tenth of a second, in which everybody else would wait.
    return await asyncio.to_thread(_listed, found, visitor)


def _listed(found: Sequence[ShownRequest], visitor: Visitor) -> Response:
    return visitor.answer("service_requests", views.requests(found, visitor.city, visitor.language))


@ROUTES.get(
    f"{VERSION}/requests/{{service_request_id}}.{{extension}}",
    openapi_extra=told.REQUEST,
    response_class=Response,
)
async def show_request(service_request_id: Id, visitor: Visiting, connection: Reading) -> Response:
    """Where one request stands."""
    found = await _found(service_request_id, "service_request_id", connection)
    return visitor.answer("service_requests", views.requests([found], visitor.city, visitor.language))


@ROUTES.get(f"{VERSION}/tokens/{{token}}.{{extension}}", openapi_extra=told.TOKEN, response_class=Response)
async def resolve_token(token: Id, visitor: Visiting, connection: Reading) -> Response:
    """The request of a token. Requests are numbered at once, so a request's number is its own token."""
    found = await _found(token, "token", connection)
    shown = {"service_request_id": found.tracking_number, "token": token}
    return visitor.answer("service_requests", [shown])


async def _found(written: str, called: str, connection: Reading) -> ShownRequest:
    number = read_tracking_number(written)
    found = await numbered(connection, [number], limit=1) if number else ()
    if not found:
        raise NoSuchRequest(called)
    return found[0]


def _receipt(number: str, form: Form, visitor: Visitor) -> dict[str, object]:
    """The account is not kept, so it is not given back either."""
    notice, url = visitor.city.open311.notice.of(visitor.language), form.said("media_url")
    if url is not None and not is_kept(url):
        notice += f" {catalogue(visitor.language).word('media_url_not_kept')}"
    return {"service_request_id": number, "service_notice": notice, "account_id": None}


def _headers(visitor: Visitor) -> dict[str, str]:
    return {"Content-Type": content_type(visitor.form), "Content-Language": visitor.language}
