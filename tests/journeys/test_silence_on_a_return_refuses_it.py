"""dispatched → returned → (nobody decides for a day) → dispatched to the same unit, by silence."""

from tests.kit.stage import STREET, Stage, instant


async def test_silence_on_a_return_refuses_it(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.returns(order_id, "not_our_duty", stage.suite.history.marked("应由物业负责"))
    waiting = await stage.state(held, "returned")
    stage.suite.clock.until(instant(waiting["returning"]["adjudicate_by"]))
    case = await stage.state(held, "dispatched")
    (ruling,) = case["rulings"]
    assert (ruling["ruling"], ruling["to_unit"], ruling["by"]) == ("silence", STREET, "clock")
    assert await stage.order_at(street, held) != order_id
    assert instant(case["resolve_by"]) == instant(waiting["resolve_by"])
