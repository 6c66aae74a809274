"""signed → a joint conference at grid → divided at router → the department leads, the deadline stays.

The street reads with each conference whether its division was taken over.
"""

from typing import Any

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
    assert (await answered(stage, recorded))["outcome"] == "taken_over"
    assert "conference.held" in await stage.suite.said(held.case_id, "grid")
    again, once_more = [await records_conference(street, held.case_id, division, minutes) for _ in range(2)]
    assert (await answered(stage, again))["outcome"] == "taken_over"
    refused = await answered(stage, once_more)
    assert (refused["outcome"], refused["reason"]) == ("refused", "divisions_used")


async def answered(stage: Stage, recorded: dict[str, Any]) -> dict[str, Any]:
    """What the street reads of a conference's division, when router has answered."""
    line, path = stage.unit(STREET).line, f"/conferences/{recorded['conference_id']}"

    async def division() -> dict[str, Any]:
        return dict((await line.read("grid", path)).content["division"])

    return await eventually(division, until=lambda read: read["answered_at"], what="router's answer")
