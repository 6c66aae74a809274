"""RFC 9457: every error is a problem document, and which status a refusal has is decided here only."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from shared.http.refusals import BodyTypeUnknown, Busy, MalformedBody
from shared.http.wire import PLAINLY
from shared.kernel.errors import (
    Conflict,
    Gone,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unconditional,
    UnsupportedType,
)
from shared.store.busy import is_busy

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:jiesu:problem:"
CHALLENGE = 'Bearer realm="jiesu"'

STATUSES: Mapping[type[Refusal], int] = {
    MalformedBody: 400,
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Stale: 412,
    TooLarge: 413,
    UnsupportedType: 415,
    Invalid: 422,
    Unconditional: 428,
    TooMany: 429,
    Unavailable: 503,
}
"""The kinds of refusal. A refusal has the status of the nearest kind above it."""

_PLAINLY = {f"String should match pattern '{pattern}'": said for pattern, said in PLAINLY.items()}
"""What pydantic says of a pattern, told to people."""
PATH_SAFE = "/:@!$&'()*+,;=~"
RESERVED = frozenset({"type", "title", "status", "detail", "instance", "reason"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem document and the headers that go with it."""

    status: int
    reason: str
    detail: str
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, path: str) -> dict[str, object]:
        """The members in RFC 9457's order, then ours."""
        return {
            "type": TYPE_BASE + self.reason,
            "title": self.reason.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "instance": quote(path, safe=PATH_SAFE),
            "reason": self.reason,
            **{name: value for name, value in self.extra.items() if name not in RESERVED},
        }

    def response(self, path: str) -> Response:
        """The answer. `path` is without the query: what was searched for is nobody else's business."""
        content = orjson.dumps(self.document(path), default=str, option=orjson.OPT_NON_STR_KEYS)
        return Response(content, self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)


Dialect = Callable[[Problem, str], Response]
"""How a foreign protocol, spoken below one path, writes its errors: the problem and the request's path."""


def response_to(scope: Scope, problem: Problem) -> Response:
    """The answer in the protocol that is spoken at this address: ours, or the dialect the app has for it."""
    path: str = scope["path"]
    dialects: Mapping[str, Dialect] = getattr(scope["app"].state, "dialects", {}) if "app" in scope else {}
    for prefix, write in dialects.items():
        if path.startswith(prefix):
            return write(problem, path)
    return problem.response(path)


def status_of(kind: type[Refusal]) -> int:
    """The status of a refusal's class. Raises `KeyError` for a refusal of no kind, which is a bug."""
    for ancestor in kind.__mro__:
        if ancestor in STATUSES:
            return STATUSES[ancestor]
    raise KeyError(kind.__name__)


def problem_of(error: Exception) -> Problem | None:
    """The problem an error is, or None when it is a bug of ours."""
    if isinstance(error, Refusal):
        return _of_refusal(error)
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    return _of_refusal(Busy()) if is_busy(error) else None


def bug() -> Problem:
    """What the caller learns of a bug: nothing."""
    return Problem(500, "internal_error", "something went wrong on our side; it has been written down")


async def answer(request: Request, error: Exception) -> Response:
    """The exception handler for everything that is no bug."""
    return response_to(request.scope, problem_of(error) or bug())


def _of_refusal(refusal: Refusal) -> Problem:
    status = status_of(type(refusal))
    extra: dict[str, object] = dict(refusal.data)
    named = getattr(refusal, "field", None)
    if named is not None:
        extra["errors"] = [{"field": named, "message": refusal.message}]
    return Problem(status, refusal.reason, refusal.message, extra, _headers_of(refusal, status))


def _headers_of(refusal: Refusal, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = CHALLENGE
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    accepted = getattr(refusal, "accept_encoding", None)
    if accepted is not None:
        headers["Accept-Encoding"] = accepted
    return headers


def _of_validation(error: RequestValidationError) -> Problem:
    found: Sequence[Any] = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _of_refusal(MalformedBody("the body is not JSON"))
    if isinstance(error.body, bytes) and any(tuple(one["loc"]) == ("body",) for one in found):
        return _of_refusal(BodyTypeUnknown())
    # Only where and what: the value itself might be what nobody should read.
    errors = [{"field": field_name(one["loc"]), "message": _plainly(str(one["msg"]))} for one in found]
    first = errors[0] if errors else {"field": "body", "message": "is not valid"}
    return Problem(422, "invalid", f"{first['field']}: {first['message']}", {"errors": errors})


def _plainly(message: str) -> str:
    return _PLAINLY.get(message, message)


def field_name(loc: Sequence[object]) -> str:
    """A place in a request as a person writes it: contact.phone, cases.3.text, or a parameter's name."""
    parts = [str(part) for part in loc]
    if len(parts) > 1 and parts[0] in ("body", "query", "path", "header", "cookie"):
        parts = parts[1:]
    return clean(".".join(parts) or "body")


def clean(name: str) -> str:
    """A field's name fit for an answer: the sender may have chosen it, so it is cut and made printable."""
    return re.sub(r"[^\w.\-\[\]]", "?", name, flags=re.ASCII)[:200]


def _of_http(error: HTTPException) -> Problem:
    carried = getattr(error, "refusal", None)
    if isinstance(carried, Refusal):
        return _of_refusal(carried)
    try:
        phrase = HTTPStatus(error.status_code).phrase
    except ValueError:
        phrase = "Error"
    reason = re.sub(r"[^a-z]+", "_", phrase.lower())
    return Problem(error.status_code, reason, phrase.lower(), {}, dict(error.headers or {}))
