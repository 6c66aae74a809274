"""resolved → surveying → four calls nobody answers → unreachable → closed without a result."""

import pytest

from tests.kit.people import Refused
from tests.kit.stage import Stage, instant


@pytest.mark.kafka
async def test_unreachable_citizen_closes_without_result(stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    callback = await stage.callback(held)
    for attempt in range(4):
        stage.suite.clock.until(instant(callback["due_at"]))
        stage.suite.clock.until_citizens_may_be_called()
        await stage.caller.claims(callback["callback_id"])
        callback = await stage.caller.misses(callback["callback_id"])
        assert len(callback["attempts"]) == attempt + 1
    assert callback["state"] == "unreachable"
    await stage.state(held, "closed")
    await stage.told(held, "callback_unreachable", "closed_unreached")
    page = await stage.ledger(held, "closed")
    assert {line["measure"] for line in page["lines"]} == {"response"}
    with pytest.raises(Refused) as refused:
        await stage.caller.claims(callback["callback_id"])
    assert refused.value.status == 409
