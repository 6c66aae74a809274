"""香屯村, of which there are two → awaiting_dispatcher with both → (asked) → dispatched to 兴寿镇.

Asked by the app before it registers, the case goes straight there.
"""

import pytest

from tests.kit.stage import Stage

IN_CHANGPING, IN_YANQING = "110114116203", "110119200225"
XINGSHOU = "110114116"


@pytest.mark.kafka
async def test_homonym_is_asked_not_guessed(stage: Stage) -> None:
    held = await stage.reported("香屯村路口黄色虚线与单行标志矛盾")
    case = await stage.state(held, "awaiting_dispatcher")
    assert set(case["candidates"]) == {IN_CHANGPING, IN_YANQING}
    assert (case["place"], case["orders"]) == (None, [])
    await stage.told(held, "awaiting_dispatcher")
    await stage.dispatcher.dispatches(held.case_id, place=IN_CHANGPING)
    town, _ = await stage.dispatched(held, XINGSHOU)
    dispatched = await stage.state(held, "dispatched")
    assert (dispatched["place"], dispatched["category"]) == (IN_CHANGPING, "road_marking")
    assert town.code == XINGSHOU


@pytest.mark.kafka
async def test_homonym_chosen_in_the_app_waits_for_nobody(stage: Stage) -> None:
    asked = await stage.app.looks_up("香屯村路口")
    assert asked["outcome"] == "ask"
    offered = {one["code"]: one["path"] for one in asked["candidates"]}
    assert set(offered) == {IN_CHANGPING, IN_YANQING}
    assert "兴寿镇" in offered[IN_CHANGPING]
    place = {"address": "香屯村路口", "unit": IN_CHANGPING}
    held = await stage.reported("香屯村路口黄色虚线与单行标志矛盾", place=place)
    await stage.dispatched(held, XINGSHOU)
    assert "awaiting_dispatcher" not in await stage.told(held, "dispatched")
