"""resolved → "not solved" yet "satisfied" by link → still surveying → a second call → handled again."""

import pytest

from tests.kit.people import eventually
from tests.kit.stage import Stage, instant


@pytest.mark.kafka
async def test_contradiction_is_called_about_before_it_counts(stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    callback = await stage.callback(held)
    stage.suite.clock.until(instant(callback["due_at"]))
    url = await eventually(lambda: stage.operator.link_of(held.case_id), what="the link")
    assert url is not None
    await stage.app.answers_link(url, solved="no", satisfied="satisfied")
    doubted = await stage.caller.callback(callback["callback_id"])
    assert (doubted["state"], doubted["in_doubt"]["solved"]) == ("scheduled", "no")
    stage.suite.clock.until(instant(doubted["due_at"]))
    stage.suite.clock.until_citizens_may_be_called()
    await stage.state(held, "surveying")
    claimed = await stage.caller.claims(callback["callback_id"])
    assert claimed["clear_up"]
    settled = await stage.caller.writes_down(callback["callback_id"], solved="no", satisfied="not")
    assert (settled["state"], settled["flagged"]) == ("completed", True)
    await stage.state(held, "dispatched")
    assert "case.reopened" in await stage.suite.said(held.case_id)
