"""Intake's desk: everybody who knocks there, with one sentence for each thing they do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from deploy.local.keys import AUDIENCE, ISSUER, new_signing_key
from services.intake.settings import IntakeSettings
from services.intake.store.api_keys import issue
from shared.city.city import City
from shared.events.router import CaseDispatched
from shared.http.callers import Caller, Role
from shared.http.tokens import mint, service_audience, service_key_id
from shared.kernel.ids import CaseId, CategoryCode, UnitCode, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from tests.kit.desk import ServiceDesk, at_desk

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, 12:00 in Beijing."""
GUANYINSI = UnitCode("110115009")


def dispatched(
    case_id: UUID | str, unit: UnitCode = GUANYINSI, *, category: str = "group_rental", days: int = 7
) -> CaseDispatched:
    """What router says when a unit owes an answer, so many days from noon."""
    return CaseDispatched(
        case_id=CaseId(UUID(str(case_id))),
        work_order_id=WorkOrderId(new_id()),
        unit=unit,
        place=unit,
        category=CategoryCode(category),
        tier=Tier.GENERAL,
        mode=HandlingMode.AT_ONCE,
        clause="1",
        list_version="1",
        policy_version="1",
        sign_by=NOON + timedelta(hours=2),
        resolve_by=NOON + timedelta(days=days),
    )


@dataclass(slots=True)
class Receipt:
    """What a citizen was handed."""

    case_id: str
    number: str
    code: str


@dataclass(slots=True)
class Desk(ServiceDesk):
    """Everybody who knocks at intake."""

    SERVICE = "intake"
    AT = NOON
    TABLES = ("cases", "contacts", "timeline", "contact_readings", "lookups", "anonymisations")

    key: str = ""
    """Of a client app."""

    @property
    def settings(self) -> IntakeSettings:
        return cast(IntakeSettings, self.flat.settings)

    def stored(self) -> list[Path]:
        """Everything in the store of files."""
        return sorted(path for path in Path(self.settings.objects).rglob("*") if path.is_file())

    async def traces(self) -> tuple[int, list[Path], dict[str, int]]:
        """What a refused upload or request must not leave behind."""
        rows = await self.rows("SELECT count(*) AS n FROM attachments")
        return rows[0]["n"], self.stored(), await self.counts()

    def survey(self, audience: str = service_audience(AUDIENCE, "intake")) -> dict[str, str]:
        """Survey's own token, of a minute."""
        return self.service("survey", audience)

    def service(self, name: str, audience: str = service_audience(AUDIENCE, "intake")) -> dict[str, str]:
        """Another service's own token, of a minute."""
        caller = Caller(name, frozenset({Role.SERVICE}), kind="service")
        minted = mint(
            (self.keys / name / f"{name}.pem").read_bytes(),
            kid=service_key_id(name),
            issuer=ISSUER,
            audience=audience,
            caller=caller,
            at=datetime.now(UTC),
        )
        return {"Authorization": f"Bearer {minted}"}

    async def reports(
        self, *, headers: dict[str, str] | None = None, content: bytes | None = None, **more: Any
    ) -> httpx.Response:
        """A client app reports; `headers` replaces its API key, `content` its JSON."""
        told = {"channel": "app", "kind": "complaint", "text": "路灯不亮。", **more}
        with_key = {"X-Api-Key": self.key} if headers is None or "Authorization" not in headers else {}
        sent = {**with_key, "Content-Type": "application/json", **(headers or {})}
        if content is not None:
            return await self.client.post("/v1/cases", content=content, headers=sent)
        return await self.client.post("/v1/cases", json=told, headers=sent)

    async def registers(self, **more: Any) -> Receipt:
        """A report that must be taken."""
        answer = await self.reports(**more)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        return Receipt(found["case_id"], found["tracking_number"], found["access_code"])

    async def follows(
        self, receipt: Receipt, *, code: str | None = None, language: str = "zh-CN"
    ) -> httpx.Response:
        headers = {"X-Access-Code": code or receipt.code, "Accept-Language": language}
        return await self.client.get(f"/v1/cases/{receipt.number}", headers=headers)

    async def asks(
        self, receipt: Receipt, wish: str, *, code: str | None = None, body: Any = None, **headers: str
    ) -> httpx.Response:
        sent = {"X-Access-Code": code or receipt.code, **headers}
        return await self.client.post(f"/v1/cases/{receipt.number}/{wish}", headers=sent, json=body)


@asynccontextmanager
async def intake_desk(admin_dsn: str, folder: Path, *, city: City | None = None) -> AsyncIterator[Desk]:
    """A migrated intake of its own in this database, with one client app's key."""
    (folder / "router").mkdir(parents=True, exist_ok=True)
    new_signing_key(folder / "router" / "router.pem")
    async with at_desk(Desk, admin_dsn, folder, beside=["survey"], city=city) as desk:
        async with desk.flat.store.work() as work:
            desk.key = await issue(work, "street-app", frozenset({"cases:write"}), expires_at=None)
        yield desk


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """An intake for all tests of a module, which imports this and `desk` and names both in its `__all__`."""
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as desk:
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    """The same intake; it is the same time for each test."""
    house.clock.at = NOON
    return house
