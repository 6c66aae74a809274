"""Grid on a real Postgres without its loops: requests, facts and the clock are all driven by the test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from deploy.commands.migrate import role_dsn
from deploy.local.keys import AUDIENCE, ISSUER, Bearer, LocalIssuer
from services.grid.app import SERVICE
from services.grid.settings import GridSettings
from services.grid.timers import TIMERS
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import Cause, Envelope, Heard
from shared.events.fact import CaseFact
from shared.kernel.ids import EventId, new_id
from shared.service import Flat, flat_of
from shared.store import inbox
from shared.store.migrate import prepare, upgrade
from shared.ticker import Ticker
from tests.kit.city import beijing
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT, GUANYINSI, POLICE, SITE

PASSWORD = "grid-in-a-test"


@dataclass(slots=True)
class DrivenClock:
    """Moves only when told to."""

    at: datetime = BLOWN_AT

    def now(self) -> datetime:
        return self.at

    def passes(self, **more: float) -> None:
        self.at += timedelta(**more)


@dataclass(slots=True)
class Desk:
    """Everybody who knocks at grid, with one sentence for each thing they do."""

    flat: Flat
    clock: DrivenClock
    client: httpx.AsyncClient
    issuer: LocalIssuer
    heard: int = 0
    tokens: dict[Any, str] = field(default_factory=dict)

    def token(self, unit: str | None, role: str = "unit") -> dict[str, str]:
        who = (unit, role)
        if who not in self.tokens:
            bearer = Bearer(f"{role}-{unit}", roles=(role,), unit=unit)
            self.tokens[who] = self.issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def blows(
        self, *departments: str, by: str = GUANYINSI, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        body = {
            "kind": "joint_enforcement",
            "site": {"lng": SITE.lng, "lat": SITE.lat},
            "reason": "群租房，夜间噪声",
            "departments": list(departments or (ENFORCEMENT, POLICE)),
            **more,
        }
        return await self.client.post(
            "/v1/whistles", json=body, headers={**self.token(by), **(headers or {})}
        )

    async def whistle(self, *departments: str, **more: Any) -> str:
        """Blow one that must be taken; its id."""
        answer = await self.blows(*departments, **more)
        assert answer.status_code == 201, answer.text
        whistle_id: str = answer.json()["whistle_id"]
        return whistle_id

    async def asks(
        self,
        whistle_id: str,
        move: str,
        *,
        by: str,
        seen: str | None = "*",
        key: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """A move; `move` may begin with a department: `D110115-CGZF/sign`."""
        path = f"departments/{move}" if "/" in move else move
        headers = self.token(by)
        if seen is not None:
            headers["If-Match"] = seen
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.client.post(f"/v1/whistles/{whistle_id}/{path}", headers=headers, json=body)

    async def moves(
        self, whistle_id: str, move: str, *, by: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """A move that must be taken, by the department itself unless said otherwise."""
        answer = await self.asks(whistle_id, move, by=by or move.split("/")[0], **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def reads(self, path: str, *, by: str | None, role: str = "unit", **query: Any) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(by, role))

    async def hears(self, *facts: CaseFact, again: int = 0) -> None:
        """One batch from the bus, as the subscriber hands it over."""
        subscriptions = Subscriptions(SERVICE.hears)
        batch = [self._enveloped(fact) for fact in facts]
        for _ in range(again + 1):
            async with self.flat.store.work() as work:
                new = await inbox.accept(work.connection, "grid", [one.envelope.id for one in batch])
                fresh = [one for one in batch if one.envelope.id in new]
                await subscriptions.preload(work, fresh)
                for one in fresh:
                    await subscriptions.handle(work, one)

    def _enveloped(self, fact: CaseFact) -> Heard[Any]:
        self.heard += 1
        envelope = Envelope(
            id=EventId(new_id()),
            type=fact.type_name(),
            source="router",
            subject=str(fact.case_id),
            time=self.clock.now(),
            sequence=self.heard,
            key=fact.key(),
            cause=Cause("test", "test"),
        )
        return Heard(envelope, fact)

    async def rings(self) -> int:
        """The overdue timer, once."""
        return await Ticker(self.flat.store, TIMERS).ring(TIMERS[0])

    async def said(self, key: str) -> list[dict[str, Any]]:
        """What was said of a whistle or case, in the order of the outbox."""
        async with self.flat.store.read() as connection:
            rows = await connection.execute(
                text(
                    "SELECT e.topic, e.type, e.sequence, e.aggregateid, e.payload FROM outbox o "
                    "JOIN event_log e USING (recorded_at, id) WHERE e.key = :key ORDER BY o.seq"
                ),
                {"key": key},
            )
            return [dict(row) for row in rows.mappings()]

    async def counts(self) -> dict[str, int]:
        """How much there is of everything that a refused request must not leave behind."""
        tables = ("whistles", "whistle_calls", "outbox", "event_log", "idempotency")
        async with self.flat.store.read() as connection:
            found = {t: await connection.scalar(text(f"SELECT count(*) FROM {t}")) for t in tables}
        return {name: int(count or 0) for name, count in found.items()}


@asynccontextmanager
async def grid_desk(admin_dsn: str, folder: Path) -> AsyncIterator[Desk]:
    """A migrated grid of its own in this database."""
    await prepare(admin_dsn, "grid", PASSWORD)
    dsn = role_dsn(admin_dsn, "grid", PASSWORD)
    await upgrade(dsn, SERVICE.schema)
    issuer = LocalIssuer(folder)
    issuer.prepare()
    (folder / "cursor.key").write_bytes(uuid4().bytes * 2)
    settings = GridSettings.model_validate(
        {
            "database_url": dsn,
            "bus": "embedded",
            "jwks": str(issuer.jwks),
            "keys": folder,
            "token_issuer": ISSUER,
            "token_audience": AUDIENCE,
        }
    )
    clock = DrivenClock()
    flat = flat_of(SERVICE, settings, clock=clock, city=beijing())
    transport = httpx.ASGITransport(app=flat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:
        yield Desk(flat, clock, client, issuer)
    await flat.bus.close()
    await flat.store.engine.dispose()
