"""Router alive on the embedded bus: hears a registration, dispatches it, and its clocks ring."""

import asyncio
from pathlib import Path

import pytest

from shared.events.intake import WithdrawalAsked
from tests.integration.router_desk import router_desk
from tests.kit.desk import on_the_bus

pytestmark = pytest.mark.postgres


async def test_a_case_is_dispatched_overdue_and_withdrawn_all_by_the_bus_and_the_clock(
    database: str, tmp_path: Path
) -> None:
    async with (
        asyncio.timeout(60),
        router_desk(database, tmp_path) as desk,
        on_the_bus(desk, database) as bus,
    ):
        registered = desk.registered()
        first = desk.record(registered)
        await bus.says(first)
        await bus.hears(2)
        desk.clock.passes(hours=3)
        late = 1 + len(bus.said[1].fact.co_orders)
        await bus.hears(2 + late)
        await bus.says(desk.record(WithdrawalAsked(case_id=registered.case_id)))
        await bus.hears(3 + late)
    assert [heard.envelope.type.split(".")[2] for heard in bus.said] == [
        "classified",
        "dispatched",
        *["overdue"] * late,
        "withdrawn",
    ]
    assert [heard.envelope.sequence for heard in bus.said] == list(range(1, 4 + late))
    assert bus.said[1].envelope.cause.correlation_id == dict(first.headers)["ce_correlationid"].decode()
