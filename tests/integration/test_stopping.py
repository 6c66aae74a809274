"""Who is told to stop ends in time, also when what he works with is silent; and no loop ends unseen."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from deploy.commands.topics import create_topics
from services.survey.app import SERVICE
from shared import service
from shared.service import EndedUntold, Flat, alive, flat_of, let_go
from shared.store import driver
from tests.integration.survey_desk import Desk, survey_desk
from tests.kit.line import Line, line_to
from tests.kit.people import eventually

pytestmark = pytest.mark.postgres
POOL = 4
KILLED_AFTER = 25.0
"""Seconds after which who was told to stop is killed."""


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with survey_desk(database, tmp_path_factory.mktemp("stopping-keys")) as desk:
        await create_topics("embedded", None, database, ["survey"])
        yield desk


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[tuple[Line, int]]:
    url = make_url(desk.flat.settings.database_url.get_secret_value())
    async with line_to(str(url.host), url.port or 0) as line:
        yield line


def far(desk: Desk, port: int) -> Flat:
    """The same survey with its database at the end of a line."""
    url = make_url(desk.flat.settings.database_url.get_secret_value()).set(host="127.0.0.1", port=port)
    told = SecretStr(url.render_as_string(hide_password=False))
    settings = desk.flat.settings.model_copy(update={"database_url": told, "database_pool": POOL})
    return flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)


async def has_joined(flat: Flat) -> bool:
    return flat.subscriber is not None and flat.subscriber.trouble is None


async def filled(flat: Flat) -> None:
    """As many sessions as there may be are open, and all idle but those of the loops."""
    together = asyncio.Barrier(POOL - 1)

    async def one() -> None:
        async with flat.store.read():
            await together.wait()

    await asyncio.gather(*(one() for _ in range(POOL - 1)))


async def test_a_service_with_a_silent_database_stops_in_time(
    desk: Desk, line: tuple[Line, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STOP_WITHIN", 1)
    flat = far(desk, line[1])
    async with alive(flat):
        await eventually(lambda: has_joined(flat), what="a consumer")
        await filled(flat)
        line[0].fall_silent()
        began = time.monotonic()
    assert time.monotonic() - began < KILLED_AFTER
    assert flat.bug is None


async def test_a_knock_broken_off_on_a_silent_line_is_not_waited_for(
    desk: Desk, line: tuple[Line, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "UNDONE_WITHIN", 0.1)
    flat, under_way = far(desk, line[1]), asyncio.Event()

    async def knock() -> None:
        async with flat.store.work() as work:
            line[0].fall_silent()
            under_way.set()
            await driver.fetch(work.connection, "SELECT 1")

    knocking = asyncio.create_task(knock())
    await under_way.wait()
    knocking.cancel()
    await asyncio.wait([knocking], timeout=10)
    assert knocking.cancelled()
    line[0].restore()
    await let_go(flat)


async def test_a_loop_that_ends_although_nobody_told_it_is_a_bug(desk: Desk, line: tuple[Line, int]) -> None:
    """Cancelled with something that it waited for, or returning: readiness would go on saying yes."""
    flat, told = far(desk, line[1]), asyncio.Event()
    flat.on_bug = told.set
    flat.subscriber = Gone()  # type: ignore[assignment]
    async with alive(flat):
        async with asyncio.timeout(60):
            await told.wait()
    assert isinstance(flat.bug, EndedUntold)


class Gone:
    """A loop whose work was cancelled beneath it."""

    trouble = None

    def stop(self) -> None:
        """There is nothing to stop."""

    async def run(self) -> None:
        waited: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waited.cancel()
        await waited
