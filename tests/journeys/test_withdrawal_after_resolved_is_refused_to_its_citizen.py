"""resolved → (withdrawal asked) → move refused, and its citizen reads that it was."""

import pytest

from tests.kit.stage import Stage


@pytest.mark.kafka
async def test_withdrawal_after_resolved_is_refused_to_its_citizen(stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    await stage.state(held, "surveying")
    await stage.app.withdraws(held)
    await stage.told(held, "withdrawal_asked", "move_refused")
    assert (await stage.app.follows(held))["status"] == "surveying"
    assert (await stage.suite.said(held.case_id))[-1] == "case.move_refused"
    await stage.called_back(held)
    await stage.state(held, "closed")
