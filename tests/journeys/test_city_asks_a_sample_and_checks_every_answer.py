"""half of the cases are drawn: one closes unasked, one is asked and asked once more by another caller."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from deploy.local.postgres import LocalPostgres
from services.survey.domain.sampling import ASK, is_drawn
from shared.city.city import City
from tests.kit.city import beijing
from tests.kit.houses import flats_of
from tests.kit.invariants import judge
from tests.kit.people import Receipt, Refused, eventually
from tests.kit.stage import Stage, instant

HALF = Decimal("0.5")


def _sampling_city() -> City:
    city = beijing()
    callback = city.policy.callback.model_copy(update={"sampling": HALF, "recheck": Decimal(1)})
    return replace(city, policy=city.policy.model_copy(update={"callback": callback}))


@pytest.fixture
async def stage(postgres: LocalPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A suite in a city that asks half of its citizens, and checks whatever they say on the phone."""
    async with flats_of(_sampling_city(), postgres, tmp_path_factory.mktemp("sample")) as suite:
        yield Stage.on(suite)
        await judge(suite)


async def _reported(stage: Stage, *, drawn: bool) -> Receipt:
    """Reported until the draw, which anybody can make again from the case's id, falls so."""
    while True:
        held = await stage.reported()
        if is_drawn(ASK, UUID(held.case_id), HALF) is drawn:
            return held


async def test_city_asks_a_sample_and_checks_every_answer(stage: Stage) -> None:
    marked, since = stage.suite.history.marked, stage.suite.clock.now().isoformat()
    passed_over, asked = await _reported(stage, drawn=False), await _reported(stage, drawn=True)
    await stage.resolved(passed_over)
    await stage.resolved(asked)
    page = await stage.ledger(passed_over, "closed")
    assert page["results"] == []
    done = await stage.called_back(asked)
    await stage.state(asked, "closed")
    check = await eventually(
        lambda: stage.caller.callback_of(asked.case_id, kind="recheck"), what="the check on the worklist"
    )
    assert check is not None
    stage.suite.clock.until(instant(check["due_at"]))
    stage.suite.clock.until_citizens_may_be_called()
    with pytest.raises(Refused) as by_oneself:
        await stage.caller.claims(check["callback_id"])
    assert by_oneself.value.reason == "checked_by_oneself"
    another = stage.suite.town.caller("caller-who-checks")
    await another.claims(check["callback_id"])
    checked = await another.writes_down(
        check["callback_id"], solved="no", satisfied="not", note=marked("其实没有办好")
    )
    assert (checked["checks"], checked["agrees"]) == (done["callback_id"], False)
    # What a check finds stands beside the result and changes nothing of it.
    assert await stage.suite.said(asked.case_id, "survey") == [
        "callback.scheduled",
        "callback.attempted",
        "callback.completed",
        "callback.rechecked",
    ]
    (result,) = (await stage.ledger(asked, "closed"))["results"]
    assert (result["answer"]["solved"], result["answer"]["satisfied"]) == ("yes", "satisfied")
    figures = await stage.operator.callback_figures(since=since)
    counted = [figures[name] for name in ("asked", "skipped", "completed", "rechecks", "rechecks_agreeing")]
    assert counted == [1, 1, 1, 1, 0]
