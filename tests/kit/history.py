"""The history of a run: every answer that was given over HTTP, and what must never be found anywhere else."""

import json
from collections.abc import Sequence
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

    @property
    def is_report(self) -> bool:
        """Whether a citizen was told that the report is a case now."""
        return self.method == "POST" and self.url.endswith("/v1/cases") and self.status == 201


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
    def reports(self) -> Sequence[Answered]:
        """Every report that was acknowledged, repeated answers too."""
        return [answer for answer in self.answers if answer.is_report]


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
