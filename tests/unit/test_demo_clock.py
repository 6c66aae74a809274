"""The play's clock: it moves when all stories wait, to the earliest instant, and never back."""

import asyncio
from datetime import UTC, datetime, timedelta

from deploy.demo.clock import DrivenClock, RealClock

HOUR = timedelta(hours=1)


def a_clock(*, ahead: timedelta = timedelta()) -> tuple[DrivenClock, list[timedelta]]:
    kept: list[timedelta] = []
    return DrivenClock(ahead, kept.append), kept


async def test_hours_pass_when_the_only_story_waits() -> None:
    clock, kept = a_clock()
    clock.joins()
    until = clock.now() + 10 * HOUR
    await clock.until(until)
    assert until <= clock.now() < until + HOUR
    assert len(kept) == 1


async def test_stories_side_by_side_wake_in_the_order_of_their_times() -> None:
    clock, kept = a_clock()
    began, woken = clock.now(), []

    async def story(*hours: int) -> None:
        for hour in hours:
            await clock.until(began + hour * HOUR)
            woken.append(hour)
        clock.leaves()

    for _ in range(3):
        clock.joins()
    await asyncio.gather(story(10, 11), story(1, 2, 30), story(5))
    assert woken == [1, 2, 5, 10, 11, 30]
    assert kept == sorted(kept)


async def test_nothing_passes_while_a_story_is_still_at_work() -> None:
    clock, kept = a_clock()
    clock.joins()
    clock.joins()
    waiting = asyncio.create_task(clock.until(clock.now() + HOUR))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert kept == []
    clock.leaves()
    await waiting
    assert len(kept) == 1


async def test_an_instant_that_is_past_is_not_waited_for() -> None:
    clock, kept = a_clock(ahead=100 * HOUR)
    await clock.until(datetime.now(UTC) + HOUR)
    assert kept == []


async def test_on_the_real_clock_nothing_passes() -> None:
    clock = RealClock()
    await clock.until(datetime.now(UTC) + 1000 * HOUR)
    assert clock.now() - datetime.now(UTC) < HOUR
