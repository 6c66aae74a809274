"""One kind of app for every service: the door around it, problems for errors, a complete description."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from shared.events.envelope import Cause
from shared.http import openapi
from shared.http.auth import Auth
from shared.http.body import JSON_LIMIT
from shared.http.door import Door
from shared.http.health import Check, Info, health_routes
from shared.http.idempotency import Fingerprints
from shared.http.paging import Cursors
from shared.http.problems import Dialect, answer
from shared.http.quick import Quick, QuickWays
from shared.kernel.errors import Refusal
from shared.observability import metrics

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(
    title: str,
    version: str,
    routes: Sequence[APIRouter],
    *,
    service: str,
    auth: Auth,
    cursors: Cursors,
    fingerprints: Fingerprints,
    info: Callable[[], Info] | None = None,
    checks: Sequence[Check] = (),
    state: Mapping[str, Any] | None = None,
    dialects: Mapping[str, Dialect] | None = None,
    upload_limit: int = JSON_LIMIT,
    upload_paths: Collection[str] = (),
    lifespan: Lifespan | None = None,
    quick: Sequence[Quick] = (),
) -> FastAPI:
    """A service's app. `state` becomes `request.app.state.<name>`.

    `upload_limit` is for bodies not JSON, on `upload_paths` only if any are named; `dialects` are foreign
    protocols' errors, by the path they are spoken below.
    """
    app = FastAPI(
        title=title,
        version=version,
        docs_url=None,
        redoc_url=None,
        # Ours: see `_description_route`.
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        separate_input_output_schemas=False,
        lifespan=lifespan,
        # Ours is in the door; the framework's own would look for an SDK at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    known = {
        "auth": auth,
        "cursors": cursors,
        "fingerprints": fingerprints,
        "dialects": dialects or {},
        **(state or {}),
    }
    for name, value in known.items():
        setattr(app.state, name, value)
    for kind in (Refusal, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)
    tell = info or (lambda: Info(service=service, version=version))
    for one in (*routes, health_routes(tell, checks), _metrics_route(), _description_route(app)):
        app.include_router(one)
    if quick:
        app.add_middleware(QuickWays, ways=quick)
    app.add_middleware(
        Door,
        service=service,
        json_limit=JSON_LIMIT,
        upload_limit=upload_limit,
        upload_paths=frozenset(upload_paths),
    )
    _describe(app)
    return app


def operation_id(route: APIRoute) -> str:
    """The handler's own name, which is a verb of the trade."""
    return route.name


def request_cause(request: Request) -> Cause:
    """The cause the door gave this request."""
    cause: Cause = request.scope["state"]["cause"]
    return cause


def _metrics_route() -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics")
    async def scrape() -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return routes


def _description_route(app: FastAPI) -> APIRouter:
    """`/openapi.json`, made in a thread: to describe a service takes a second or two, in which nobody else
    would be answered, and anybody may ask.
    """
    routes = APIRouter(include_in_schema=False)

    @cache
    def written() -> bytes:
        return orjson.dumps(app.openapi())

    @routes.get("/openapi.json")
    async def describe() -> Response:
        return Response(await asyncio.to_thread(written), media_type="application/json")

    return routes


def _describe(app: FastAPI) -> None:
    """FastAPI's documented way: its own `openapi` is replaced on the instance."""
    plain = app.openapi
    described: dict[str, Any] = {}

    def whole() -> dict[str, Any]:
        if not described:
            described.update(openapi.complete(plain()))
        return described

    app.openapi = whole  # type: ignore[method-assign]
