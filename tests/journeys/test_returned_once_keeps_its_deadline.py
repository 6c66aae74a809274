"""registered → dispatched → returned → adjudicated (redirect) → dispatched: one clock for all."""

from tests.kit.stage import NEIGHBOUR, Stage, instant


async def test_returned_once_keeps_its_deadline(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    promised = instant((await street.order(order_id))["resolve_by"])
    stage.suite.clock.passes(hours=1)
    await street.returns(order_id, "not_our_territory", stage.suite.history.marked("在相邻街道辖区"))
    await stage.state(held, "returned")
    stage.suite.clock.passes(hours=20)
    await stage.dispatcher.adjudicates(held.case_id, "redirect", reason="属实", lead=NEIGHBOUR)
    neighbour, again = await stage.dispatched(held, NEIGHBOUR)
    assert instant((await neighbour.order(again))["resolve_by"]) == promised
    assert instant((await stage.state(held, "dispatched"))["resolve_by"]) == promised
    await stage.told(held, "returned", "adjudicated")
    assert instant((await stage.app.follows(held))["promised_at"]) == promised
    # Whether a clock of the first order rings before the order is gone is not this rule's business.
    told = [fact for fact in await stage.suite.said(held.case_id) if not fact.endswith(".overdue")]
    assert told == [
        *("case.classified", "case.dispatched"),
        *("case.returned", "case.adjudicated", "case.dispatched"),
    ]
