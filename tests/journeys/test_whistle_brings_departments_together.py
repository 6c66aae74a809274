"""blown on a case → signed → contacted → reported in → acted → scored → closed; then the case is resolved."""

from tests.kit.people import eventually
from tests.kit.stage import ENFORCEMENT, POLICE, STREET, Stage

SITE = {"lng": 116.339, "lat": 39.718}


async def test_whistle_brings_departments_together(either_stage: Stage) -> None:
    stage, marked = either_stage, either_stage.suite.history.marked
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    await street.signs(order_id)
    blown = await eventually(
        lambda: street.blows(
            "joint_enforcement",
            departments=[POLICE, ENFORCEMENT],
            reason=marked("联合检查群租房"),
            case_id=held.case_id,
            site=SITE,
        )
    )
    whistle_id = blown["whistle_id"]
    for code, score in ((POLICE, 5), (ENFORCEMENT, 4)):
        department = stage.unit(code)
        await department.signs_whistle(whistle_id)
        await department.contacts_blower(whistle_id)
        came = await department.reports_in(whistle_id, **SITE)
        await department.acts(whistle_id, marked("已清退"))
        await street.scores(whistle_id, code, score)
        assert next(call for call in came["departments"] if call["unit"] == code)["on_site"]
    await street.closes_whistle(whistle_id)
    said = await stage.suite.said(held.case_id, "grid")
    assert (said[0], said[-1], said.count("whistle.scored")) == ("whistle.blown", "whistle.closed", 2)
    await street.resolves(order_id, marked("已恢复原状"))
    page = await eventually(
        lambda: stage.operator.ledger(held.case_id),
        until=lambda seen: seen["whistles"] and seen["whistles"][0]["outcome"] == "closed",
    )
    assert page["whistles"][0]["blown_by"] == STREET
    assert {each["unit"]: each["score"] for each in page["whistles"][0]["departments"]} == {
        POLICE: 5,
        ENFORCEMENT: 4,
    }
