"""Grid alive on the embedded bus: hears who leads a case, says what becomes of a whistle, by itself."""

import asyncio
from pathlib import Path

import pytest

from shared.events.grid import WhistleBlown, WhistleOverdue
from shared.events.router import CaseDispatched
from shared.kernel.ids import CaseId, CategoryCode, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from tests.integration.grid_desk import grid_desk
from tests.kit.desk import on_the_bus
from tests.kit.whistles import BLOWN_AT, FIRE, GUANYINSI

pytestmark = pytest.mark.postgres


def dispatched(case_id: CaseId) -> CaseDispatched:
    """What router would say."""
    return CaseDispatched(
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


async def test_a_dispatch_heard_is_a_whistle_allowed_and_its_overdue_is_told_on_the_case(
    database: str, tmp_path: Path
) -> None:
    case_id = CaseId(new_id())
    async with asyncio.timeout(60), grid_desk(database, tmp_path) as desk, on_the_bus(desk, database) as bus:
        await bus.says(desk.record(dispatched(case_id)))
        answer = await desk.blows(FIRE, case_id=str(case_id), kind="emergency")
        while answer.status_code == 404:
            await bus.listens()
            answer = await desk.blows(FIRE, case_id=str(case_id), kind="emergency")
        assert answer.status_code == 201, answer.text
        desk.clock.passes(minutes=31)
        await bus.hears(2)
    assert [type(heard.fact) for heard in bus.said] == [WhistleBlown, WhistleOverdue]
    assert [heard.envelope.sequence for heard in bus.said] == [1, 2]
    assert {heard.envelope.subject for heard in bus.said} == {f"whistle/{answer.json()['whistle_id']}"}
    assert bus.said[1].fact.model_dump()["step"] == "report_in"
