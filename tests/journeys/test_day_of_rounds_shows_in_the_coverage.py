"""visits, an inspection and a track, recorded offline → each told once → the street sees who went where."""

from tests.kit.clock import SHANGHAI
from tests.kit.grid_people import coverage, terminal_of
from tests.kit.stage import COMMUNITY, NEIGHBOUR, STREET, Stage
from tests.kit.suite import Suite

WORKER = "grid-worker-rounds"
TICKED = {"neighbours": "open", "property": "none", "wages": "none", "family": "none"}
LNG, LAT = 116.339, 39.718


async def test_day_of_rounds_shows_in_the_coverage(flats: Suite) -> None:
    stage = Stage.on(flats)
    street, now = stage.unit(STREET), flats.clock.until_hour(11)
    today = now.astimezone(SHANGHAI).date()
    before = await coverage(street, today, today)
    device = await terminal_of(stage.unit(COMMUNITY), WORKER)
    told = {
        device.does("visit", recorded_at=now, visited="household", minutes=36): "visit.recorded",
        device.does("visit", recorded_at=now, visited="business", minutes=60): "visit.recorded",
        device.does(
            "inspection", recorded_at=now, plan="weekly", form_version=1, answers=TICKED
        ): "inspection.recorded",
        device.does(
            "track", recorded_at=now, points=[[LNG + step / 1000, LAT, step * 60] for step in range(20)]
        ): "track.recorded",
    }
    for _ in range(2):
        outcomes = (await device.syncs())["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["duplicate"] * len(told)
    for recorded, fact in told.items():
        assert await flats.said(recorded, "grid") == [fact]
    after = await coverage(street, today, today)
    (went,) = [one for one in after["workers"] if one["worker"] == WORKER]
    assert (went["unit"], went["visits"], went["minutes"]) == (COMMUNITY, 2, 96)
    assert went["share_of_working_time"] == (0.2 if after["workdays"] else None)
    assert 1_500 < went["metres"] < 1_800
    assert COMMUNITY not in {place["unit"] for place in after["unvisited"]}
    looked = {one["plan"]: one["inspected"] for one in after["inspections"]}
    assert looked["weekly"] == 1
    assert after["unvisited_count"] == before["unvisited_count"] - 1
    elsewhere = await coverage(stage.unit(NEIGHBOUR), today, today)
    assert WORKER not in {one["worker"] for one in elsewhere["workers"]}
