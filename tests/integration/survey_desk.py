"""Survey's desk: callers, citizens with a link and operators, with one sentence for each thing they do."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.survey.domain.signatures import HEADER
from shared.events import router
from shared.events.intake import CaseRegistered
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode, WorkOrderId, new_id
from shared.kernel.words import Channel, Kind, Language
from shared.store.running_city import RunningCity
from tests.kit.callbacks import a_city
from tests.kit.desk import ServiceDesk, at_desk

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, 12:00 in Beijing."""
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""23:00 of the same day."""
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""09:00 of the next day."""
YES = {"contacted": True, "solved": "yes", "satisfied": "satisfied"}
SAID = {**YES, "reasons": [], "may_call_again": True, "questionnaire": "2026.1"}
"""The same as it is shown."""
NO = {"contacted": False, "solved": "no", "satisfied": "not"}
NOWHERE = "http://127.0.0.1:9"
"""Where no intake answers."""
GUANYINSI = UnitCode("110115009")


def refused(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the refusal's name."""
    return answer.status_code, answer.json()["reason"]


def resolved(case_id: CaseId, redo: int = 0, category: str | None = None) -> router.CaseResolved:
    """What router says when the unit claims that it is done."""
    return router.CaseResolved(
        case_id=case_id,
        work_order_id=WorkOrderId(new_id()),
        unit=GUANYINSI,
        in_time=True,
        redo=redo,
        category=CategoryCode(category) if category else None,
    )


@dataclass(slots=True)
class Desk(ServiceDesk):
    """Everybody who knocks at survey."""

    SERVICE = "survey"
    AT = NOON
    TABLES = ("surveys", "callbacks", "attempts", "messages", "webhooks", "readings")

    async def case(
        self,
        case_id: CaseId | None = None,
        *,
        has_phone: bool = True,
        proactive: bool = False,
        channel: Channel = Channel.HOTLINE,
        language: Language | None = None,
        category: str | None = None,
    ) -> CaseId:
        """A case that was registered."""
        fact = CaseRegistered(
            case_id=case_id or CaseId(new_id()),
            channel=channel,
            kind=Kind.COMPLAINT,
            sealed_words="sealed",
            has_phone=has_phone,
            proactive=proactive,
            language=language,
            category=CategoryCode(category) if category else None,
        )
        await self.hears(fact)
        return fact.case_id

    async def callback(self, case_id: CaseId | None = None) -> str:
        """A case that was resolved; its callback."""
        known = case_id or await self.case()
        await self.hears(resolved(known))
        return await self.callback_of(known)

    async def rests(self) -> None:
        """Noon again, and nothing waits any more from whoever stood here before."""
        self.clock.at = NOON
        self.goes_by()
        waiting = await self.rows("SELECT DISTINCT case_id FROM callbacks WHERE state = 'scheduled'")
        await self.hears(*(withdrawn(CaseId(row["case_id"])) for row in waiting))

    async def rounds(self, case_id: CaseId) -> list[dict[str, Any]]:
        """The case's rounds, as survey itself said them."""
        return [row["payload"] for row in await self.said(case_id) if row["type"].endswith("scheduled.v1")]

    async def callback_of(self, case_id: CaseId) -> str:
        """The case's last round."""
        return str((await self.rounds(case_id))[-1]["callback_id"])

    async def reads(self, path: str, role: str = "caller", **query: Any) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(role))

    async def sees(self, callback_id: str) -> dict[str, Any]:
        """The callback as the callers' desk sees it."""
        answer = await self.reads(f"callbacks/{callback_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def claims(
        self, callback_id: str, *, by: str = "caller-1", language: str = "zh", inbound: bool = False
    ) -> httpx.Response:
        headers = {**self.token("caller", sub=by), "Accept-Language": language}
        path = f"/v1/callbacks/{callback_id}/claim{'?inbound=true' if inbound else ''}"
        return await self.client.post(path, headers=headers)

    async def claims_next(self, *, by: str = "caller-1") -> httpx.Response:
        return await self.client.post("/v1/callbacks/next/claim", headers=self.token("caller", sub=by))

    async def tells(self, path: str, *, signed: str | None = None, **body: Any) -> httpx.Response:
        """The message gateway tells something; signed as it should be unless the test says otherwise."""
        content = json.dumps(body).encode()
        given = self.flat.equipment.signatures.write(content, at=datetime.now(UTC))
        headers = {HEADER: given if signed is None else signed, "Content-Type": "application/json"}
        return await self.client.post(f"/v1/webhooks/{path}", content=content, headers=headers)

    def goes_by(self, **callback: Any) -> None:
        """The city changes its policy of calling back."""
        self.flat.store.running_city = RunningCity(a_city(**callback), None)

    async def tries(
        self, callback_id: str, *, by: str = "caller-1", key: str | None = None, **body: Any
    ) -> httpx.Response:
        """A caller writes a call down; nobody answered unless said otherwise."""
        headers = self.token("caller", sub=by) | ({"Idempotency-Key": key} if key else {})
        told = {"reached": "answers" in body, **body}
        return await self.client.post(f"/v1/callbacks/{callback_id}/attempts", headers=headers, json=told)

    async def holds(self, callback_id: str, *, by: str = "caller-1") -> None:
        """The callback is in this caller's hand, whether intake could be asked or not."""
        assert (await self.claims(callback_id, by=by)).status_code in (200, 503)

    async def link(self, callback_id: str) -> str:
        """The token the citizen was sent."""
        await self.sends()
        return self.token_in(await self.message(callback_id))

    async def sends(self) -> int:
        """Time passes at survey until nothing more is to be sent; how many messages were moved."""
        while await self.rings("send_links"):
            pass
        moved = 0
        while many := await self.rings("hand_over_messages"):
            moved += many
        return moved

    async def message(self, callback_id: str) -> dict[str, Any]:
        """The message the embedded provider was given for this callback."""
        items = (await self.reads("messages", role="ops", limit=200)).json()["items"]
        found: dict[str, Any] = next(item for item in items if item["callback_id"] == callback_id)
        return found

    def token_in(self, message: dict[str, Any]) -> str:
        return str(message["url"]).rsplit("/", 1)[1]

    async def opens(self, token: str, language: str = "zh") -> httpx.Response:
        """The citizen looks at the page behind the link."""
        return await self.client.get(f"/v1/links/{token}", headers={"Accept-Language": language})

    async def answers(self, token: str, **body: Any) -> httpx.Response:
        """The citizen answers there."""
        return await self.client.post(f"/v1/links/{token}", json={**YES, **body})


def withdrawn(case_id: CaseId, *, joined_go_on: bool = False) -> router.CaseWithdrawn:
    return router.CaseWithdrawn(case_id=case_id, joined_go_on=joined_go_on)


def merged(case_id: CaseId, into: CaseId) -> router.CaseMerged:
    return router.CaseMerged(case_id=case_id, into_case_id=into)


def unmerged(case_id: CaseId, from_: CaseId) -> router.CaseUnmerged:
    return router.CaseUnmerged(case_id=case_id, from_case_id=from_, dispatch_by=NOON)


def reopened(case_id: CaseId, callback_id: str) -> router.CaseReopened:
    return router.CaseReopened(case_id=case_id, redo=1, callback_id=CallbackId(UUID(callback_id)))


@asynccontextmanager
async def survey_desk(admin_dsn: str, folder: Path, *, intake: str = NOWHERE) -> AsyncIterator[Desk]:
    """A migrated survey of its own in this database, that would ask this intake for contacts."""
    urls = {"intake": intake, "survey": "http://survey"}
    async with at_desk(Desk, admin_dsn, folder, urls=urls) as desk:
        yield desk


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A survey for all tests of a module, which imports this and `desk` and names both in its `__all__`."""
    async with survey_desk(database, tmp_path_factory.mktemp("survey-keys")) as desk:
        yield desk


@pytest.fixture
async def desk(house: Desk) -> Desk:
    """The same survey; for each test it is the same time, and nothing waits from the one before."""
    await house.rests()
    return house
