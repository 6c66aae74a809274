"""resolved at night → due at nine → (no link, no call before) → called in the morning."""

import pytest

from tests.kit.clock import SHANGHAI
from tests.kit.people import Refused
from tests.kit.stage import Stage, instant


@pytest.mark.kafka
async def test_quiet_hours_wait_for_morning(stage: Stage) -> None:
    stage.suite.clock.until_hour(21)
    held = await stage.reported()
    await stage.resolved(held)
    callback = await stage.callback(held)
    due = instant(callback["due_at"]).astimezone(SHANGHAI)
    assert (due.hour, due.minute) == (9, 0)
    with pytest.raises(Refused) as not_claimed:
        await stage.caller.claims(callback["callback_id"])
    assert not_claimed.value.reason == "quiet_hours"
    with pytest.raises(Refused) as refused:
        await stage.caller.writes_down(callback["callback_id"], solved="yes", satisfied="satisfied")
    assert (refused.value.status, refused.value.reason) == (409, "quiet_hours")
    assert instant(refused.value.problem["opens_at"]) == due
    assert await stage.operator.link_of(held.case_id) is None
    assert (await stage.caller.callback(callback["callback_id"]))["attempts"] == []
    await stage.called_back(held)
    await stage.state(held, "closed")
