"""A city's message gateway as tests need one: takes signed messages, sends each key once, waits if told to.

And intake's one door that survey asks at: a phone for each case.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response

from services.survey.domain.signatures import HEADER, Signatures


@dataclass
class Gateway:
    """What came in, and what really went out to citizens."""

    signatures: Signatures
    received: list[str] = field(default_factory=list)
    """The idempotency key of every message handed over, however often."""
    sent: dict[str, str] = field(default_factory=dict)
    """To whom a text went, by key: a key that was sent is not sent again."""
    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    holds_from: int | None = None
    """From the message so far in the order of coming, no answer is given before `answers` is set."""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 202

    async def take(self, request: Request) -> Response:
        """One message handed over."""
        body = await request.body()
        self.signatures.require(request.headers.get(HEADER), body, at=datetime.now(UTC))
        told = json.loads(body)
        key = request.headers["Idempotency-Key"]
        assert key == told["key"]
        self.received.append(key)
        if self.status >= 300:
            return Response(status_code=self.status)
        if key not in self.sent:
            self.sent[key] = told["to"]
            self.texts.append(told["text"])
            self.languages.append(told["language"])
        if self.holds_from is not None and len(self.received) > self.holds_from:
            await self.answers.wait()
        return Response(json.dumps({"id": f"m-{list(self.sent).index(key)}"}), self.status)

    @property
    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/messages", self.take, methods=["POST"])
        return app


def phone_of(case_id: str) -> str:
    """A number that is this case's alone."""
    return f"+86139{int(case_id.replace('-', ''), 16) % 10**8:08d}"


def phone_book() -> FastAPI:
    """Intake's door, as far as survey knocks at it."""
    app = FastAPI()

    @app.post("/v1/contact-readings")
    async def read(request: Request) -> dict[str, object]:
        case_id = str((await request.json())["case_id"])
        return {"name": "某人", "phone": phone_of(case_id), "confidential": False}

    return app
