"""A small HTTP client on a keep-alive connection: cheap, so that what is measured is the service.

It knows the answers of our own services only: a length, no chunks, no redirects.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
ETAG = b"\r\netag: "


class BrokenOff(Exception):
    """The service closed the connection in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        """The tag of what was read or changed."""
        start = self.head.find(ETAG)
        if start < 0:
            return "*"
        start += len(ETAG)
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end > 0 else None].decode()


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._waiting: asyncio.Future[Answer] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send and wait for the answer; connects when it has to."""
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        assert self._transport is not None
        self._waiting = loop.create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._received = cast(asyncio.Transport, transport), b""

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        answer = parsed(self._received)
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._received = b""
            self._waiting.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(BrokenOff(str(error or "closed")))


class Door:
    """Connections to one service, lent to one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []

    async def ask(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request with a JSON body, or none."""
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        connection = self._idle.pop() if self._idle else Connection(self._port)
        answer = await connection.ask(request(method, path, self._port, headers or {}, sent))
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        for connection in self._idle:
            connection.close()


def request(method: str, path: str, port: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """A request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append("content-type: application/json")
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + HEAD_END + body


def parsed(received: bytes) -> Answer | None:
    """The answer, or None while some of it is missing."""
    end = received.find(HEAD_END)
    if end < 0:
        return None
    head = received[:end]
    start = head.find(LENGTH)
    length = int(head[start + len(LENGTH) :].partition(b"\r\n")[0]) if start >= 0 else 0
    body = received[end + len(HEAD_END) :]
    return Answer(int(head[9:12]), head, body[:length]) if len(body) >= length else None
