"""case → raised by a grid worker → vote → the street begins → a department reports → judged; all is told."""

import pytest

from tests.kit.people import Refused, Table, Vote, eventually
from tests.kit.stage import COMMUNITY, ENFORCEMENT, Stage
from tests.kit.suite import Suite

CAME = (2, 2, 1, 1, 14)


async def test_residents_decide_and_their_citizen_reads_it(flats: Suite) -> None:
    stage = Stage.on(flats)
    marked, town = stage.suite.history.marked, stage.suite.town
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    await street.assigns(order_id, COMMUNITY)
    worker, leader, department = town.grid_worker(COMMUNITY), street, stage.unit(ENFORCEMENT)
    key = await eventually(
        lambda: worker.raises_matter(marked("楼道怎么管"), case_ids=(held.case_id,)), what="a deliberation"
    )
    table = leader.table(key)
    for option in ("楼长巡查", "统一门禁"):
        await table.proposes(marked(option))
    await _more_placards_than_people_decide_nothing(stage, table)
    await table.meets(stage.suite.clock.now(), CAME, marked("举牌表决"), Vote(30, {1: 6, 2: 13}, against=1))
    await table.begins({"owner": ENFORCEMENT, "due": "2099-12-31", "words": marked("拆除隔断")})
    await department.table(key).reports_task(1, marked("隔断已拆，照片 2 张"))
    judged = await table.is_rated(satisfied=17, basically=2, not_satisfied=1)
    assert (judged["state"], judged["tasks"][0]["reported_by"]) == ("evaluated", ENFORCEMENT)
    told = await stage.told(held, "deliberation_evaluated")
    assert [code for code in told if code.startswith("deliberation_")] == [
        "deliberation_raised",
        "deliberation_decided",
        "deliberation_begun",
        "deliberation_evaluated",
    ]


async def _more_placards_than_people_decide_nothing(stage: Stage, table: Table) -> None:
    minutes, now = stage.suite.history.marked("举牌过多"), stage.suite.clock.now()
    with pytest.raises(Refused) as refused:
        await table.meets(now, CAME, minutes, Vote(30, {1: 7, 2: 13}, against=1))
    assert (refused.value.status, refused.value.reason) == (422, "too_many_placards")
    seen = await table.sees()
    assert (seen["state"], seen["meetings"]) == ("raised", [])
