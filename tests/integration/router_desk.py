"""Router's desk: everybody who knocks there, with one sentence for each thing they do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from shared.city.city import City
from shared.events import survey
from shared.events.intake import CaseRegistered
from shared.kernel.ids import CallbackId, CaseId, new_id
from shared.kernel.words import CallbackChannel, Channel, Kind, Satisfied, Solved
from shared.sealing.ring import load_ring
from tests.kit.builders_router import AT
from tests.kit.desk import ServiceDesk, at_desk

GROUP_RENTAL = "大兴区观音寺街道首座御园有群租房"
RowDict = dict[str, Any]


def lead_path(case: RowDict) -> str:
    """Where the case's leading order lies."""
    return f"work-orders/{case['orders'][0]['order_id']}"


@dataclass(slots=True)
class Desk(ServiceDesk):
    """Everybody who knocks at router."""

    SERVICE = "router"
    AT = AT

    def seal(self, case_id: CaseId, **words: Any) -> str:
        ring = load_ring(self.flat.settings.words_ring)
        return ring.seal(orjson.dumps(words), context=f"case:{case_id}")

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
        headers = self.token(role, unit=unit)
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
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(role, unit=unit))

    async def somebody_waits(self) -> bool:
        """Whether for a lock of another transaction in this database."""
        waiting = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
        return bool((await self.rows(waiting))[0]["n"])

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


@asynccontextmanager
async def router_desk(admin_dsn: str, folder: Path, *, city: City | None = None) -> AsyncIterator[Desk]:
    """A migrated router of its own in this database."""
    async with at_desk(Desk, admin_dsn, folder, city=city) as desk:
        yield desk


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A router for all tests of a module, which imports this and `desk` and names both in its `__all__`."""
    async with router_desk(database, tmp_path_factory.mktemp("router-keys")) as desk:
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    """The same router; it is the same time for each test."""
    house.clock.at = AT
    return house
