"""resolved → "no" → redo 1 → "no" → redo 2 → "no" → redo 3, supervised → "no" → closed, the result stands."""

import pytest

from tests.kit.stage import Stage


@pytest.mark.kafka
async def test_redo_is_bounded_and_supervised(stage: Stage) -> None:
    held = await stage.reported()
    for redo, supervised in ((1, False), (2, False), (3, True)):
        await stage.resolved(held)
        await stage.called_back(held, solved="no", satisfied="not")
        await stage.dispatched(held)
        case = await stage.state(held, "dispatched")
        assert (case["redo"], case["supervised"]) == (redo, supervised)
    assert case["mode"] == "dedicated"
    await stage.resolved(held)
    await stage.called_back(held, solved="no", satisfied="not")
    await stage.state(held, "closed")
    said = await stage.suite.said(held.case_id)
    assert (said.count("case.reopened"), said.count("case.supervised")) == (3, 1)
