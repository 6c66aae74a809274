"""死信: ops look, try again, or give up; a key is always taken in its order."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.bus.dead_letters import DeadLetters, NoSuchLetter, Outcome
from shared.bus.relay import Relay
from shared.bus.replay import replay
from shared.events.router import CaseUrged
from shared.events.topics import CASE
from tests.integration.bus_town import (
    HearerWork,
    Hearing,
    TellerWork,
    Town,
    open_town,
    running,
    some_cases,
    subscriber,
    tell,
)

pytestmark = pytest.mark.postgres
PARKED = "SELECT count(*) FROM hearer.parked"
NOTED = "SELECT case_id, sequence FROM hearer.noted ORDER BY place"


@pytest.fixture(scope="module")
async def built(database: str) -> AsyncIterator[Town]:
    async with open_town(database, "embedded", database) as town:
        yield town


@pytest.fixture
async def town(built: Town) -> Town:
    await built.empty()
    return built


async def with_a_parked_case(town: Town, hearing: Hearing, then: int = 2) -> list[object]:
    """Two cases; the first was urged, which is refused, and went on."""
    store, cases = town.store(TellerWork), some_cases(2)
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        await tell(store, cases[:1])
        await tell(store, cases[:1], CaseUrged)
        for _ in range(then):
            await tell(store, cases)
        await town.until(PARKED, 1 + then)
        await town.until("SELECT count(*) FROM hearer.noted", 1 + then)
    return list(cases)


def letters(town: Town, hearing: Hearing) -> DeadLetters[HearerWork]:
    return DeadLetters(town.store(HearerWork), hearing.subscriptions)


async def test_a_list_shows_the_bad_facts_and_on_request_what_waits_behind(town: Town) -> None:
    hearing = Hearing()
    [bad, _] = await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    assert (letter.key, letter.reason, letter.behind) == (str(bad), "not_to_be_urged: not now", False)
    everything = await desk.list(with_behind=True)
    assert [one.behind for one in everything] == [False, True, True]
    assert await desk.list(after=everything[-1].seq, with_behind=True) == []


async def test_a_retry_handles_the_key_in_its_order_and_the_case_flows_again(town: Town) -> None:
    hearing = Hearing()
    [bad, _] = await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    hearing.patient = True
    assert await desk.retry(letter.seq) == Outcome(3, 0, None, None)
    assert [row[1] for row in await town.ask(NOTED) if row[0] == bad] == [1, 2, 3, 4]
    store = town.store(TellerWork)
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        await tell(store, [bad])  # type: ignore[list-item]
        await town.until(f"SELECT count(*) FROM hearer.noted WHERE case_id = '{bad}'", 5)


async def test_a_retry_that_fails_again_leaves_everything_where_it_was(town: Town) -> None:
    hearing = Hearing()
    await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    assert await desk.retry(letter.seq) == Outcome(0, 0, letter.seq, "not_to_be_urged: not now")
    await town.until(PARKED, 3)


async def test_a_discard_releases_what_waited_behind_and_the_letter_never_comes_back(town: Town) -> None:
    hearing = Hearing()
    [bad, _] = await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    assert await desk.discard(letter.seq) == Outcome(2, 1, None, None)
    assert [row[1] for row in await town.ask(NOTED) if row[0] == bad] == [1, 3, 4]
    [[since]] = await town.ask("SELECT min(recorded_at) FROM teller.event_log")
    assert await replay(town.store(TellerWork), town.bus, since) == 6
    assert sum((await town.bus.lag("hearer", [CASE.name])).values()) == 6
    async with running(subscriber(town, hearing)), asyncio.timeout(20):
        while sum((await town.bus.lag("hearer", [CASE.name])).values()):
            await asyncio.sleep(0.05)
    assert (await town.ask(PARKED))[0][0] == 0
    assert len(await town.ask(NOTED)) == 5


async def test_a_letter_that_does_not_exist_is_refused_by_name(town: Town) -> None:
    desk = letters(town, Hearing())
    with pytest.raises(NoSuchLetter):
        await desk.retry(10**9)
    with pytest.raises(NoSuchLetter):
        await desk.discard(10**9)
