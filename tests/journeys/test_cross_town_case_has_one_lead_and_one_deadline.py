"""He lives in 珍珠泉乡, his papers lie in 永宁镇 → dispatched: one lead, two co-units, one deadline."""

import pytest

from tests.kit.stage import Stage, instant

ZHENZHUQUAN, YONGNING, CIVIL_AFFAIRS = "110119203", "110119103", "D110119-MZJ"


@pytest.mark.kafka
async def test_cross_town_case_has_one_lead_and_one_deadline(stage: Stage) -> None:
    text = "家住延庆区珍珠泉乡，生活不能自理，想申请低保，户口在延庆区永宁镇"
    held = await stage.reported(text, kind="help")
    lead, lead_order = await stage.dispatched(held, ZHENZHUQUAN)
    helper, helper_order = await stage.dispatched(held, YONGNING)
    case = await stage.state(held, "dispatched")
    roles = {order["unit"]: order["role"] for order in case["orders"]}
    assert roles == {ZHENZHUQUAN: "lead", YONGNING: "co", CIVIL_AFFAIRS: "co"}
    assert {instant(order["resolve_by"]) for order in case["orders"]} == {instant(case["resolve_by"])}
    await helper.signs(helper_order)
    await helper.resolves(helper_order, stage.suite.history.marked("户籍材料已转交"))
    assert (await stage.state(held, "dispatched"))["redo"] == 0, "a co-unit's part is not the case's end"
    await lead.signs(lead_order)
    await lead.resolves(lead_order, stage.suite.history.marked("低保已受理"))
    await stage.called_back(held)
    await stage.state(held, "closed")
    page = await stage.ledger(held, "closed")
    assert {line["unit"] for line in page["lines"] if line["measure"] == "resolution"} == {ZHENZHUQUAN}
