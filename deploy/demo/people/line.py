"""One person's line to the five services: what is asked is asked again until it is answered, and done once.

A service that was killed, or whose database or bus is away, answers nothing or 503; both pass. Each wish has
an Idempotency-Key, so that a wish whose answer was lost is repeated without being done twice.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 120.0
"""Seconds a person keeps trying before giving up."""
_BUSY = frozenset({502, 503, 504})
_PASSING = frozenset({"same_request_under_way", "rate_exceeded"})
"""Refusals that say: the same again, a little later."""
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)


class Refused(Exception):
    """A service said no; `reason` and `problem` are its problem document's.

    `repeated`: an earlier try may have been done, its answer lost.
    """

    def __init__(
        self, asked: str, status: int, problem: Mapping[str, Any], *, repeated: bool = False
    ) -> None:
        self.status = status
        self.repeated = repeated
        self.problem = problem
        self.reason = str(problem.get("reason", ""))
        super().__init__(f"{asked}: {status} {self.reason}: {problem.get('detail', '')}")


class NobodyAnswers(Exception):
    """A service stayed away longer than anybody waits."""

    def __init__(self, asked: str, patience: float, last: str) -> None:
        super().__init__(f"{asked}: no answer within {patience:.0f} s (last: {last})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered; `repeated`: an earlier try may have been done, its answer lost.

    `content`: None where there is nothing to tell.
    """

    status: int
    content: Any
    etag: str | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A signed-in person's way to each service, by the service's name."""

    clients: Mapping[str, httpx.AsyncClient]
    token: str | None = None
    patience: float = PATIENCE

    async def read(
        self, service: str, path: str, *, headers: Mapping[str, str] | None = None, **asked: Any
    ) -> Answer:
        """Look something up. Raises `Refused`, `NobodyAnswers`."""
        wanted = {name: value for name, value in asked.items() if value is not None}
        return await self._knock(service, "GET", path, params=wanted, headers=headers or {})

    async def pages(self, service: str, path: str, **asked: Any) -> list[Any]:
        """Every item of a list, page after page."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            page = (await self.read(service, path, limit=200, cursor=cursor, **asked)).content
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def say(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        method: str = "POST",
    ) -> Answer:
        """Wish for something, once, however often it has to be said. Raises `Refused`, `NobodyAnswers`."""
        told = {"Idempotency-Key": key or uuid4().hex, **(headers or {})}
        return await self._knock(service, method, path, json=body, headers=told)

    async def hand_in(self, service: str, path: str, content: bytes, kind: str) -> Answer:
        """Send a file. One whose answer was lost is there twice, and the unused one goes by itself."""
        return await self._knock(service, "POST", path, content=content, headers={"Content-Type": kind})

    async def change(
        self,
        service: str,
        seen: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
    ) -> Answer:
        """Change what was just looked at; when somebody else was faster, look again and repeat."""
        key, give_up = uuid4().hex, time.monotonic() + self.patience
        while True:
            tag = (await self.read(service, seen)).etag or "*"
            try:
                # The same key each time: if a lost answer was a yes, the yes is heard again, not refused.
                return await self.say(service, path, body, headers={"If-Match": tag}, key=key, method=method)
            except Refused as refusal:
                if refusal.status != httpx.codes.PRECONDITION_FAILED or time.monotonic() > give_up:
                    raise

    async def _knock(self, service: str, method: str, path: str, **how: Any) -> Answer:
        began, tries = time.monotonic(), 0
        asked = f"{method} {service} {path}"
        while True:
            answer, last, pause = await self._knock_once(service, method, path, how)
            if answer is not None and not _is_passing(answer):
                return _heard(asked, answer, repeated=tries > 0)
            pause = max(pause, _PAUSES[min(tries, len(_PAUSES) - 1)])
            if time.monotonic() - began + pause > self.patience:
                raise NobodyAnswers(asked, self.patience, last)
            await asyncio.sleep(pause)
            tries += 1

    async def _knock_once(
        self, service: str, method: str, path: str, how: Mapping[str, Any]
    ) -> tuple[httpx.Response | None, str, float]:
        """The answer if there was one, how it went in words, and how long to wait before trying again."""
        signed_in = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**signed_in, **how["headers"]}
        try:
            answer = await self.clients[service].request(method, f"/v1{path}", **{**how, "headers": headers})
        except httpx.TransportError as error:
            return None, type(error).__name__, 0.0
        return answer, str(answer.status_code), _asked_pause(answer)


def _is_passing(answer: httpx.Response) -> bool:
    """Whether the same may well succeed in a moment."""
    if answer.is_success:
        return False
    return answer.status_code in _BUSY or _json(answer).get("reason") in _PASSING


def _heard(asked: str, answer: httpx.Response, *, repeated: bool) -> Answer:
    if answer.is_success:
        content = answer.json() if answer.content else None
        return Answer(answer.status_code, content, answer.headers.get("ETag"), repeated)
    raise Refused(asked, answer.status_code, _json(answer), repeated=repeated)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _asked_pause(answer: httpx.Response) -> float:
    try:
        return float(answer.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
