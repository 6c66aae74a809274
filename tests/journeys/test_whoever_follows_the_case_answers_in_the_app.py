"""resolved → surveying → answered in the app that shows the case → closed, and the pass is gone."""

import pytest

from tests.kit.people import Refused
from tests.kit.stage import Stage


@pytest.mark.kafka
async def test_whoever_follows_the_case_answers_in_the_app(stage: Stage) -> None:
    held = await stage.reported()
    assert (await stage.app.follows(held))["callback_pass"] is None
    await stage.resolved(held)
    await stage.callback(held)
    await stage.state(held, "surveying")
    await stage.told(held, "survey_started")
    note = stage.suite.history.marked("满意")
    await stage.app.answers_in_app(held, solved="yes", satisfied="satisfied", note=note)
    await stage.state(held, "closed")
    await stage.told(held, "closed")
    assert (await stage.app.follows(held))["callback_pass"] is None
    page = await stage.ledger(held, "closed")
    assert [result["answer"]["channel"] for result in page["results"]] == ["in_app"]
    with pytest.raises(Refused):
        await stage.app.answers_in_app(held, solved="no", satisfied="not", note=note)


@pytest.mark.kafka
async def test_who_left_no_phone_answers_there_too(stage: Stage) -> None:
    held = await stage.reported(phone=False)
    await stage.resolved(held)
    await stage.told(held, "survey_started", "callback_open")
    note = stage.suite.history.marked("满意")
    await stage.app.answers_in_app(held, solved="yes", satisfied="satisfied", note=note)
    await stage.state(held, "closed")
    page = await stage.ledger(held, "closed")
    assert [result["answer"]["channel"] for result in page["results"]] == ["in_app"]
