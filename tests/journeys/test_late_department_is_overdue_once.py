"""emergency whistle → (two days) → overdue: each step told once; the district finds it in its queue."""

import json

import pytest

from tests.kit.people import eventually
from tests.kit.stage import DAXING, FIRE, STREET, Stage

TOLD = "SELECT payload::text FROM grid.event_log WHERE key = $1 AND type = 'jiesu.whistle.overdue.v1'"


@pytest.mark.kafka
async def test_late_department_is_overdue_once(stage: Stage) -> None:
    street, fire = stage.unit(), stage.unit(FIRE)
    reason = stage.suite.history.marked("井盖缺失")
    blown = await street.blows("emergency", departments=[FIRE], reason=reason, site={"unit": STREET})
    whistle_id = blown["whistle_id"]
    stage.suite.clock.passes(minutes=31)
    await eventually(lambda: stage.suite.rows(TOLD, whistle_id), until=lambda told: len(told) == 1)
    stage.suite.clock.passes(days=2)
    await eventually(lambda: stage.suite.rows(TOLD, whistle_id), until=lambda told: len(told) == 3)
    stage.suite.clock.passes(days=2)
    await fire.reports_in(whistle_id)
    await fire.acts(whistle_id)
    await street.scores(whistle_id, FIRE, 2)
    await street.closes_whistle(whistle_id)
    facts = [json.loads(row[0]) for row in await stage.suite.rows(TOLD, whistle_id)]
    assert sorted(fact["step"] for fact in facts) == ["contact", "report_in", "sign"]
    assert {fact["district"] for fact in facts} == {DAXING}
    late = await stage.unit(DAXING).whistles(overdue="true")
    assert whistle_id in [each["whistle_id"] for each in late]
