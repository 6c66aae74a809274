"""merged → the other one withdrawn → awaiting a dispatcher → resolved → called back: figures of its own."""

import pytest

from tests.kit.stage import STREET, Stage


@pytest.mark.kafka
async def test_the_neighbours_case_is_handled_though_the_first_is_withdrawn(stage: Stage) -> None:
    first, second = await stage.reported(), await stage.reported()
    await stage.dispatched(first)
    await stage.dispatched(second)
    await stage.dispatcher.merges(second.case_id, into=first.case_id)
    await stage.told(second, "merged")
    await stage.app.withdraws(first)
    await stage.state(first, "withdrawn")
    waiting = await stage.state(second, "awaiting_dispatcher")
    assert waiting["merged_into"] is None
    assert waiting["suggestions"]
    await stage.told(second, "merged", "unmerged")
    assert (await stage.ledger(second, "open"))["merged_into"] is None
    assert await stage.caller.callback_of(second.case_id) is None, (
        "nothing was done that could be asked about"
    )
    await stage.dispatcher.dispatches(second.case_id, lead=STREET, category="group_rental", reason="并案已撤")
    await stage.resolved(second)
    await stage.called_back(second)
    await stage.state(second, "closed")
    page = await stage.ledger(second, "closed")
    judged = {line["measure"]: line["unit"] for line in page["lines"] if line["denominator"]}
    assert set(judged) == {"response", "contact", "resolution", "satisfaction"}
    assert set(judged.values()) == {STREET}
