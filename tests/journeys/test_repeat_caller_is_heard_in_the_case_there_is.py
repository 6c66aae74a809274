"""the same caller, the same matter → merged by itself; what is added and urged reaches the unit."""

import pytest

from tests.kit.people import eventually
from tests.kit.stage import Stage

BY_APP, BY_PHONE = "首座御园有群租房，夜间噪声扰民", "首座御园群租房还在，夜里噪声扰民，没人管"


@pytest.mark.kafka
async def test_repeat_caller_is_heard_in_the_case_there_is(stage: Stage) -> None:
    history = stage.suite.history
    person, place = history.person(), {"address": "大兴区观音寺街道首座御园"}
    first = await stage.app.reports(history.marked(BY_APP), person=person, place=place)
    street, order_id = await stage.dispatched(first)
    hotline = stage.suite.town.citizen_app("hotline-desk")
    second = await hotline.reports(history.marked(BY_PHONE), person=person, place=place)
    assert (await stage.state(second, "merged"))["merged_into"] == first.case_id
    await stage.told(second, "merged")
    added = history.marked("昨晚又到凌晨两点")
    await stage.app.supplements(first, added)
    await stage.app.urges(first)
    order = await eventually(
        lambda: street.order(order_id),
        until=lambda seen: seen["urged"] and seen["supplements"],
        what="what the citizen added",
    )
    assert (order["urged"], [each["text"] for each in order["supplements"]]) == (1, [added])
    assert {"supplemented", "urge_asked", "urged"} <= set(await stage.told(first, "urged"))
