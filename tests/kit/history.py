"""The history of a run: every answer that was given over HTTP, and what must never be found anywhere else."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from deploy.demo.people import Person

INJECTED = "injected"
"""A header of bad records that a test put on the bus; no service sets it."""
MARK = "（仅供本案）"
"""Ends whatever anybody writes in a journey; free text that carries it must stay where it was written."""
_PEOPLE = count(1)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer that arrived."""

    service: str
    method: str
    url: str
    status: int
    key: str | None
    caller: str | None
    content: Any

    def acknowledged(self) -> "Iterator[Acknowledged]":
        """What this answer told somebody to be a case now, at whichever door."""
        if self.method != "POST" or not 200 <= self.status < 300:
            return
        if self.url.endswith(("/v1/cases", "/findings")):
            yield Acknowledged(self.caller, self.key, self.content["case_id"])
        elif self.url.endswith("/v1/cases:batch"):
            for one in self.content["outcomes"]:
                if one["case"] is not None:
                    case_id = one["case"]["case_id"]
                    yield Acknowledged(self.caller, one["client_id"] or case_id, case_id)
        elif self.url.endswith("/open311/v2/requests.json"):
            for one in self.content:
                number = one["service_request_id"]
                yield Acknowledged(self.caller, self.key or number, number)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A report that somebody was told is a case now; `case`: its id, or its number where no id is told."""

    caller: str | None
    key: str | None
    case: str


@dataclass(slots=True)
class History:
    """What the drivers saw, and `marks`: what is personal."""

    answers: list[Answered] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Every address that was knocked at, answered or not."""
    marks: set[str] = field(default_factory=lambda: {MARK})

    def person(self, *, phone: bool = True, confidential: bool = False) -> Person:
        """Somebody nobody else is, to be found again wherever they should not be."""
        number = next(_PEOPLE)
        name, digits = f"欧阳甲{number:04d}", f"1391234{number:04d}"
        self.marks |= {name, digits}
        return Person(name, digits if phone else None, confidential)

    def marked(self, text: str) -> str:
        """Words that would be known again."""
        return text + MARK

    def client(self, service: str, url: str) -> httpx.AsyncClient:
        """A line to a service on which everything is written down."""

        async def asked(request: httpx.Request) -> None:
            self.asked.add(str(request.url))

        async def answered(response: httpx.Response) -> None:
            await response.aread()
            self.answers.append(_answer(service, response))

        hooks = {"request": [asked], "response": [answered]}
        return httpx.AsyncClient(base_url=url, timeout=10.0, event_hooks=hooks)

    @property
    def reports(self) -> Sequence[Acknowledged]:
        """Every report that was acknowledged, repeated answers too."""
        return [one for answer in self.answers for one in answer.acknowledged()]


def _answer(service: str, response: httpx.Response) -> Answered:
    request = response.request
    try:
        content = response.json()
    except json.JSONDecodeError:
        content = None
    return Answered(
        service=service,
        method=request.method,
        url=str(request.url),
        status=response.status_code,
        key=request.headers.get("Idempotency-Key"),
        caller=request.headers.get("Authorization"),
        content=content,
    )
