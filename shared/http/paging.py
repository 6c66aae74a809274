"""Keyset paging: an opaque, signed cursor says after which row the next page begins, for one query only."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from pydantic import Field

from shared.http.refusals import MalformedCursor
from shared.http.wire import Wire

T = TypeVar("T")
Row = TypeVar("Row")

Key = str | int | bool | None | datetime | UUID
Position = tuple[Key, ...]
"""The sort key of the last row seen."""

_SIGNATURE = 16
_MAX_LENGTH = 1024


class Page(Wire, Generic[T]):
    """One page of a list."""

    items: list[T] = Field(description="In the list's order.")
    next: str | None = Field(None, description="Send it as `cursor` for what follows; null on the last page.")


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads cursors. Every replica of a service has the same secret."""

    secret: bytes

    def write(self, position: Position, *, query: bytes) -> str:
        """The cursor after a row of a query."""
        payload = orjson.dumps([_packed(key) for key in position])
        return base64.urlsafe_b64encode(self._sign(payload, query) + payload).rstrip(b"=").decode()

    def read(self, cursor: str, *, query: bytes) -> Position:
        """The position in it. Raises `MalformedCursor` when it is not ours or of another query."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise MalformedCursor from None
        signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(payload, query)):
            raise MalformedCursor
        return tuple(_unpacked(key) for key in orjson.loads(payload))

    def _sign(self, payload: bytes, query: bytes) -> bytes:
        bound = hashlib.sha256(query).digest() + payload
        return hmac.digest(self.secret, bound, "sha256")[:_SIGNATURE]


@dataclass(frozen=True, slots=True)
class Paging:
    """What was asked: how many, and after which row."""

    limit: int
    after: Position | None
    query: bytes
    cursors: Cursors

    @property
    def fetch(self) -> int:
        """One more than asked, to know whether a next page exists."""
        return self.limit + 1

    def page(
        self, rows: Sequence[Row], *, position: Callable[[Row], Position], item: Callable[[Row], T]
    ) -> Page[T]:
        """The page of what was fetched."""
        shown = rows[: self.limit]
        following = None
        if len(rows) > self.limit:
            following = self.cursors.write(position(shown[-1]), query=self.query)
        return Page(items=[item(row) for row in shown], next=following)


async def asked(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=_MAX_LENGTH, description="`next` of the page before.")
    ] = None,
) -> Paging:
    """The dependency: limit and cursor, bound to this path and its other parameters."""
    cursors: Cursors = request.app.state.cursors
    query = _query_of(request)
    after = None if cursor is None else cursors.read(cursor, query=query)
    return Paging(limit, after, query, cursors)


Asked = Annotated[Paging, Depends(asked)]


def _query_of(request: Request) -> bytes:
    """Path and filters: a cursor holds a place in this list and in no other."""
    filters = sorted((n, v) for n, v in request.query_params.multi_items() if n not in ("limit", "cursor"))
    return f"{request.url.path}?{urlencode(filters)}".encode()


def _packed(key: Key) -> Any:
    if isinstance(key, datetime):
        return {"t": key.isoformat()}
    return {"u": key.hex} if isinstance(key, UUID) else key


def _unpacked(key: Any) -> Key:
    match key:
        case {"t": str(written)}:
            return datetime.fromisoformat(written)
        case {"u": str(digits)}:
            return UUID(digits)
        case _:
            return key  # type: ignore[no-any-return]
