"""死信: ops look, try again, or give up; a key is always taken in its order."""

import asyncio
import signal
from itertools import count

import pytest
import typer

from deploy.commands.dlq import retry_all
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
    built,
    engine,
    running,
    some_cases,
    subscriber,
    tell,
    town,
)

__all__ = ["built", "engine", "town"]

pytestmark = pytest.mark.postgres
PARKED = "SELECT count(*) FROM hearer.parked"
NOTED = "SELECT case_id, sequence FROM hearer.noted ORDER BY place"


async def with_a_parked_case(town: Town, hearing: Hearing, then: int = 2) -> list[object]:
    """Two cases; the first was urged, which is refused, and went on."""
    store, cases = town.store(TellerWork), some_cases(2)
    [[parked], [noted]] = [*await town.ask(PARKED), *await town.ask("SELECT count(*) FROM hearer.noted")]
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        await tell(store, cases[:1])
        await tell(store, cases[:1], CaseUrged)
        for _ in range(then):
            await tell(store, cases)
        await town.until(PARKED, parked + 1 + then)
        await town.until("SELECT count(*) FROM hearer.noted", noted + 1 + then)
    return list(cases)


async def urged_once_more(town: Town, hearing: Hearing, case: object) -> None:
    store = town.store(TellerWork)
    [[parked]] = await town.ask(PARKED)
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        await tell(store, [case], CaseUrged)  # type: ignore[list-item]
        await town.until(PARKED, parked + 1)


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
    async with running(subscriber(town, hearing)), asyncio.timeout(60):
        while sum((await town.bus.lag("hearer", [CASE.name])).values()):
            await asyncio.sleep(0.05)
    assert (await town.ask(PARKED))[0][0] == 0
    assert len(await town.ask(NOTED)) == 5


async def test_what_is_bad_only_now_is_listed_with_its_own_reason(town: Town) -> None:
    """It waited behind until then: else nothing would be listed, and its case stand still unseen."""
    hearing = Hearing()
    [bad, _] = await with_a_parked_case(town, hearing, then=1)
    await urged_once_more(town, hearing, bad)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    hearing.patient, noted = True, count(1)

    async def patient_twice() -> None:
        hearing.patient = next(noted) < 2

    hearing.after_note = patient_twice
    stuck = await desk.retry(letter.seq)
    assert (stuck.handled, stuck.reason) == (2, "not_to_be_urged: not now")
    [listed] = await desk.list()
    assert (listed.seq, listed.behind, listed.reason) == (stuck.stuck_at, False, stuck.reason)


async def test_a_retry_that_was_broken_off_leaves_its_case_on_the_list(town: Town) -> None:
    hearing = Hearing()
    await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    [letter] = await desk.list()
    hearing.patient, asked = True, count()
    assert await desk.retry(letter.seq, stopped=lambda: next(asked) > 0) == Outcome(1, 0, None, None)
    [first] = await desk.list()
    assert first.behind
    assert await desk.retry(first.seq) == Outcome(2, 0, None, None)
    assert await desk.list() == []


async def test_all_are_tried_key_by_key_and_ctrl_c_stops_between_two_letters(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is stuck again is counted by its reason; the same command goes on where it was stopped."""
    hearing = Hearing()
    await with_a_parked_case(town, hearing)
    await with_a_parked_case(town, hearing)
    desk = letters(town, hearing)
    capsys.readouterr()
    with pytest.raises(typer.Exit) as ended:
        await retry_all(desk, "", "")
    assert ended.value.exit_code == 1
    told = capsys.readouterr()
    assert told.out == "2 of 2 keys, 0 facts handled, 2 stuck again\n"
    assert told.err == "     2  not_to_be_urged: not now\n"
    await retry_all(desk, "undecodable", "")
    await retry_all(desk, "", "jiesu.callback.")
    assert capsys.readouterr().out == "0 of 0 keys, 0 facts handled, 0 stuck again\n" * 2

    async def ctrl_c() -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0)  # The loop hears of it.

    hearing.patient, hearing.before_note = True, ctrl_c
    with pytest.raises(typer.Exit) as ended:
        await retry_all(desk, "not_to", "jiesu.case.urged")
    assert ended.value.exit_code == 130
    assert capsys.readouterr().out == "1 of 2 keys, 1 facts handled, 0 stuck again\n"
    hearing.before_note = None
    await retry_all(desk, "", "")
    assert capsys.readouterr().out == "2 of 2 keys, 5 facts handled, 0 stuck again\n"
    assert await desk.list(with_behind=True) == []


async def test_a_letter_that_does_not_exist_is_refused_by_name(town: Town) -> None:
    desk = letters(town, Hearing())
    with pytest.raises(NoSuchLetter):
        await desk.retry(10**9)
    with pytest.raises(NoSuchLetter):
        await desk.discard(10**9)
