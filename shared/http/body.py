"""The body is measured and looked through before anybody parses it: size, encoding, depth, unkeepable text.

Cheap by suspicion: bytes that cannot hide anything bad are only searched, not parsed.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from shared.http.problems import clean
from shared.http.refusals import BodyEncoded, BodyTooLarge, MalformedBody, MalformedText, TooDeep

MAX_DEPTH = 32
JSON_LIMIT = 1_000_000
ROOM_FOR_MULTIPART = 64_000
"""Boundaries and part headers around an upload of the largest size."""


class Overflow(HTTPException):
    """Raised inside `receive`: FastAPI lets only its own kind through unchanged while it reads."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.refusal = BodyTooLarge(limit)


def looks_like_json(content_type: str) -> bool:
    """Whether FastAPI would parse a body of this type as JSON."""
    essence = content_type.partition(";")[0].strip().lower()
    kind, _, subtype = essence.partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def refuse_by_length(length: str | None, limit: int) -> None:
    """Refuse what announces itself as too large, before a byte of it is read."""
    if length is not None and length.isdecimal() and int(length) > limit:
        raise BodyTooLarge(limit)


def refuse_encoded(encoding: str | None) -> None:
    """Refuse a packed body: nothing here unpacks one, and nobody may find out what it would become."""
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        raise BodyEncoded


def measured(receive: Receive, limit: int) -> Receive:
    """A `receive` that stops at the limit, however the body is sent."""
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise Overflow(limit)
        return message

    return counting


async def read_whole(receive: Receive) -> bytes | None:
    """All of the body, or None when the caller left."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body read before, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def inspect_json(body: bytes) -> None:
    """Raise the refusal of a JSON body that must not go further; silent about plain syntax errors."""
    if b"\x00" in body:
        raise MalformedBody("the body is not JSON in UTF-8")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise MalformedBody("the body is not JSON in UTF-8") from None
    if _is_suspicious(body):
        _look_through(body)


def _is_suspicious(body: bytes) -> bool:
    escapes = b"\\u0000" in body or b"\\ud" in body or b"\\uD" in body
    return escapes or body.count(b"[") + body.count(b"{") > MAX_DEPTH


def _look_through(body: bytes) -> None:
    try:
        parsed = json.loads(body)
    except RecursionError:
        raise TooDeep("body", limit=MAX_DEPTH) from None
    except ValueError:
        return  # The parser behind says the same with the problem document of a syntax error.
    stack: list[tuple[str, int, Any]] = [("", 0, parsed)]
    while stack:
        path, depth, value = stack.pop()
        if isinstance(value, str):
            if not is_keepable(value):
                raise MalformedText(clean(path) or "body")
        elif isinstance(value, dict | list):
            if depth >= MAX_DEPTH:
                raise TooDeep(clean(path) or "body", limit=MAX_DEPTH)
            stack.extend(_children(path, depth + 1, value))


def _children(path: str, depth: int, value: Any) -> Iterator[tuple[str, int, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        below = f"{path}.{name}" if path else str(name)
        if isinstance(name, str) and not is_keepable(name):
            raise MalformedText(clean(below))
        if isinstance(inner, str | dict | list):
            yield below, depth, inner


def is_keepable(text: str) -> bool:
    """Whether Postgres and UTF-8 can hold the text."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def inspect_address(scope: Scope) -> None:
    """Refuse a NUL in path or query, naming the parameter."""
    if "\x00" in scope["path"]:
        raise MalformedText("path")
    inspect_pairs(scope["query_string"])


def inspect_pairs(encoded: bytes) -> None:
    """Refuse a NUL in what is written as name=value&name=value."""
    if b"%00" not in encoded and b"\x00" not in encoded:
        return
    for name, value in parse_qsl(encoded.decode("latin-1"), keep_blank_values=True):
        if "\x00" in name or "\x00" in value:
            raise MalformedText(clean(name) or "query")
