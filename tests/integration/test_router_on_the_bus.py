"""Router alive on the embedded bus: hears a registration, dispatches it, and its clocks ring."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.commands.topics import create_topics
from shared.bus.embedded import EmbeddedBus
from shared.bus.port import Message
from shared.events.envelope import Cause, Envelope, Heard, decode
from shared.events.fact import CaseFact
from shared.events.intake import WithdrawalAsked
from shared.events.topics import CASE
from shared.kernel.ids import EventId, new_id
from shared.service import alive
from tests.integration.router_desk import Desk, router_desk
from tests.kit.builders_router import AT

pytestmark = pytest.mark.postgres


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with router_desk(database, tmp_path) as desk:
        await create_topics("embedded", None, database, ["router"])
        async with alive(desk.flat):
            yield desk
        assert desk.flat.bug is None


@pytest.fixture
async def outside(database: str) -> AsyncIterator[EmbeddedBus]:
    """The bus as another service has it."""
    bus = EmbeddedBus(database)
    yield bus
    await bus.close()


def message(fact: CaseFact, sequence: int) -> Message:
    """What intake would send."""
    envelope = Envelope(
        id=EventId(new_id()),
        type=fact.type_name(),
        source="intake",
        subject=str(fact.case_id),
        time=AT,
        sequence=sequence,
        key=fact.key(),
        cause=Cause("request", "first-request"),
    )
    return Message(CASE.name, fact.key().encode(), fact.model_dump_json().encode(), envelope.headers())


async def test_a_case_is_dispatched_overdue_and_withdrawn_all_by_the_bus_and_the_clock(
    desk: Desk, outside: EmbeddedBus
) -> None:
    registered = desk.registered()
    consumer = await outside.consumer("onlooker", [CASE.name], instance="1")
    said: list[Heard] = []

    async def hear_until(many: int) -> None:
        while len(said) < many:
            for partition in sorted(consumer.assigned()):
                records = await consumer.poll(partition, wait=0.02)
                found = (decode(record.headers, record.value) for record in records)
                said.extend(heard for heard in found if heard.envelope.source == "router")

    async with asyncio.timeout(60):
        await outside.producer().send([message(registered, 1)])
        await hear_until(2)
        desk.clock.passes(hours=3)
        await hear_until(3)
        await outside.producer().send([message(WithdrawalAsked(case_id=registered.case_id), 2)])
        await hear_until(4)
    await consumer.close()
    assert [heard.envelope.type.split(".")[2] for heard in said] == [
        "classified",
        "dispatched",
        "overdue",
        "withdrawn",
    ]
    assert [heard.envelope.sequence for heard in said] == [1, 2, 3, 4]
    assert said[1].envelope.cause.correlation_id == "first-request"
