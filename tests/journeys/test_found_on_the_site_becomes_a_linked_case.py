"""a unit finds something else on the site → a case of its own, proactive and linked → dispatched."""

from tests.kit.people import eventually
from tests.kit.stage import GROUP_RENTAL, STREET, Stage


async def test_found_on_the_site_becomes_a_linked_case(stage: Stage) -> None:
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    text = stage.suite.history.marked(GROUP_RENTAL)
    found = await street.finds(order_id, text, "group_rental")
    case = await eventually(
        lambda: stage.dispatcher.case(found),
        until=lambda one: one["state"] == "dispatched",
        what="the case of what was found",
    )
    assert (case["proactive"], case["linked_case_id"]) == (True, held.case_id)
    assert text in str(case["words"])
    assert (await stage.dispatcher.case(held.case_id))["found_here"] == [found]


async def test_found_where_nobody_knows_the_street_becomes_a_case_too(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported("希望市里多办一些活动", kind="suggestion")
    assert (await stage.state(held, "awaiting_dispatcher"))["place"] is None
    await stage.dispatcher.dispatches(held.case_id, lead=STREET, category="group_rental", reason="指定承办")
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    found = await street.finds(order_id, stage.suite.history.marked("绿篱遮挡人行横道"))
    case = await eventually(lambda: stage.dispatcher.case(found), what="the case of what was found")
    assert (case["proactive"], case["linked_case_id"]) == (True, held.case_id)
