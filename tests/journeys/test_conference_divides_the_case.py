"""signed → a joint conference at grid → divided at router → the department leads, the deadline stays."""

import pytest

from tests.kit.grid_people import records_conference
from tests.kit.people import Refused, eventually
from tests.kit.stage import HOUSING, NEIGHBOUR, STREET, Stage


async def test_conference_divides_the_case(either_stage: Stage) -> None:
    stage, marked = either_stage, either_stage.suite.history.marked
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    before = await stage.state(held, "signed")
    division = {HOUSING: "lead", STREET: "co"}
    minutes = marked("会议议定：住建委牵头，街道配合。")
    recorded = await eventually(lambda: records_conference(street, held.case_id, division, minutes))
    with pytest.raises(Refused) as foreign:
        await records_conference(stage.unit(NEIGHBOUR), held.case_id, division, minutes)
    assert foreign.value.reason == "may_not_confer"
    case = await stage.state(held, "dispatched")
    housing, order = await stage.dispatched(held, HOUSING)
    ruling = case["rulings"][-1]
    assert (ruling["ruling"], ruling["to_unit"], ruling["returned_by"]) == ("divide", HOUSING, None)
    assert case["resolve_by"] == before["resolve_by"]
    assert {each["unit"] for each in case["orders"] if each["state"] == "sent"} == {HOUSING, STREET}
    await housing.signs(order)
    read = await housing.line.read("grid", f"/conferences/{recorded['conference_id']}")
    assert read.content["minutes"] == minutes
    assert "conference.held" in await stage.suite.said(held.case_id, "grid")
