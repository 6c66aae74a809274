"""Scoring on a real Postgres without its loops: facts, questions and the clock are all driven by the test."""

from collections.abc import AsyncIterator, Sequence
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
from services.scoring.app import SERVICE
from services.scoring.settings import ScoringSettings
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import Heard
from shared.service import Flat, flat_of
from shared.store import inbox
from shared.store.migrate import prepare, upgrade
from tests.kit.case_story import SHANGHAI
from tests.kit.city import beijing

PASSWORD = "scoring-in-a-test"
LATE_IN_THE_PERIOD = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)


@dataclass(slots=True)
class StandingClock:
    """Stands still."""

    at: datetime = LATE_IN_THE_PERIOD

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Desk:
    """Those who ask scoring, and the bus that tells it."""

    flat: Flat
    clock: StandingClock
    client: httpx.AsyncClient
    issuer: LocalIssuer
    tokens: dict[Any, str] = field(default_factory=dict)

    def token(self, unit: str | None, role: str) -> dict[str, str]:
        who = (unit, role)
        if who not in self.tokens:
            bearer = Bearer(f"{role}-{unit}", roles=(role,), unit=unit)
            self.tokens[who] = self.issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def asks(
        self, path: str, *, unit: str | None = None, role: str = "supervisor", **query: Any
    ) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(unit, role))

    async def reads(self, path: str, **more: Any) -> Any:
        """A question that must be answered."""
        answer = await self.asks(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pages(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, two at a time."""
        items, cursor = [], {}
        while True:
            page = await self.reads(path, limit=2, **cursor, **query)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    async def hears(self, heard: Sequence[Heard[Any]], *, batch: int = 500) -> None:
        """Batches from the bus, as the subscriber hands them over."""
        subscriptions = Subscriptions(SERVICE.hears)
        for start in range(0, len(heard), batch):
            told = heard[start : start + batch]
            async with self.flat.store.work() as work:
                new = await inbox.accept(work.connection, "scoring", [one.envelope.id for one in told])
                fresh = [one for one in told if one.envelope.id in new]
                await subscriptions.preload(work, fresh)
                for one in fresh:
                    await subscriptions.handle(work, one)

    async def forgets_what_it_heard(self) -> None:
        """The inbox is pruned."""
        async with self.flat.store.work() as work:
            await work.connection.execute(text("TRUNCATE inbox"))

    async def ledger(self) -> dict[str, list[Any]]:
        """Every row that was folded."""
        found = {}
        async with self.flat.store.read() as connection:
            for table in ("entries", "score_lines", "whistles", "department_lines"):
                rows = await connection.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
                found[table] = list(rows.scalars())
        return found


@asynccontextmanager
async def scoring_desk(admin_dsn: str, folder: Path) -> AsyncIterator[Desk]:
    """A migrated scoring of its own in this database."""
    await prepare(admin_dsn, "scoring", PASSWORD)
    dsn = role_dsn(admin_dsn, "scoring", PASSWORD)
    await upgrade(dsn, SERVICE.schema)
    issuer = LocalIssuer(folder)
    issuer.prepare()
    (folder / "cursor.key").write_bytes(uuid4().bytes * 2)
    settings = ScoringSettings.model_validate(
        {
            "database_url": dsn,
            "bus": "embedded",
            "jwks": str(issuer.jwks),
            "keys": folder,
            "token_issuer": ISSUER,
            "token_audience": AUDIENCE,
        }
    )
    clock = StandingClock()
    flat = flat_of(SERVICE, settings, clock=clock, city=beijing())
    transport = httpx.ASGITransport(app=flat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring") as client:
        yield Desk(flat, clock, client, issuer)
    await flat.bus.close()
    await flat.store.engine.dispose()
