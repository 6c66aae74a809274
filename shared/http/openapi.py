"""The API's description: every operation says which problems it may answer with."""

from collections.abc import Iterator
from typing import Any

from shared.http.problems import MEDIA_TYPE

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. Further members belong to the reason.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "reason"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:jiesu:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A sentence somebody can act on."},
        "instance": {"type": "string", "description": "The path that was asked, without its query."},
        "reason": {"type": "string", "description": "For machines; stable."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
    "additionalProperties": True,
}

SENTENCES = {
    400: "The request cannot be read.",
    401: "Nobody we know.",
    403: "Known, but may not.",
    404: "No such thing, or not yours to see.",
    409: "Right in itself, but not in this state.",
    410: "Was there, is over.",
    412: "It changed since you saw it.",
    413: "More than is taken here.",
    415: "Not a kind of content that is taken here.",
    422: "What was said cannot be right; `errors` names where.",
    428: "Say which version you saw (If-Match).",
    429: "Slow down; see Retry-After.",
    500: "Something went wrong on our side.",
    503: "Not now; see Retry-After.",
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}}
OWN_ERRORS = "x-own-errors"
"""Set in an operation's `openapi_extra` when it speaks a foreign protocol and tells its errors itself."""
_METHODS = ("get", "put", "post", "delete", "patch")
_FASTAPI_OWN = ("HTTPValidationError", "ValidationError")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's document with our problems in place of its validation errors."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for operation in _operations(document):
        _describe(operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document.get("paths", {}).values():
        yield from (item[method] for method in _METHODS if method in item)


def _describe(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    if _is_fastapi_own(responses.get("422", {})):
        del responses["422"]
    if operation.pop(OWN_ERRORS, False):
        return
    for status in _statuses(operation):
        responses.setdefault(str(status), _problem(status))
    responses.setdefault("default", _problem(None))
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
        if parameter["name"] == "If-Match":
            parameter["required"] = True  # Its absence is 428 and not 422, so FastAPI sees it as optional.


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Headers and queries have no null: what is optional is left out."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def _is_fastapi_own(response: dict[str, Any]) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).endswith("/HTTPValidationError")


def _statuses(operation: dict[str, Any]) -> Iterator[int]:
    parameters = operation.get("parameters", ())
    yield from (400, 422, 429, 500, 503)
    if "security" in operation:
        yield from (401, 403)
    if any(parameter["in"] == "path" for parameter in parameters):
        yield from (404, 410)
    if "requestBody" in operation:
        yield from (409, 413, 415)
    if any(parameter["name"] == "If-Match" for parameter in parameters):
        yield from (409, 412, 428)


def _problem(status: int | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": SENTENCES.get(status or 0, "Any other problem."),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        found["headers"] = _RETRY
    elif status == 401:
        found["headers"] = _CHALLENGE
    return found
