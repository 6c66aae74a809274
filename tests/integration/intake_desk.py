"""Intake on a real Postgres without its loops: requests, facts and the clock are all driven by the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from sqlalchemy import text

from deploy.commands.migrate import role_dsn
from deploy.local.key_folders import prepare_keys
from deploy.local.keys import AUDIENCE, ISSUER, Bearer, LocalIssuer
from services.intake.app import SERVICE
from services.intake.settings import IntakeSettings
from services.intake.store.api_keys import issue
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import Cause, Envelope, Heard
from shared.events.fact import CaseFact
from shared.http.callers import Caller, Role
from shared.http.tokens import mint, service_audience, service_key_id
from shared.kernel.ids import EventId, new_id
from shared.service import Flat, flat_of
from shared.store import inbox
from shared.store.migrate import prepare, upgrade
from tests.kit.city import beijing

PASSWORD = "intake-in-a-test"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, 12:00 in Beijing."""
TABLES = ("cases", "contacts", "timeline", "event_log", "outbox", "idempotency", "contact_readings")


@dataclass(slots=True)
class DrivenClock:
    """Moves only when told to."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Receipt:
    """What a citizen was handed."""

    case_id: str
    number: str
    code: str


@dataclass(slots=True)
class Desk:
    """Everybody who knocks at intake, with one sentence for each thing they do."""

    flat: Flat
    clock: DrivenClock
    client: httpx.AsyncClient
    issuer: LocalIssuer
    survey_pem: bytes
    key: str = ""
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> IntakeSettings:
        return cast(IntakeSettings, self.flat.settings)

    def token(self, *roles: str, unit: str | None = None) -> dict[str, str]:
        bearer = Bearer("-".join(roles), roles=roles, unit=unit)
        signed = self.issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
        return {"Authorization": f"Bearer {signed}"}

    def survey(self, audience: str = service_audience(AUDIENCE, "intake")) -> dict[str, str]:
        """Survey's own token, of a minute."""
        caller = Caller("survey", frozenset({Role.SERVICE}), kind="service")
        minted = mint(
            self.survey_pem,
            kid=service_key_id("survey"),
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

    async def hears(self, *facts: CaseFact, again: int = 0) -> None:
        """One batch from the bus, as the subscriber hands it over."""
        batch = [self.envelope(fact) for fact in facts]
        for _ in range(again + 1):
            await self.delivers(batch)

    async def delivers(self, batch: list[Heard]) -> None:
        """The same records, as often as they come."""
        subscriptions = Subscriptions(SERVICE.hears)
        async with self.flat.store.work() as work:
            new = await inbox.accept(work.connection, "intake", [one.envelope.id for one in batch])
            fresh = [one for one in batch if one.envelope.id in new]
            await subscriptions.preload(work, fresh)
            for one in fresh:
                await subscriptions.handle(work, one)

    def envelope(self, fact: CaseFact) -> Heard:
        """The fact as its sayer would send it next."""
        subject = f"case/{fact.case_id}"
        self.sequences[subject] = self.sequences.get(subject, 0) + 1
        envelope = Envelope(
            id=EventId(new_id()),
            type=fact.type_name(),
            source=fact.SOURCE,
            subject=subject,
            time=self.clock.now(),
            sequence=self.sequences[subject],
            key=fact.key(),
            cause=Cause("test", "test"),
        )
        return Heard(envelope, fact)

    async def said(self, case_id: str) -> list[dict[str, Any]]:
        """What was said of a case, in the order of the outbox."""
        return await self.rows(
            "SELECT e.topic, e.type, e.sequence, e.aggregatetype, e.payload FROM outbox o "
            "JOIN event_log e USING (recorded_at, id) WHERE e.key = :key ORDER BY o.seq",
            key=case_id,
        )

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.flat.store.read() as connection:
            found = await connection.execute(text(sql), parameters)
            return [dict(row) for row in found.mappings()]

    async def counts(self) -> dict[str, int]:
        """How much there is of everything that a refused request must not leave behind."""
        async with self.flat.store.read() as connection:
            found = {t: await connection.scalar(text(f"SELECT count(*) FROM {t}")) for t in TABLES}
        return {name: int(count or 0) for name, count in found.items()}


@asynccontextmanager
async def intake_desk(admin_dsn: str, folder: Path) -> AsyncIterator[Desk]:
    """A migrated intake of its own in this database, with one client app's key."""
    await prepare(admin_dsn, "intake", PASSWORD)
    dsn = role_dsn(admin_dsn, "intake", PASSWORD)
    await upgrade(dsn, SERVICE.schema)
    issuer = prepare_keys(folder, ("intake", "survey"))
    settings = IntakeSettings.model_validate(
        {"database_url": dsn, "bus": "embedded", "jwks": str(issuer.jwks), "keys": folder / "intake"}
    )
    clock = DrivenClock()
    flat = flat_of(SERVICE, settings, clock=clock, city=beijing())
    async with flat.store.work() as work:
        key = await issue(work, "street-app", frozenset({"cases:write"}), expires_at=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        yield Desk(flat, clock, client, issuer, (folder / "survey" / "survey.pem").read_bytes(), key)
    await flat.bus.close()
    await flat.store.engine.dispose()
