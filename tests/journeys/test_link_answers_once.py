"""resolved → link sent → answered by link → closed; the link is gone then."""

import pytest

from tests.kit.people import Refused, eventually
from tests.kit.stage import Stage, instant


@pytest.mark.kafka
async def test_link_answers_once(stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    callback = await stage.callback(held)
    stage.suite.clock.until(instant(callback["due_at"]))
    url = await eventually(lambda: stage.operator.link_of(held.case_id), what="the link")
    assert url is not None
    assert (await stage.app.opens_link(url))["questions"]
    note = stage.suite.history.marked("满意")
    await stage.app.answers_link(url, solved="yes", satisfied="satisfied", note=note)
    for again in (
        stage.app.opens_link(url),
        stage.app.answers_link(url, solved="no", satisfied="not", note=note),
    ):
        with pytest.raises(Refused) as refused:
            await again
        assert (refused.value.status, refused.value.reason) == (410, "link_used")
    await stage.state(held, "closed")
    page = await stage.ledger(held, "closed")
    assert [result["answer"]["channel"] for result in page["results"]] == ["link"]
