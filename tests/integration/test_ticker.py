"""Time knocks: one replica rings, again at once while there is more, and never stops for an error."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.ticker import Ticker, Timer
from tests.integration.bus_town import TellerWork, Town, built, engine, running, some_cases, tell, town

__all__ = ["built", "engine", "town"]

pytestmark = pytest.mark.postgres


async def finish_some(work: Any) -> int:
    """Take away three said cases at most."""
    found = await work.connection.exec_driver_sql(
        "DELETE FROM said WHERE case_id IN (SELECT case_id FROM said ORDER BY case_id LIMIT 3)"
    )
    return int(found.rowcount)


async def test_it_rings_again_at_once_while_there_is_more(town: Town) -> None:
    store = town.store(TellerWork)
    await tell(store, some_cases(10))
    async with running(Ticker(store, [Timer("finish", timedelta(hours=1), finish_some)])):
        await town.until("SELECT count(*) FROM teller.said", 0)


async def test_one_replica_rings_while_the_other_is_at_it(town: Town) -> None:
    first, second = (Ticker(town.store(TellerWork), []) for _ in range(2))
    begun, may_end, rung = asyncio.Event(), asyncio.Event(), 0

    async def ring(work: Any) -> int:
        nonlocal rung
        rung += 1
        begun.set()
        await may_end.wait()
        return 1

    timer = Timer("slow", timedelta(seconds=1), ring)
    ringing = asyncio.create_task(first.ring(timer))
    await begun.wait()
    assert await second.ring(timer) == 0
    assert await second.ring(Timer("other", timedelta(seconds=1), finish_some)) == 0
    may_end.set()
    assert await ringing == 1
    assert rung == 1
    assert await second.ring(timer) == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
async def test_after_an_error_it_rings_again_and_nothing_of_the_failed_knock_is_kept(
    town: Town, error: type[BaseException]
) -> None:
    """Also after one that looks like our own end: something that the ring waited for was cancelled."""
    store, rings = town.store(TellerWork), 0
    [case] = some_cases(1)

    async def ring(work: Any) -> int:
        nonlocal rings
        rings += 1
        if rings == 1:
            await work.tell(case)
            await work.flush()
            raise error
        return await finish_some(work)

    await tell(store, some_cases(1))
    async with running(Ticker(store, [Timer("bad first", timedelta(milliseconds=50), ring)])):
        await town.until("SELECT count(*) FROM teller.said", 0)
    assert rings >= 2
    assert (await town.ask("SELECT count(*) FROM teller.event_log"))[0][0] == 1


async def test_what_a_timer_says_wakes_the_relay(town: Town) -> None:
    store, said = town.store(TellerWork), False
    [case] = some_cases(1)

    async def ring(work: Any) -> int:
        nonlocal said
        if said:
            return 0
        said = True
        await work.tell(case)
        return 1

    async with running(Ticker(store, [Timer("say", timedelta(hours=1), ring)])):
        await asyncio.wait_for(store.committed.wait(), 60)
