"""Idempotency-Key: the same request, sent again, gets the same answer for ever and is done once.

A route ends in `async with open_work() as work: return await once(work, status=201, answer=...)`, so
the kept answer commits with the state. A refusal rolls both back: the key is free for another try.
"""

import hmac
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http import answers
from shared.http.answers import UNDER_WAY, Answer
from shared.http.auth import Known
from shared.http.callers import Caller
from shared.http.door import route_of
from shared.http.refusals import IdempotencyKeyReused, MalformedKey, SameRequestUnderWay
from shared.observability.metrics import HTTP_REPLAYED
from shared.store.busy import lock_not_free

ANONYMOUS = "anonymous"
KEPT_HEADERS = frozenset({"content-type", "content-language", "location", "etag"})
JSON_TYPE = ("content-type", "application/json")
REPLAYED = {"Idempotent-Replayed": "true"}
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

_PURPOSE = b"jiesu.http.fingerprint"

Content = BaseModel | bytes | dict[str, object] | None
Answering = Callable[[], Content | Awaitable[Content]]
Left = TypeVar("Left")
"""What a move leaves behind."""


class Fingerprints:
    """What a request is known again by: keyed, so that nobody who reads the table can try out what was said.

    A phone, a name and a street are soon guessed; a plain hash of them would say when the guess was right.
    """

    def __init__(self, secret: bytes) -> None:
        # A key of its own: what the same secret signs elsewhere is no fingerprint.
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def of(self, *parts: bytes) -> bytes:
        """The fingerprint of these parts in this order, each with its length: none runs into the next."""
        seal = hmac.new(self._key, digestmod="sha256")
        for part in parts:
            seal.update(len(part).to_bytes(8))
            seal.update(part)
        return seal.digest()

    def caller(self, caller: Caller | None) -> str:
        """Whose key it is. A person by a keyed hash: the row tells a case, and whose account asked for it is
        told nowhere, least of all of somebody who chose to stay anonymous.
        """
        match caller:
            case None:
                return ANONYMOUS
            case Caller(kind="person", subject=subject):
                return f"person:{self.of(subject.encode()).hex()}"
            case _:
                return f"{caller.kind}:{caller.subject}"

    async def of_request(self, request: Request) -> bytes:
        """What makes a request the same: method, path, body."""
        return self.of_said(request, await request.body())

    def of_said(self, request: Request, said: bytes) -> bytes:
        """The same for a route that knows itself what of its body counts."""
        path: str = request.scope["path"]
        return self.of(request.method.encode(), path.encode(), said)


class OpenTransaction(Protocol):
    """A work, as far as this module needs one."""

    @property
    def connection(self) -> AsyncConnection: ...


@dataclass(frozen=True, slots=True)
class Once:
    """One request's claim to be done once; without a key it is simply done."""

    caller: str
    key: str | None
    fingerprint: bytes
    route: str

    async def __call__(
        self,
        work: OpenTransaction,
        *,
        status: int,
        answer: Answering,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Do it and keep the answer in the work's transaction, or give the answer kept before."""

        async def made() -> Content:
            return await self._made(answer)

        return await self.moved(
            work, status=status, move=made, view=lambda content: content, headers=lambda _: headers or {}
        )

    async def moved(
        self,
        work: OpenTransaction,
        *,
        status: int = 200,
        move: Callable[[], Awaitable[Left]],
        view: Callable[[Left], Content],
        headers: Callable[[Left], Mapping[str, str]],
    ) -> Response:
        """The same where the answer and its headers are made of what the move left: its id, its version."""
        if self.key is not None:
            known = await self._claimed(work.connection, self.key)
            if known is not None:
                return self.replayed(known)
        left = await move()
        given = self.given(status, view(left), headers(left))
        if self.key is not None:
            await answers.complete(work.connection, given)
        return response_of(given)

    async def marked(
        self, work: OpenTransaction, *, status: int, do: Callable[[], Awaitable[None]], told: Answering
    ) -> Response:
        """Do it and keep no more than that it was done: for what an answer tells that must not lie here for
        ever. Whoever sends it again is `told` what holds by then.
        """
        known = await self._claimed(work.connection, self.key) if self.key is not None else None
        if known is not None:
            self._expect_same(known)
        else:
            await do()
            if self.key is not None:
                await answers.complete(work.connection, self.given(status, None, {}))
        headers = REPLAYED if known is not None else {}
        return Response(encode(await self._made(told)), status, headers, media_type=JSON_TYPE[1])

    async def told_before(self, connection: AsyncConnection) -> Response | None:
        """The answer kept for this request, claiming nothing: for one that would be refused by now, because
        what it is measured by has changed since. Raises `IdempotencyKeyReused`.
        """
        if self.key is None:
            return None
        pair = (self.caller, self.key)
        known = (await answers.read(connection, [pair])).get(pair)
        return self.replayed(known) if known is not None else None

    def given(self, status: int, content: Content, headers: Mapping[str, str]) -> Answer:
        """The answer as a row: what a group commit hands to `answers.write`."""
        names = {name.lower(): value for name, value in headers.items()}
        kept = tuple((name, value) for name, value in names.items() if name in KEPT_HEADERS)
        body = encode(content)
        if body and "content-type" not in names:
            kept = (JSON_TYPE, *kept)
        return Answer(self.caller, self.key or "", self.fingerprint, status, kept, body)

    def replayed(self, known: Answer) -> Response:
        """The answer given before. Raises `IdempotencyKeyReused` when that was another request's."""
        self._expect_same(known)
        response = response_of(known)
        response.headers.update(REPLAYED)
        return response

    def _expect_same(self, known: Answer) -> None:
        if known.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused
        if known.status == UNDER_WAY:
            raise SameRequestUnderWay
        HTTP_REPLAYED.labels(self.route).inc()

    async def _claimed(self, connection: AsyncConnection, key: str) -> Answer | None:
        """None when the key is ours now; else the answer it has. Waits for the one who is at it."""
        claim = Answer(self.caller, key, self.fingerprint)
        try:
            if await answers.write(connection, [claim]):
                return None
        except DBAPIError as error:
            if lock_not_free(error):
                raise SameRequestUnderWay from None
            raise
        found = await answers.read(connection, [claim.pair])
        if claim.pair not in found:
            raise SameRequestUnderWay
        return found[claim.pair]

    async def _made(self, answer: Answering) -> Content:
        made = answer()
        return await made if inspect.isawaitable(made) else made


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 visible ASCII characters; the same key and body get the same answer.",
        json_schema_extra={"pattern": r"^[\x21-\x7e]{1,255}$"},
    ),
]


async def once_of(request: Request, caller: Known, idempotency_key: IdempotencyKey = None) -> Once:
    """The dependency. Raises `MalformedKey`."""
    key = read_key(idempotency_key)
    fingerprints = fingerprints_of(request)
    fingerprint = await fingerprints.of_request(request)
    return Once(fingerprints.caller(caller), key, fingerprint, route_of(request.scope))


def read_key(written: str | None) -> str | None:
    """The key as it was sent. Raises `MalformedKey`."""
    if written is not None and _KEY.fullmatch(written) is None:
        raise MalformedKey
    return written


OnceOnly = Annotated[Once, Depends(once_of)]


def fingerprints_of(request: Request) -> Fingerprints:
    """The service's own."""
    known: Fingerprints = request.app.state.fingerprints
    return known


def encode(content: Content) -> bytes:
    """The body's bytes."""
    match content:
        case None:
            return b""
        case bytes():
            return content
        case BaseModel():
            return content.model_dump_json(by_alias=True).encode()
        case _:
            return orjson.dumps(content)


def response_of(answer: Answer) -> Response:
    """The HTTP answer a row stands for."""
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers[name] = value
    return response
