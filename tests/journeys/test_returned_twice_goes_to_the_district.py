"""returned → redirected → returned → redirected → returned: the district has it, and keeps it."""

import pytest

from tests.kit.people import Refused
from tests.kit.stage import DAXING, ENFORCEMENT, NEIGHBOUR, STREET, Stage


@pytest.mark.kafka
async def test_returned_twice_goes_to_the_district(stage: Stage) -> None:
    held = await stage.reported()
    for unit_code, next_code in ((STREET, NEIGHBOUR), (NEIGHBOUR, ENFORCEMENT)):
        unit, order_id = await stage.dispatched(held, unit_code)
        await unit.returns(order_id, "not_our_duty", stage.suite.history.marked("不属本单位职责"))
        await stage.dispatcher.adjudicates(held.case_id, "redirect", reason="属实", lead=next_code)
    unit, order_id = await stage.dispatched(held, ENFORCEMENT)
    await unit.returns(order_id, "not_our_duty", stage.suite.history.marked("不属本单位职责"))
    district, kept = await stage.dispatched(held, DAXING)
    case = await stage.state(held, "dispatched")
    assert case["backstopped"]
    assert case["rulings"][-1]["ruling"] == "backstop"
    with pytest.raises(Refused) as refused:
        await district.returns(kept, "not_our_duty", stage.suite.history.marked("也不属本区职责"))
    assert (refused.value.status, refused.value.reason) == (409, "backstop_stands")
    assert (await stage.state(held, "dispatched"))["resolve_by"] == case["resolve_by"]
