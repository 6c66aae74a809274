"""The door: what happens to every request before and after its route, in one pure ASGI layer.

It gives the request its cause, refuses bodies nobody should read, turns what escapes into a problem,
and writes one line and two metrics. The line has the route's template, never path, query or body.
"""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from shared.events.envelope import Cause
from shared.http import body as bodies
from shared.http.problems import Problem, bug, problem_of, response_to
from shared.kernel.ids import new_id
from shared.observability.logging import logger
from shared.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from shared.observability.redaction import PHONE, told
from shared.observability.tracing import continued

LOG = logger("jiesu.http")
CORRELATION = "X-Correlation-Id"
UNMATCHED = "unmatched"
QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
FILES = ("multipart/", "image/", "audio/", "video/", "application/octet-stream")
"""Bodies that pass the door unread, measured on their way: a route reads them piece by piece."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""Set where the route set none: a page names its own policy."""

_CORRELATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


@dataclass(slots=True)
class _Knock:
    """One request on its way through the door."""

    scope: Scope
    send: Send
    cause: Cause
    started_at: float
    status: int = 0
    began: bool = field(default=False)

    async def answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began = True
            message["headers"] = headers = list(message.get("headers", ()))
            self._add_headers(headers)
        await self.send(message)

    def _add_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        given = {name.lower() for name, _ in headers}
        headers += [pair for pair in SECURITY_HEADERS if pair[0] not in given]
        quota = self.scope["state"].get("quota")
        if quota is not None:
            headers += quota.headers()
        headers += (
            (b"x-request-id", self.cause.causation_id.encode()),
            (b"x-correlation-id", self.cause.correlation_id.encode()),
            (b"traceparent", (self.cause.traceparent or "").encode()),
        )


class Door:
    """The layer around an app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        json_limit: int,
        upload_limit: int,
        upload_paths: Collection[str] = (),
    ) -> None:
        self.app = app
        self.service = service
        self.json_limit = json_limit
        self.upload_limit = upload_limit
        self.upload_paths = upload_paths
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._log: FilteringBoundLogger | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cause = cause_of(Headers(scope=scope))
        scope.setdefault("state", {})["cause"] = cause
        knock = _Knock(scope, send, cause, time.perf_counter())
        with structlog.contextvars.bound_contextvars(
            request_id=cause.causation_id, correlation_id=cause.correlation_id
        ):
            try:
                await self._pass_on(knock, receive)
            finally:
                self._write_down(knock)

    async def _pass_on(self, knock: _Knock, receive: Receive) -> None:
        try:
            receive = await self._inspected(knock.scope, receive)
            await self.app(knock.scope, receive, knock.answer)
        except Exception as error:
            if knock.began:
                LOG.error("answer_broken_off", exception=told(error))
                raise
            if isinstance(error, ClientDisconnect):
                # Nobody is there to be answered, and no bug: written down as 499.
                return
            await response_to(knock.scope, _problem(error))(knock.scope, receive, knock.answer)

    async def _inspected(self, scope: Scope, receive: Receive) -> Receive:
        bodies.inspect_address(scope)
        headers = Headers(scope=scope)
        length = headers.get("content-length")
        if length in (None, "0") and "transfer-encoding" not in headers:
            return receive
        bodies.refuse_encoded(headers.get("content-encoding"))
        kind = headers.get("content-type", "")
        is_upload = kind.lower().startswith(FILES) and self._takes_files(scope["path"])
        limit = self.upload_limit if is_upload else self.json_limit
        bodies.refuse_by_length(length, limit)
        receive = bodies.measured(receive, limit)
        return receive if is_upload else await _looked_through(kind, receive)

    def _takes_files(self, path: str) -> bool:
        """A route that is for JSON would read a file of any type whole, only to refuse it."""
        return not self.upload_paths or path in self.upload_paths

    def _write_down(self, knock: _Knock) -> None:
        took = time.perf_counter() - knock.started_at
        method, route = _method(knock.scope), route_of(knock.scope)
        counted, timed = self._meters(method, route, knock.status or 499)
        counted.inc()
        timed.observe(took)
        if route not in QUIET:
            self._line().info(
                "request",
                method=method,
                route=route,
                status=knock.status or 499,
                milliseconds=round(took * 1000, 1),
            )

    def _line(self) -> FilteringBoundLogger:
        """The logger as it is configured, put together once: that costs as much as the line itself."""
        if self._log is None and structlog.is_configured():
            self._log = LOG.bind()
        return self._log or LOG

    def _meters(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The two series, looked up once: few templates, few methods, few statuses."""
        key = (method, route, status)
        if key not in self._series:
            counted = HTTP_REQUESTS.labels(self.service, method, route, status)
            self._series[key] = counted, HTTP_SECONDS.labels(self.service, method, route)
        return self._series[key]


def cause_of(headers: Headers) -> Cause:
    """The cause of what a request leads to: the request itself, in the caller's chain if it names one."""
    request_id = str(new_id())
    named = headers.get(CORRELATION, "")
    correlation_id = named if _is_correlation(named) else request_id
    return Cause(request_id, correlation_id, str(continued(headers.get("traceparent"))))


def _is_correlation(text: str) -> bool:
    """A chain's name travels on the bus, so nobody may smuggle a phone number into it."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return _CORRELATION.fullmatch(text) is not None and PHONE.search(text) is None


def route_of(scope: Scope) -> str:
    """The template of the route that answered."""
    # An included router's prefix is only in FastAPI's own context, not in the route Starlette names.
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    template = getattr(found, "path", None)
    return template if isinstance(template, str) and template else UNMATCHED


def _method(scope: Scope) -> str:
    """The method, or OTHER: a caller could otherwise make as many series as he likes."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "OTHER"


async def _looked_through(kind: str, receive: Receive) -> Receive:
    body = await bodies.read_whole(receive)
    if body is None:
        raise ClientDisconnect
    if bodies.looks_like_json(kind):
        bodies.inspect_json(body)
    elif kind.lower().startswith("application/x-www-form-urlencoded"):
        bodies.inspect_pairs(body)
    return bodies.replayed(body, receive)


def _problem(error: Exception) -> Problem:
    found = problem_of(error)
    if found is None:
        LOG.error("bug", exception=told(error))
        return bug()
    if found.status >= 500:
        LOG.warning("unavailable", reason=found.reason, error=type(error).__name__)
    return found
