"""F15: a bus that is far, cut off again and again, or heard no more: each fact is noted once, in order."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import client

from deploy.local.kafka import LocalKafka
from shared.bus import relay
from shared.bus.kafka import producer
from shared.bus.relay import LEASE, Relay
from shared.events.router import CaseProgressed
from shared.events.topics import CASE
from shared.observability.metrics import FACTS_HEARD, OUTBOX_UNSENT
from tests.integration.bus_town import (
    Hearing,
    TellerWork,
    Town,
    built,
    noted,
    running,
    some_cases,
    subscriber,
    tell,
    town,
    value,
)
from tests.kit.line import Line, line_to
from tests.kit.people import eventually

__all__ = ["built", "town"]

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]
NOTED = "SELECT count(*) FROM hearer.noted"
TO_SEND = "SELECT count(*) FROM teller.outbox"


@pytest.fixture(scope="module")
def engine(fresh_kafka: LocalKafka) -> tuple[str, str]:
    return "kafka", fresh_kafka.bootstrap


@pytest.fixture
async def line(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """Between every client and the broker, which names its own port to them: so their way there is bent."""
    host, _, own = town.address.partition(":")
    connect: Any = client.create_conn  # type: ignore[attr-defined]
    async with line_to(host, int(own)) as (line, port):

        async def through(host: str, wanted: int, **options: Any) -> Any:
            return await connect(host, port if wanted == int(own) else wanted, **options)

        monkeypatch.setattr(client, "create_conn", through)
        yield line


def repeated() -> float:
    """How often the hearer knew a fact already."""
    return value(FACTS_HEARD.labels("hearer", CaseProgressed.type_name(), "duplicate"))


async def test_a_far_bus_that_is_cut_off_again_and_again_carries_each_fact_once(
    town: Town, line: Line
) -> None:
    line.delay = 0.15
    store, cases = town.store(TellerWork), some_cases(20)

    async def all_heard() -> bool:
        return not sum((await town.bus.lag("hearer", [CASE.name])).values())

    async with running(Relay(store, town.bus)), running(subscriber(town, Hearing())):
        for turn in range(3):
            await tell(store, cases)
            await town.until(NOTED, 40 * turn + 20, within=60)
            line.asked.clear()
            await tell(store, cases)
            await line.asked.wait()
            line.cut()
        await town.until(NOTED, 120, within=60)
        await town.until(TO_SEND, 0)
        # What came twice is heard here: the next test begins without the memory of it.
        await eventually(all_heard, what="the last of what was sent twice")
    assert await noted(town) == {case: [1, 2, 3, 4, 5, 6] for case in cases}


async def test_what_was_sent_and_never_acknowledged_is_sent_again_and_noted_once(
    town: Town, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producer, "PATIENCE", 1.0)
    monkeypatch.setattr(relay, "MEASURE", 0.0)
    store, cases = town.store(TellerWork), some_cases(20)
    known, before = 0, repeated()

    async def another_try() -> bool:
        return line.callers > known

    async def twice() -> bool:
        return repeated() > before

    async with running(Relay(store, town.bus)):
        await tell(store, cases)
        await town.until(TO_SEND, 0)
        line.lose_answers()
        known = line.callers
        await tell(store, cases)
        await eventually(another_try, within=LEASE / 2, what="another try")
        assert (await town.ask(TO_SEND))[0][0] == 20
        assert value(OUTBOX_UNSENT.labels("teller")) == 20
        line.restore()
        await town.until(TO_SEND, 0)
        async with running(subscriber(town, Hearing())):
            await town.until(NOTED, 40)
            # The hearer may still be at what was sent twice.
            await eventually(twice, what="what was sent twice")
    assert await noted(town) == {case: [1, 2] for case in cases}
