"""From bus to commit: every fact once, in its case's order, and three fates for what goes wrong."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from deploy.local.kafka import LocalKafka
from shared.bus.embedded import EmbeddedBus, Redelivery
from shared.bus.port import Message
from shared.bus.relay import Relay
from shared.bus.replay import replay
from shared.bus.settling import BREATH, TooManyParked
from shared.events.router import CaseProgressed, CaseSigned, CaseUrged
from shared.events.topics import CASE, dead_letters
from shared.observability.metrics import FACTS_HEARD
from tests.integration.bus_town import (
    HearerWork,
    Hearing,
    TellerWork,
    Town,
    built,
    noted,
    running,
    some_cases,
    spawn,
    subscriber,
    tell,
    town,
    value,
)

__all__ = ["built", "town"]

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]
NOTED = "SELECT count(*) FROM hearer.noted"
PARKED = "SELECT count(*) FROM hearer.parked"


@pytest.fixture(scope="module", params=["embedded", "kafka"])
async def engine(request: pytest.FixtureRequest, database: str) -> tuple[str, str]:
    if request.param == "embedded":
        return "embedded", database
    broker: LocalKafka = request.getfixturevalue("fresh_kafka")
    return "kafka", broker.bootstrap


async def say(town: Town, *messages: tuple[UUID, dict[str, bytes], bytes | None]) -> None:
    """Put raw records on the bus."""
    producer = town.bus.producer()
    await producer.send([Message(CASE.name, str(k).encode(), v, tuple(h.items())) for k, h, v in messages])
    await producer.close()


def headers(case: UUID, **changed: bytes | None) -> dict[str, bytes]:
    """An envelope as `CaseProgressed` has it, changed or with something missing."""
    whole: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": str(uuid4()).encode(),
        "ce_source": b"/jiesu/teller",
        "ce_type": CaseProgressed.type_name().encode(),
        "ce_subject": str(case).encode(),
        "ce_time": b"2026-01-05T08:00:00+00:00",
        "ce_sequence": b"1",
        "ce_partitionkey": str(case).encode(),
        "ce_causationid": b"x",
        "ce_correlationid": b"x",
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


async def test_every_fact_is_noted_once_and_in_order_by_two_hearers(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(30)
    one, two = (subscriber(town, Hearing(), instance=name) for name in ("1", "2"))
    async with running(Relay(store, town.bus)), running(one), running(two):
        for _ in range(10):
            await tell(store, cases)
            await tell(store, cases[:3], CaseSigned)
        await town.until(NOTED, 300, within=40)
    # CaseSigned is nobody's subscription: its numbers are missing, and nothing was parsed or parked.
    found = await noted(town)
    assert {case: found[case] for case in cases[3:]} == {case: list(range(1, 11)) for case in cases[3:]}
    assert all(found[case] == list(range(1, 21, 2)) for case in cases[:3])
    assert (await town.ask(PARKED))[0][0] == 0


async def test_a_hearer_killed_between_commit_and_offset_leaves_each_effect_once(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(10)
    async with running(Relay(store, town.bus)):
        await tell(store, cases)
        await town.until("SELECT count(*) FROM teller.outbox", 0)
    child = await spawn("hearer", town)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"committed\n"
    await town.until(NOTED, 10)
    child.kill()
    await child.wait()
    hearing, calls = Hearing(), 0
    duplicates = FACTS_HEARD.labels("hearer", CaseProgressed.type_name(), "duplicate")
    before = value(duplicates)

    async def count() -> None:
        nonlocal calls
        calls += 1

    hearing.before_note = count
    async with running(subscriber(town, hearing, instance="1")), running(Relay(store, town.bus)):
        await tell(store, cases)
        await town.until(NOTED, 20)
    assert calls == 10
    assert value(duplicates) == before + 10
    assert await noted(town) == {case: [1, 2] for case in cases}
    assert sum((await town.bus.lag("hearer", [CASE.name])).values()) == 0


async def test_a_hearer_stopped_in_mid_batch_holds_up_nobody_and_changes_nothing_when_it_wakes(
    town: Town,
) -> None:
    """F10: its transaction stands open while another has its partitions."""
    store, cases = town.store(TellerWork), some_cases(10)
    sleeper = await spawn("sleeper", town)
    assert sleeper.stdout is not None
    try:
        async with running(Relay(store, town.bus)):
            await tell(store, cases)
            assert await sleeper.stdout.readline() == b"asleep\n"
            async with running(subscriber(town, Hearing(), instance="1")):
                await tell(store, cases)
                await town.until(NOTED, 20)
                sleeper.send_signal(signal.SIGCONT)
                async with asyncio.timeout(60):
                    words = [word async for word in _words_until_an_offset(sleeper.stdout)]
                sleeper.kill()
                assert words[-1] == b"refused\n"
    finally:
        if sleeper.returncode is None:
            sleeper.kill()
        await sleeper.wait()
    assert await noted(town) == {case: [1, 2] for case in cases}


async def _words_until_an_offset(told: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Log lines, and at last what became of the offset it wanted to keep."""
    async for word in told:
        yield word
        if word in (b"refused\n", b"kept\n"):
            return


async def test_a_refused_fact_is_parked_its_case_waits_and_other_cases_flow(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(6)
    bad, *good = cases
    async with running(Relay(store, town.bus)), running(subscriber(town, Hearing())):
        await tell(store, cases)
        await tell(store, [bad], CaseUrged)
        for _ in range(3):
            await tell(store, cases)
        await town.until(PARKED, 4)
        await town.until(NOTED, 1 + 5 * 4)
    assert await noted(town) == {bad: [1], **{case: [1, 2, 3, 4] for case in good}}
    letters = await town.ask("SELECT key, reason, behind FROM hearer.parked ORDER BY seq")
    assert [tuple(letter) for letter in letters] == [
        (str(bad), "not_to_be_urged: not now", False),
        *[(str(bad), "behind a parked fact of the same key", True)] * 3,
    ]
    copies = [record async for record in town.bus.read(dead_letters(CASE.name, "hearer"))]
    [copy] = [record for record in copies if record.key == str(bad).encode()]
    told = dict(copy.headers)
    assert told["dlq_reason"] == b"not_to_be_urged: not now"
    assert told["dlq_topic"] == b"jiesu.case"


async def test_every_kind_of_poison_is_parked_with_its_reason(town: Town) -> None:
    cases = some_cases(10)
    poison: list[tuple[UUID, dict[str, bytes], bytes | None]] = [
        (cases[0], headers(cases[0]), b"{not json"),
        (cases[1], headers(cases[1], ce_type=b"jiesu.case.exploded.v1"), b"{}"),
        (cases[2], headers(cases[2], ce_type=b"jiesu.case.progressed.v9"), b"{}"),
        (cases[3], headers(cases[3]), b'{"padding":"' + b"x" * 900_000 + b'"}'),
        (cases[4], headers(cases[4]), None),
        (cases[5], headers(cases[5], ce_id=None), b"{}"),
        (cases[6], {}, b"{}"),
        (cases[7], headers(cases[7], ce_time=b"yesterday"), b"{}"),
    ]
    body = CaseProgressed(case_id=cases[8], work_order_id=cases[8], unit="u").model_dump_json().encode()  # type: ignore[arg-type]
    large = (cases[9], headers(cases[9], ce_sequence=str(2**40).encode()), body)
    good = [(each, headers(each), body) for each in (cases[8], cases[0])]
    async with running(subscriber(town, Hearing())):
        await say(town, *poison, large, *good)
        await town.until(PARKED, 10)
        await town.until(NOTED, 1)
    reasons = {
        UUID(row[0]): row[1]
        for row in await town.ask("SELECT key, reason FROM hearer.parked WHERE NOT behind")
    }
    assert reasons.pop(cases[9]) == "no table takes its values: SQLSTATE 22000"
    assert set(reasons) == set(cases[:8])
    assert "exploded" in reasons[cases[1]]
    assert "null" in reasons[cases[4]]
    assert "ce_id" in reasons[cases[5]]
    assert all(reason.startswith("undecodable: ") for reason in reasons.values())


async def test_a_bug_ends_the_subscriber_and_nothing_is_kept_or_lost(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(5)
    broken = Hearing()
    broken.broken = True
    async with running(Relay(store, town.bus)):
        await tell(store, cases)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(subscriber(town, broken).run(), 120)
        assert (await town.ask(NOTED))[0][0] == 0
        async with running(subscriber(town, Hearing())):
            await town.until(NOTED, 5)


async def test_too_many_parked_in_a_row_stop_it(town: Town) -> None:
    cases = some_cases(6)
    await say(town, *((case, headers(case), b"{not json") for case in cases))
    with pytest.raises(TooManyParked):
        await asyncio.wait_for(subscriber(town, Hearing(), max_parked_in_row=3).run(), 120)
    assert (await town.ask(PARKED))[0][0] == 3
    async with running(subscriber(town, Hearing())):
        await town.until(PARKED, 6)


async def test_while_the_database_is_busy_the_batch_waits_in_order(town: Town) -> None:
    store, cases = town.store(TellerWork), some_cases(5)
    hearing, failures = Hearing(), 0

    async def fail_twice() -> None:
        nonlocal failures
        failures += 1
        if failures <= 2:
            raise ConnectionResetError

    hearing.before_note = fail_twice
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        for _ in range(3):
            await tell(store, cases)
        await town.until(NOTED, 15)
    assert failures > 15
    assert await noted(town) == {case: [1, 2, 3] for case in cases}
    assert (await town.ask(PARKED))[0][0] == 0


async def test_a_batch_that_decides_for_long_lets_requests_go_on(town: Town) -> None:
    store, [case] = town.store(TellerWork), some_cases(1)
    hearing, turns, seen = Hearing(), 0, list[int]()

    async def requests() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def decide(_work: HearerWork, _heard: object) -> None:
        seen.append(turns)
        began = time.monotonic()
        while time.monotonic() - began < BREATH:
            pass

    async with running(Relay(store, town.bus)):
        for _ in range(6):
            await tell(store, [case])
        await town.until("SELECT 6 - count(*) FROM teller.outbox", 6)
    hearing.note = decide  # type: ignore[method-assign,assignment]
    beside = asyncio.create_task(requests())
    async with running(subscriber(town, hearing)):
        await town.until("SELECT count(*) FROM hearer.inbox", 6)
    beside.cancel()
    assert len(seen) == len(set(seen)) == 6, "between two facts of a batch others had their turn"


async def test_what_follows_from_a_fact_carries_it_as_its_cause(town: Town) -> None:
    causes: list[tuple[str, str]] = []
    store, [case] = town.store(TellerWork), some_cases(1)
    hearing = Hearing()
    note = hearing.note

    async def remember(work: HearerWork, heard: object) -> None:
        causes.append((work.cause.causation_id, work.cause.correlation_id))
        await note(work, heard)  # type: ignore[arg-type]

    hearing.note = remember  # type: ignore[method-assign,assignment]
    async with running(Relay(store, town.bus)), running(subscriber(town, hearing)):
        await tell(store, [case])
        await town.until(NOTED, 1)
    [[event, correlation]] = await town.ask("SELECT id::text, correlation_id FROM teller.event_log")
    assert causes == [(event, correlation)]


async def test_readiness_says_when_there_is_no_consumer(town: Town) -> None:
    heard = subscriber(town, Hearing())
    assert heard.trouble == "not joined yet"
    async with running(heard), asyncio.timeout(60):
        while heard.trouble is not None:
            await asyncio.sleep(0.05)


async def test_records_delivered_again_at_random_change_nothing(town: Town) -> None:
    if town.engine == "kafka":
        return
    store, cases = town.store(TellerWork), some_cases(20)
    kind = town.bus
    town.bus = EmbeddedBus(town.dsn, redelivery=Redelivery(seed=random.Random(7).randrange(100), chance=0.5))
    try:
        async with running(Relay(store, town.bus)), running(subscriber(town, Hearing())):
            for _ in range(20):
                await tell(store, cases)
            await town.until(NOTED, 400)
    finally:
        await town.bus.close()
        town.bus = kind
    assert await noted(town) == {case: list(range(1, 21)) for case in cases}


async def test_members_that_join_and_leave_again_and_again_hold_up_nobody(town: Town) -> None:
    """F11: something is said at every turn, and heard within fifteen seconds. On Kafka a change takes five:
    there once is enough, in the bus's contract.
    """
    if town.engine == "kafka":
        return
    store, cases = town.store(TellerWork), some_cases(20)
    async with running(Relay(store, town.bus)), running(subscriber(town, Hearing(), instance="1")):
        for turn in range(3):
            async with running(subscriber(town, Hearing(), instance=f"passer-by-{turn}")):
                await tell(store, cases)
                await town.until(NOTED, (2 * turn + 1) * 20, within=15)
            await tell(store, cases)
            await town.until(NOTED, (2 * turn + 2) * 20, within=15)
    assert await noted(town) == {case: list(range(1, 7)) for case in cases}


async def test_z_a_broker_that_lost_all_its_data_is_used_and_filled_again(
    town: Town, request: pytest.FixtureRequest
) -> None:
    """F8, and the last here: what others said before is gone with it. Nobody is started again."""
    if town.engine == "embedded":
        return
    broker: LocalKafka = request.getfixturevalue("fresh_kafka")
    store, cases = town.store(TellerWork), some_cases(10)
    async with running(Relay(store, town.bus)), running(subscriber(town, Hearing())):
        await tell(store, cases)
        await town.until(NOTED, 10)
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.wipe)
        await asyncio.to_thread(broker.restart)
        await town.topics()
        assert await replay(store, town.bus, datetime.min.replace(tzinfo=UTC)) == 10
        await tell(store, cases)
        await town.until(NOTED, 20, within=60)
        await town.until("SELECT count(*) FROM teller.outbox", 0)
    assert await noted(town) == {case: [1, 2] for case in cases}
    async with running(subscriber(town, Hearing(), group="newcomer")):
        await town.until(NOTED, 40)
    assert await noted(town) == {case: [1, 2, 1, 2] for case in cases}
