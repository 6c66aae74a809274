"""Scoring's desk: those who ask it, and what it folded."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from deploy.commands.topics import create_topics
from services.scoring.store import ScoringWork
from shared.city.city import City
from tests.kit.case_story import SHANGHAI
from tests.kit.desk import ServiceDesk, at_desk
from tests.kit.people import eventually

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
Asked = asyncio.Task[httpx.Response]


@dataclass(slots=True)
class Desk(ServiceDesk):
    """Those who ask scoring."""

    SERVICE = "scoring"
    AT = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)
    """Late in the period."""

    async def asks(
        self, path: str, *, unit: str | None = None, role: str = "supervisor", **query: Any
    ) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params=query, headers=self.token(role, unit=unit))

    async def reads(self, path: str, **more: Any) -> Any:
        """A question that must be answered."""
        answer = await self.asks(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pages(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, two at a time."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.reads(path, limit=2, **cursor, **query)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    async def forgets_what_it_heard(self) -> None:
        """The inbox is pruned."""
        async with self.flat.store.work() as work:
            await work.connection.execute(text("TRUNCATE inbox"))

    async def beside(self, knock: ScoringWork, asked: Coroutine[Any, Any, httpx.Response]) -> Asked:
        """Somebody asks while the knock is about to commit, and waits for it by now."""
        await knock.flush()
        answer = asyncio.create_task(asked)
        await eventually(lambda: self.rows(WAITING), what="the other one waits")
        return answer

    async def ledger(self) -> dict[str, list[Any]]:
        """Every row that was folded."""
        found = {}
        async with self.flat.store.read() as connection:
            for table in ("entries", "score_lines", "whistles", "department_lines"):
                rows = await connection.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
                found[table] = list(rows.scalars())
        return found


@asynccontextmanager
async def scoring_desk(admin_dsn: str, folder: Path, *, city: City | None = None) -> AsyncIterator[Desk]:
    """A migrated scoring of its own in this database, and a bus that can be asked what lies on it."""
    async with at_desk(Desk, admin_dsn, folder, city=city) as desk:
        await create_topics("embedded", None, admin_dsn, [desk.SERVICE])
        yield desk
