"""a grid blows → no department hears of it → the street approves → signed, there, scored, and counted."""

import pytest

from tests.kit.grid_people import approves, blows, refuses
from tests.kit.people import Refused, eventually
from tests.kit.stage import COMMUNITY, FIRE, STREET, Stage

_FOLDED = "SELECT count(*) FROM scoring.whistles WHERE whistle_id = $1"


async def test_whistle_waits_for_its_approval(either_stage: Stage) -> None:
    stage, marked = either_stage, either_stage.suite.history.marked
    worker = stage.suite.town.grid_worker(COMMUNITY)
    street, community, fire = stage.unit(STREET), stage.unit(COMMUNITY), stage.unit(FIRE)
    told = [
        (await blows(worker, "joint_enforcement", departments=[FIRE], reason=marked("楼道堆物")))[
            "whistle_id"
        ]
        for _ in range(2)
    ]
    for whistle_id in told:
        with pytest.raises(Refused) as unheard:
            await fire.whistle(whistle_id)
        assert unheard.value.status == 404
    denied, blown = told
    await refuses(street, denied, marked("社区可自行处理"))
    assert (await approves(street, blown))["state"] == "open"
    await fire.signs_whistle(blown)
    await fire.contacts_blower(blown)
    await fire.reports_in(blown)
    await fire.acts(blown, marked("已清运"))
    await community.scores(blown, FIRE, 5)
    await community.closes_whistle(blown)
    assert (await stage.suite.said(blown, "grid"))[:2] == ["whistle.proposed", "whistle.blown"]
    assert await stage.suite.said(denied, "grid") == ["whistle.proposed", "whistle.dropped"]
    await eventually(lambda: stage.suite.rows(_FOLDED, blown), until=lambda rows: rows[0][0] == 1)
