"""Router on a real Postgres without its loops: requests, facts and the clock are all driven by the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
from sqlalchemy import text

from deploy.commands.migrate import role_dsn
from deploy.local.keys import AUDIENCE, ISSUER, Bearer, LocalIssuer
from services.router.app import SERVICE
from services.router.settings import RouterSettings
from services.router.timers import TIMERS
from shared.bus.subscriptions import Subscriptions
from shared.events import survey
from shared.events.envelope import Cause, Envelope, Heard
from shared.events.fact import CaseFact
from shared.events.intake import CaseRegistered
from shared.kernel.ids import CallbackId, CaseId, EventId, new_id
from shared.kernel.words import CallbackChannel, Channel, Kind, Satisfied, Solved
from shared.sealing.ring import KeyRing, new_ring, save_ring
from shared.service import Flat, flat_of
from shared.store import inbox
from shared.store.migrate import prepare, upgrade
from shared.ticker import Ticker
from tests.kit.builders_router import AT
from tests.kit.city import beijing

PASSWORD = "router-in-a-test"
GROUP_RENTAL = "大兴区观音寺街道首座御园有群租房"
RowDict = dict[str, Any]


@dataclass(slots=True)
class DrivenClock:
    """Moves only when told to."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    def passes(self, **more: float) -> None:
        self.at += timedelta(**more)


@dataclass(slots=True)
class Desk:
    """Everybody who knocks at router, with one sentence for each thing they do."""

    flat: Flat
    clock: DrivenClock
    client: httpx.AsyncClient
    issuer: LocalIssuer
    ring: KeyRing
    heard: int = 0
    tokens: dict[Any, str] = field(default_factory=dict)

    def token(self, role: str, unit: str | None = None) -> dict[str, str]:
        who = (role, unit)
        if who not in self.tokens:
            bearer = Bearer(f"{role}-{unit}", roles=(role,), unit=unit)
            self.tokens[who] = self.issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def seal(self, case_id: CaseId, **words: Any) -> str:
        return self.ring.seal(orjson.dumps(words), context=f"case:{case_id}")

    def registered(self, said: str = GROUP_RENTAL, **more: Any) -> CaseRegistered:
        """What intake says of a new case."""
        case_id = CaseId(new_id())
        sealed = self.seal(case_id, text=said, address=None, lng=None, lat=None, places=[])
        whole: RowDict = {
            "case_id": case_id,
            "channel": Channel.HOTLINE,
            "kind": Kind.COMPLAINT,
            "sealed_words": sealed,
            "has_phone": True,
        }
        return CaseRegistered(**{**whole, **more})

    async def case(self, said: str = GROUP_RENTAL) -> RowDict:
        """Register a case; how the desk sees it."""
        fact = self.registered(said)
        await self.hears(fact)
        return await self.sees_case(fact.case_id)

    async def sees_case(self, case_id: Any) -> RowDict:
        answer = await self.reads(f"cases/{case_id}", role="dispatcher")
        assert answer.status_code == 200, answer.text
        found: RowDict = answer.json()
        return found

    async def asks(
        self,
        path: str,
        *,
        role: str = "unit",
        unit: str | None = None,
        seen: str | None = "*",
        key: str | None = None,
        **body: Any,
    ) -> httpx.Response:
        """A move, as somebody."""
        headers = self.token(role, unit)
        if seen is not None:
            headers["If-Match"] = seen
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.client.post(f"/v1/{path}", headers=headers, json=body or None)

    async def moves(self, path: str, **more: Any) -> RowDict:
        """A move that must be taken."""
        answer = await self.asks(path, **more)
        assert answer.status_code == 200, answer.text
        found: RowDict = answer.json()
        return found

    async def reads(
        self, path: str, *, role: str = "unit", unit: str | None = None, **query: Any
    ) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(role, unit))

    async def hears(self, *facts: CaseFact, again: int = 0) -> None:
        """One batch from the bus, as the subscriber hands it over."""
        subscriptions = Subscriptions(SERVICE.hears)
        batch = [self._enveloped(fact) for fact in facts]
        for _ in range(again + 1):
            async with self.flat.store.work() as work:
                new = await inbox.accept(work.connection, "router", [one.envelope.id for one in batch])
                fresh = [one for one in batch if one.envelope.id in new]
                await subscriptions.preload(work, fresh)
                for one in fresh:
                    await subscriptions.handle(work, one)

    async def citizen_is_called_back(self, case_id: Any, round_: int, satisfied: Satisfied) -> None:
        names: RowDict = {"case_id": case_id, "callback_id": CallbackId(new_id()), "round": round_}
        completed = survey.CallbackCompleted(
            **names,
            channel=CallbackChannel.PHONE,
            contacted=True,
            solved=Solved.PARTLY,
            satisfied=satisfied,
            scored=True,
        )
        await self.hears(survey.CallbackScheduled(**names, due_at=self.clock.now()), completed)

    def _enveloped(self, fact: CaseFact) -> Heard[Any]:
        self.heard += 1
        envelope = Envelope(
            id=EventId(new_id()),
            type=fact.type_name(),
            source=fact.SOURCE,
            subject=str(fact.case_id),
            time=self.clock.now(),
            sequence=self.heard,
            key=fact.key(),
            cause=Cause("test", "test"),
        )
        return Heard(envelope, fact)

    async def rings(self) -> int:
        """The bells, once."""
        return await Ticker(self.flat.store, TIMERS).ring(TIMERS[0])

    async def said(self, key: Any) -> list[RowDict]:
        """What was said of a case, in the order of the outbox."""
        async with self.flat.store.read() as connection:
            rows = await connection.execute(
                text(
                    "SELECT e.topic, e.type, e.sequence, e.aggregateid, e.payload FROM outbox o "
                    "JOIN event_log e USING (recorded_at, id) WHERE e.key = :key ORDER BY o.seq"
                ),
                {"key": str(key)},
            )
            return [dict(row) for row in rows.mappings()]

    async def told(self, key: Any) -> list[str]:
        """The same as short names; the numbering must have neither gap nor turn."""
        found = await self.said(key)
        assert [row["sequence"] for row in found] == list(range(1, len(found) + 1))
        return [row["type"].removeprefix("jiesu.").removesuffix(".v1") for row in found]


@asynccontextmanager
async def router_desk(admin_dsn: str, folder: Path) -> AsyncIterator[Desk]:
    """A migrated router of its own in this database."""
    await prepare(admin_dsn, "router", PASSWORD)
    dsn = role_dsn(admin_dsn, "router", PASSWORD)
    await upgrade(dsn, SERVICE.schema)
    issuer = LocalIssuer(folder)
    issuer.prepare()
    (folder / "cursor.key").write_bytes(uuid4().bytes * 2)
    ring = new_ring("k1")
    save_ring(ring, folder / "words.json")
    settings = RouterSettings.model_validate(
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
    async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        yield Desk(flat, clock, client, issuer, ring)
    await flat.bus.close()
    await flat.store.engine.dispose()
