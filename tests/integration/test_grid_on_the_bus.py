"""Grid alive on the embedded bus: hears who leads a case, says what becomes of a whistle, by itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.commands.topics import create_topics
from shared.bus.embedded import EmbeddedBus
from shared.bus.port import Consumer, Message
from shared.events.envelope import Cause, Envelope, Heard, decode
from shared.events.grid import WhistleBlown, WhistleOverdue
from shared.events.router import CaseDispatched
from shared.events.topics import CASE
from shared.kernel.ids import CaseId, CategoryCode, EventId, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from shared.service import alive
from tests.integration.grid_desk import Desk, grid_desk
from tests.kit.whistles import BLOWN_AT, FIRE, GUANYINSI

pytestmark = pytest.mark.postgres


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with grid_desk(database, tmp_path) as desk:
        await create_topics("embedded", None, database, ["grid"])
        async with alive(desk.flat):
            yield desk
        assert desk.flat.bug is None


@pytest.fixture
async def outside(database: str) -> AsyncIterator[EmbeddedBus]:
    """The bus as another service has it; grid's own role may speak for no other group."""
    bus = EmbeddedBus(database)
    yield bus
    await bus.close()


def dispatch(case_id: CaseId) -> Message:
    """What router would say."""
    fact = CaseDispatched(
        case_id=case_id,
        work_order_id=WorkOrderId(new_id()),
        unit=GUANYINSI,
        place=GUANYINSI,
        category=CategoryCode("any"),
        tier=Tier.GENERAL,
        mode=HandlingMode.AT_ONCE,
        clause="any",
        list_version="1",
        policy_version="1",
        sign_by=BLOWN_AT,
        resolve_by=BLOWN_AT,
    )
    envelope = Envelope(
        id=EventId(new_id()),
        type=fact.type_name(),
        source="router",
        subject=str(case_id),
        time=BLOWN_AT,
        sequence=3,
        key=fact.key(),
        cause=Cause("request", "first-request"),
    )
    value = fact.model_dump_json().encode()
    return Message(CASE.name, fact.key().encode(), value, envelope.headers())


async def said_by_grid(consumer: Consumer) -> list[Heard]:
    """What came since the last look; waits a little when nothing did."""
    found: list[Heard] = []
    for partition in sorted(consumer.assigned()):
        records = await consumer.poll(partition, wait=0.02)
        found += [decode(record.headers, record.value) for record in records]
    return [heard for heard in found if heard.envelope.source == "grid"]


async def test_a_dispatch_heard_is_a_whistle_allowed_and_its_overdue_is_told_on_the_case(
    desk: Desk, outside: EmbeddedBus
) -> None:
    case_id = CaseId(new_id())
    consumer = await outside.consumer("onlooker", [CASE.name], instance="1")
    said: list[Heard] = []
    async with asyncio.timeout(60):
        await outside.producer().send([dispatch(case_id)])
        answer = await desk.blows(FIRE, case_id=str(case_id), kind="emergency")
        while answer.status_code == 404:
            said += await said_by_grid(consumer)
            answer = await desk.blows(FIRE, case_id=str(case_id), kind="emergency")
        assert answer.status_code == 201, answer.text
        desk.clock.passes(minutes=31)
        while len(said) < 2:
            said += await said_by_grid(consumer)
    await consumer.close()
    assert [type(heard.fact) for heard in said] == [WhistleBlown, WhistleOverdue]
    assert [heard.envelope.sequence for heard in said] == [1, 2]
    assert {heard.envelope.subject for heard in said} == {f"whistle/{answer.json()['whistle_id']}"}
    assert said[1].fact.model_dump()["step"] == "report_in"
