"""The quick way to a hot route: its own function, reached without FastAPI's handling, which costs the most.

Only what is sure goes this way: JSON that the route's model reads at once. Everything else goes on to the
route itself, so that whatever is wrong with a body is told by the route, in its words. Caller, rights,
Idempotency-Key, limits and problems are the same functions on both ways; the description is the route's.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.auth import Allowance, identify
from shared.http.body import replayed
from shared.http.callers import Caller
from shared.http.idempotency import Once, once_of

Answering = Callable[[Request, Any, Caller, Once], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Quick:
    """One hot route: a POST of JSON to a path without parameters."""

    path: str
    body: type[BaseModel]
    may: Allowance
    answer: Answering
    """The function the route calls as well."""


class QuickWays:
    """The layer before the app that knows the hot routes."""

    def __init__(self, app: ASGIApp, ways: Sequence[Quick]) -> None:
        self.app = app
        self._ways = {way.path: way for way in ways}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._ways.get(scope["path"]) if scope["type"] == "http" else None
        if way is None or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        wish = _read(way.body, body, request.headers.get("content-type"))
        if wish is None:
            await self.app(scope, replayed(body, receive), send)
            return
        scope["route"] = way
        response = await _answered(way, request, wish)
        await response(scope, receive, send)


async def _answered(way: Quick, request: Request, wish: BaseModel) -> Response:
    caller = await identify(request)
    allowed = way.may.check(caller)
    once = await once_of(request, caller, request.headers.get("idempotency-key"))
    return await way.answer(request, wish, allowed, once)


def _read(model: type[BaseModel], body: bytes, kind: str | None) -> BaseModel | None:
    """The body, or None for anything that is not plainly right."""
    if kind is None or kind.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return None
