"""Grid's desk: everybody who knocks there, with one sentence for each thing they do."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.city.city import City
from shared.events.router import CaseDispatched
from shared.kernel.ids import CaseId, CategoryCode, UnitCode, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from tests.kit.desk import ServiceDesk, at_desk
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT, GUANYINSI, POLICE, SITE


@dataclass(slots=True)
class Desk(ServiceDesk):
    """Everybody who knocks at grid."""

    SERVICE = "grid"
    AT = BLOWN_AT
    TABLES = (
        "whistles",
        "whistle_calls",
        "incidents",
        "deliberations",
        "conferences",
        "divisions",
        "micro_projects",
    )

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
            "/v1/whistles", json=body, headers={**self.token("unit", unit=by), **(headers or {})}
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
        headers = self.token("unit", unit=by)
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
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(role, unit=by))

    async def queue(self, by: str | None, **query: Any) -> list[str]:
        """The whistles somebody finds there."""
        answer = await self.reads("whistles", by=by, **query)
        assert answer.status_code == 200, answer.text
        return [one["whistle_id"] for one in answer.json()["items"]]


async def a_case(desk: Desk, unit: UnitCode, place: UnitCode) -> str:
    """Router dispatched a citizen's case."""
    case_id = CaseId(new_id())
    await desk.hears(
        CaseDispatched(
            case_id=case_id,
            work_order_id=WorkOrderId(new_id()),
            unit=unit,
            place=place,
            category=CategoryCode("waste_land"),
            tier=Tier.GENERAL,
            mode=HandlingMode.DEDICATED,
            clause="1",
            list_version="1",
            policy_version="1",
            sign_by=BLOWN_AT,
            resolve_by=BLOWN_AT,
        )
    )
    return str(case_id)


@asynccontextmanager
async def grid_desk(admin_dsn: str, folder: Path, *, city: City | None = None) -> AsyncIterator[Desk]:
    """A migrated grid of its own in this database."""
    async with at_desk(Desk, admin_dsn, folder, city=city) as desk:
        yield desk


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A grid for all tests of a module, which imports this and `desk` and names both in its `__all__`."""
    async with grid_desk(database, tmp_path_factory.mktemp("grid-keys")) as desk:
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    """The same grid; it is the same time for each test."""
    house.clock.at = BLOWN_AT
    return house
