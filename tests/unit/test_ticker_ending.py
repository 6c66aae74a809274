"""A ticker that is broken off ends, whatever is raised while its ring is cleared away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from shared.ticker import Ticker, Timer


async def test_a_ring_whose_breaking_off_fails_ends_all_the_same() -> None:
    entered = asyncio.Event()

    @asynccontextmanager
    async def work() -> AsyncIterator[Any]:
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # As a driver does whose connection breaks while it rolls back.
            raise ConnectionError("the connection is gone") from None
        yield None

    store: Any = SimpleNamespace(source="survey", work=work)

    async def never(_: Any) -> int:
        return 0

    running = asyncio.create_task(Ticker(store, [Timer("never", timedelta(hours=1), never)]).run())
    await entered.wait()
    running.cancel()
    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await running
