"""registered → dispatched → withdrawn: the unit owes nothing any more, and nobody is called back."""

import pytest

from tests.kit.people import Refused
from tests.kit.stage import Stage


@pytest.mark.kafka
async def test_withdrawn_before_resolved_is_withdrawn(stage: Stage) -> None:
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    await stage.app.withdraws(held)
    case = await stage.state(held, "withdrawn")
    assert {order["state"] for order in case["orders"]} == {"ended"}
    await stage.told(held, "withdrawal_asked", "withdrawn")
    await stage.ledger(held, "withdrawn")
    with pytest.raises(Refused) as refused:
        await street.resolves(order_id, stage.suite.history.marked("已办理"))
    assert refused.value.status == 409
    assert await stage.caller.callback_of(held.case_id) is None
