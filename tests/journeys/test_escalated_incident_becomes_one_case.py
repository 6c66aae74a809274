"""incident reported twice over → escalated twice over → one case (channel grid) → dispatched."""

from shared.kernel.ids import new_id
from tests.kit.people import eventually
from tests.kit.stage import COMMUNITY, GROUP_RENTAL, STREET, Stage

SITE = {"lng": 116.339, "lat": 39.718, "unit": COMMUNITY}
_CASES = "SELECT case_id, channel, kind, proactive FROM intake.cases WHERE incident_id = $1"


async def test_escalated_incident_becomes_one_case(either_stage: Stage) -> None:
    stage = either_stage
    worker = stage.suite.town.grid_worker(COMMUNITY)
    text, mine = stage.suite.history.marked(GROUP_RENTAL), new_id()
    for _ in range(2):
        told = await worker.reports_incident(text, category="group_rental", place=SITE, incident_id=str(mine))
        assert told == str(mine)
    for _ in range(2):
        await worker.escalates(told)
    seen = await eventually(
        lambda: worker.incident(told), until=lambda one: one["case_id"], what="the case of the incident"
    )
    street = stage.unit(STREET)
    order = await eventually(lambda: street.order_of(seen["case_id"]), what="an order for the street")
    assert order is not None
    assert text in str(await street.order(order["order_id"]))
    # Whatever the bus delivered again has been heard by now, or is heard as known.
    (case,) = await stage.suite.rows(_CASES, mine)
    assert (case["channel"], case["kind"], case["proactive"]) == ("grid", "report", True)
    assert str(case["case_id"]) == seen["case_id"]
    assert await stage.suite.said(told, "grid") == ["incident.reported", "incident.escalated"]
    assert (await stage.suite.said(seen["case_id"], "intake"))[0] == "case.registered"


async def test_incident_handled_on_the_spot_is_no_case(stage: Stage) -> None:
    worker = stage.suite.town.grid_worker(COMMUNITY)
    marked = stage.suite.history.marked
    told = await worker.reports_incident(marked("路灯不亮"), category="street_lamp", place=SITE)
    handled = await worker.handles(told, marked("已更换灯泡"))
    assert (handled["state"], handled["case_id"]) == ("handled", None)
    assert await stage.suite.said(told, "grid") == ["incident.reported", "incident.handled"]
