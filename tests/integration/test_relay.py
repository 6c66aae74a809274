"""From commit to bus: nothing lost, nothing skipped, each case in its order."""

import asyncio
import signal
from pathlib import Path
from uuid import UUID

import pytest

from deploy.local.kafka import LocalKafka
from deploy.local.postgres import LocalPostgres
from shared.bus.kafka.client import PATIENCE
from shared.bus.relay import LEASE, LONGEST_WAIT, REBALANCE, Relay
from shared.bus.replay import replay
from shared.events.envelope import decode
from shared.events.topics import CASE
from shared.kernel.ids import new_id
from tests.integration.bus_town import (
    TellerWork,
    Town,
    built,
    open_town,
    running,
    some_cases,
    spawn,
    tell,
    town,
)

__all__ = ["built", "town"]

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]
EMPTY = "SELECT count(*) FROM teller.outbox"
LIVING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jiesu relay teller'"


@pytest.fixture(scope="module", params=["embedded", "kafka"])
async def engine(request: pytest.FixtureRequest, database: str) -> tuple[str, str]:
    if request.param == "embedded":
        return "embedded", database
    broker: LocalKafka = request.getfixturevalue("kafka")
    return "kafka", broker.bootstrap


async def on_the_bus(town: Town, cases: list[UUID]) -> dict[UUID, list[int]]:
    """The sequences of each case in the topic, first occurrences."""
    found: dict[UUID, list[int]] = {case: [] for case in cases}
    async for record in town.bus.read(CASE.name):
        envelope = decode(record.headers, record.value).envelope
        sequences = found.get(UUID(envelope.key))
        if sequences is not None and envelope.sequence not in sequences:
            sequences.append(envelope.sequence)
    return found


async def test_a_commit_wakes_the_relay_and_the_fact_is_on_the_bus_with_its_envelope(town: Town) -> None:
    store = town.store(TellerWork)
    [case] = some_cases(1)
    async with running(Relay(store, town.bus)):
        await tell(store, [case])
        await town.until(EMPTY, 0)
    [heard] = [
        heard
        async for record in town.bus.read(CASE.name)
        if (heard := decode(record.headers, record.value)).envelope.key == str(case)
    ]
    assert (heard.envelope.source, heard.envelope.sequence, heard.envelope.key) == ("teller", 1, str(case))


async def test_three_relays_one_killed_lose_nothing_and_keep_each_cases_order(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(40)
    children = [await spawn("relay", town) for _ in range(2)]
    async with running(Relay(town.store(TellerWork), town.bus, batch=20)):
        await town.until(LIVING, 3)

        async def speak(turn: int) -> None:
            for _ in range(15):
                await tell(store, cases[turn % 2 :: 2])

        speaking = [asyncio.create_task(speak(turn)) for turn in range(4)]
        await town.until("SELECT count(*) > 300 FROM teller.event_log", True)
        children[0].kill()
        await asyncio.gather(*speaking, children[0].wait())
        await town.until(EMPTY, 0)
    children[1].kill()
    await children[1].wait()
    assert await on_the_bus(town, cases) == {case: list(range(1, 31)) for case in cases}


async def test_relays_share_the_shards_and_a_lone_one_has_them_all(town: Town) -> None:
    first, second = (Relay(town.store(TellerWork), town.bus) for _ in range(2))
    mine = (
        "SELECT coalesce(min(n), 0) FROM (SELECT count(*) AS n "
        "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'jiesu relay teller' "
        "AND l.objid <> 4294967295 GROUP BY pid)"
    )
    async with running(first):
        await town.until(mine, 16)
        async with running(second):
            await town.until(mine, 8)
        await town.until(mine, 16)


async def test_a_slow_commit_beside_fast_ones_is_not_skipped(town: Town) -> None:
    store = town.store(TellerWork)
    slow, *fast = some_cases(6)
    async with running(Relay(store, town.bus)):
        async with store.work() as work:
            await work.tell(slow)
            await work.flush()
            for _ in range(5):
                await tell(store, fast)
            await town.until(EMPTY, 0)
        await town.until(EMPTY, 0)
        await town.until("SELECT count(*) FROM teller.event_log", 26)
    found = await on_the_bus(town, [slow, *fast])
    assert found == {slow: [1], **{case: [1, 2, 3, 4, 5] for case in fast}}


async def test_a_relay_whose_session_is_ended_takes_its_shards_again(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(5)
    async with running(Relay(store, town.bus)):
        await tell(store, cases)
        await town.until(EMPTY, 0)
        await town.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'jiesu relay teller'"
        )
        await tell(store, cases)
        await town.until(EMPTY, 0)
    assert await on_the_bus(town, cases) == {case: [1, 2] for case in cases}


async def test_what_a_stopped_relay_held_is_taken_over_and_nothing_is_overtaken_when_it_wakes(
    town: Town,
) -> None:
    """F5: it lives, so no connection breaks: the database alone can tell that it is silent."""
    if town.engine == "embedded":
        return
    store, cases = town.store(TellerWork), some_cases(5)
    stopped = await spawn("relay", town)
    try:
        await tell(store, cases)
        await town.until(EMPTY, 0)
        stopped.send_signal(signal.SIGSTOP)
        await tell(store, cases)
        async with running(Relay(store, town.bus, batch=2)):
            await town.until(EMPTY, 0)
            stopped.send_signal(signal.SIGCONT)
            await town.until(LIVING, 2)
            await tell(store, cases)
            await town.until(EMPTY, 0)
    finally:
        stopped.kill()
        await stopped.wait()
    assert await on_the_bus(town, cases) == {case: [1, 2, 3] for case in cases}
    assert PATIENCE < LEASE < 35 - LONGEST_WAIT - REBALANCE


async def test_replay_says_the_log_again_in_order(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(10)
    for _ in range(3):
        await tell(store, cases)
    [[since]] = await town.ask("SELECT min(recorded_at) FROM teller.event_log")
    await town.ask("DELETE FROM teller.outbox")
    assert await replay(store, town.bus, since) == 30
    assert await on_the_bus(town, cases) == {case: [1, 2, 3] for case in cases}
    assert await replay(store, town.bus, since, topic="jiesu.grid") == 0


async def test_replay_keeps_each_cases_order_although_a_clock_was_set_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19: what was said after the clock was set back has older ids than what was said before."""
    store, cases = town.store(TellerWork), some_cases(5)
    falling = sorted((new_id() for _ in range(30)), reverse=True)
    monkeypatch.setattr("shared.store.work.new_id", iter(falling).__next__)
    for _ in range(3):
        await tell(store, cases)
    [[since]] = await town.ask("SELECT min(recorded_at) FROM teller.event_log")
    await town.ask("DELETE FROM teller.outbox")
    assert await replay(store, town.bus, since) == 15
    assert await on_the_bus(town, cases) == {case: [1, 2, 3] for case in cases}


async def test_while_the_database_is_away_the_relay_waits(town: Town, tmp_path: Path) -> None:
    server = LocalPostgres(tmp_path)
    await asyncio.to_thread(server.start)
    try:
        address = server.dsn() if town.engine == "embedded" else town.address
        async with open_town(server.dsn(), town.engine, address) as other:
            store, cases = other.store(TellerWork), some_cases(3)
            async with running(Relay(store, other.bus)):
                await tell(store, cases)
                await other.until(EMPTY, 0)
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.restart)
                await store.engine.dispose()
                await tell(store, cases)
                await other.until(EMPTY, 0)
            assert await on_the_bus(other, cases) == {case: [1, 2] for case in cases}
    finally:
        await asyncio.to_thread(server.discard)
