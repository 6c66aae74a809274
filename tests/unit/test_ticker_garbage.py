"""What only a reference cycle holds is let go by the clock; how often, and of which age."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from shared.ticker.garbage import OLDER, OLDEST, Collector


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def by_hand() -> Iterator[None]:
    """Nobody collects but who is asked."""
    gc.disable()
    yield
    gc.enable()


def test_a_knot_is_freed_by_the_next_look() -> None:
    collector = Collector()
    collector.look()
    knot = weakref.ref(Knot())
    assert knot() is not None
    assert collector.look() >= 1
    assert knot() is None


def test_one_that_grew_old_is_freed_by_a_later_look() -> None:
    collector = Collector()
    held = Knot()
    for _ in range(OLDER):
        collector.look()  # Its youth and middle age: from now on only a whole look finds it.
    knot = weakref.ref(held)
    del held
    for _ in range(OLDER, OLDEST - 1):
        collector.look()
        assert knot() is not None
    collector.look()
    assert knot() is None


async def test_it_looks_by_the_clock_until_it_is_stopped() -> None:
    collector = Collector(every=0.001)
    running = asyncio.create_task(collector.run())
    knot = weakref.ref(Knot())
    async with asyncio.timeout(60):
        while knot() is not None:
            await asyncio.sleep(0)
        collector.stop()
        await running
