"""巡查 through the sync door, into the tables, and out as the coverage report."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.grid.api import rounds
from shared.events.directory import UnitChanged
from shared.kernel.ids import UnitCode, new_id
from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import WORKER, enrolled, outcomes
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, GUANYINSI, GUANYINSI_COMMUNITY, SITE

__all__ = ["desk", "house"]

SHUANGHE = UnitCode("110115009001")
"""双河北里社区, below 观音寺街道; it is closed here."""
XINAN = UnitCode("110115009002")
"""新安里东区社区, closed too."""
WEEK = {"first": "2026-03-02", "last": "2026-03-08"}
TICKED = {"neighbours": "open", "property": "none", "wages": "none", "family": "none"}


def item(sequence: int, kind: str, **more: Any) -> dict[str, Any]:
    recorded_at = (BLOWN_AT - timedelta(minutes=5)).isoformat()
    return {"id": str(new_id()), "sequence": sequence, "recorded_at": recorded_at, "kind": kind, **more}


def visit(sequence: int, **more: Any) -> dict[str, Any]:
    return item(sequence, "visit", **{"visited": "household", "minutes": 24, **more})


async def report(desk: Desk, **asked: Any) -> dict[str, Any]:
    answer = await desk.reads("coverage", by=GUANYINSI, **{**WEEK, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_round_is_recorded_once_told_and_counted(desk: Desk) -> None:
    before = await report(desk)
    device = await enrolled(desk)
    points = [[SITE.lng + step / 1000, SITE.lat, step * 60] for step in range(40)]
    batch = [
        visit(1),
        visit(2, minutes=216, visited="business"),
        item(3, "inspection", plan="weekly", form_version=1, answers=TICKED),
        item(4, "track", points=points),
    ]
    for _ in range(3):
        answer = await device.syncs(*batch)
    assert [one["first"] for one in answer.json()["outcomes"]] == ["accepted"] * 4, answer.text
    said = [await desk.told(one["id"]) for one in batch]
    assert said == [["visit.recorded"], ["visit.recorded"], ["inspection.recorded"], ["track.recorded"]]
    after = await report(desk)
    (went,) = after["workers"]
    assert (went["worker"], went["visits"], went["minutes"]) == (WORKER, 2, 240)
    assert (went["share_of_working_time"], after["workdays"]) == (0.1, 5)
    assert 3_000 < went["metres"] < 3_500
    assert before["unvisited_count"] - after["unvisited_count"] == 1
    looks = {one["plan"]: one["inspected"] for one in after["inspections"]}
    assert looks["weekly"] == 1
    (row,) = await desk.rows(
        "SELECT length(points) AS bytes FROM tracks WHERE track_id = :id", id=batch[3]["id"]
    )
    assert row["bytes"] < 30
    late = await report(desk, first="2026-03-09", last="2026-03-15")
    assert (late["workers"], late["unvisited_count"]) == ([], late["communities"])


async def test_broken_rounds_fail_alone_and_name_their_field(desk: Desk) -> None:
    device = await enrolled(desk)
    wrong = {
        "place": visit(1, place=DONGHUASHI),
        "minutes": visit(2, minutes=0),
        "visited": visit(3, visited="palace"),
        "plan": item(4, "inspection", plan="daily", form_version=1, answers={}),
        "answers.family": item(
            5, "inspection", plan="weekly", form_version=1, answers={**TICKED, "family": "x"}
        ),
        "points.1": item(6, "track", points=[[SITE.lng, SITE.lat, 0], [120.5, SITE.lat, 9]]),
        "points.0.2": item(7, "track", points=[[SITE.lng, SITE.lat, "0"], [SITE.lng, SITE.lat, 9]]),
    }
    answer = (await device.syncs(*wrong.values(), visit(8))).json()
    fields = [one["problem"]["errors"][0]["field"] for one in answer["outcomes"][:-1]]
    assert (fields, answer["outcomes"][-1]["outcome"]) == (list(wrong), "accepted")


async def test_a_device_a_day_ahead_is_counted_on_the_right_day(desk: Desk) -> None:
    device = await enrolled(desk)
    ahead = visit(1, recorded_at=(BLOWN_AT + timedelta(hours=23)).isoformat())
    body = {"items": [ahead], "sent_at": (BLOWN_AT + timedelta(days=1)).isoformat()}
    await desk.client.post("/v1/terminal/sync", json=body, headers=device.headers)
    (row,) = await desk.rows("SELECT * FROM visits WHERE visit_id = :id", id=ahead["id"])
    assert row["recorded_at"] == BLOWN_AT + timedelta(hours=23)
    assert row["happened_at"] == BLOWN_AT - timedelta(hours=1)


@pytest.mark.parametrize("clock", [BLOWN_AT - timedelta(days=9 * 365), datetime(1970, 1, 1, 2, tzinfo=UTC)])
async def test_a_device_of_another_year_is_taken_when_it_says_what_time_it_takes_it_to_be(
    desk: Desk, clock: datetime
) -> None:
    """A battery was empty, and the clock began anew: all of that day was refused for good."""
    device = await enrolled(desk)
    then = {"recorded_at": (clock - timedelta(hours=1)).isoformat()}
    told = {"category": "street_lamp", "text": "路灯倾斜", "place": {"lng": SITE.lng, "lat": SITE.lat}}
    done = visit(1, **then)
    body = {"items": [done, item(2, "incident", **then, **told)], "sent_at": clock.isoformat()}
    answer = await desk.client.post("/v1/terminal/sync", json=body, headers=device.headers)
    assert [one["outcome"] for one in answer.json()["outcomes"]] == ["accepted"] * 2
    (row,) = await desk.rows("SELECT * FROM visits WHERE visit_id = :id", id=done["id"])
    hour = timedelta(hours=1)
    assert (row["happened_at"], row["recorded_at"]) == (BLOWN_AT - hour, clock - hour)
    (refused,) = (await device.syncs(visit(3, **then))).json()["outcomes"]
    assert refused["problem"]["reason"] == "recorded_when"


async def test_terminals_read_the_plans_and_only_overseers_the_report(desk: Desk) -> None:
    device = await enrolled(desk)
    plans = (await desk.client.get("/v1/inspection-plans", headers=device.headers)).json()
    assert [(plan["code"], plan["round"]) for plan in plans] == [
        ("weekly", "2026-W10"),
        ("spring_festival", "2026-02-09"),
        ("national_day", None),
    ]
    assert (await desk.client.get("/v1/inspection-plans")).status_code == 401
    refused = await desk.client.get("/v1/coverage", params=WEEK, headers=device.headers)
    assert refused.status_code == 403
    strange = await desk.reads("coverage", by=GUANYINSI, unit=DONGHUASHI, **WEEK)
    assert (strange.status_code, strange.json()["errors"][0]["field"]) == (422, "unit")
    backwards = await desk.reads("coverage", by=GUANYINSI, first="2026-03-08", last="2026-03-02")
    assert (backwards.status_code, backwards.json()["errors"][0]["field"]) == (422, "last")
    city = await desk.reads("coverage", by=None, role="supervisor", **WEEK)
    assert city.json()["communities"] > 7_000
    own = await desk.reads("coverage", by=GUANYINSI_COMMUNITY, **WEEK)
    assert own.json()["communities"] == 1


async def test_a_report_names_so_many_workers_and_counts_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A city has tens of thousands: an answer of all of them would hold everybody up."""
    for worker in ("worker-a", "worker-b"):
        await (await enrolled(desk, worker=worker)).syncs(visit(1))
    whole = await report(desk)
    monkeypatch.setattr(rounds, "MOST_WORKERS", 1)
    short = await report(desk)
    assert (short["workers"], short["workers_count"]) == (whole["workers"][:1], len(whole["workers"]))
    assert short["workers_count"] > 1


async def test_what_was_handled_on_the_spot_is_counted(desk: Desk) -> None:
    before = (await report(desk))["incidents"]
    device = await enrolled(desk)
    told = {"category": "street_lamp", "text": "路灯倾斜", "place": {"lng": SITE.lng, "lat": SITE.lat}}
    one, two, three = (item(number, "incident", **told) for number in (1, 2, 3))
    settled = item(4, "incident_handle", incident_id=one["id"], evidence="已扶正")
    passed_on = item(5, "incident_escalate", incident_id=two["id"])
    for _ in range(2):
        answer = await device.syncs(one, two, three, settled, passed_on)
    assert {each["first"] for each in answer.json()["outcomes"]} == {"accepted"}, answer.text
    after = (await report(desk))["incidents"]
    assert {name: after[name] - before[name] for name in after} == {
        "reported": 3,
        "handled": 1,
        "escalated": 1,
    }
    desk.clock.passes(days=30)
    later = await report(desk, first="2026-03-09", last="2026-04-01")
    assert later["incidents"] == {"reported": 0, "handled": 0, "escalated": 0}
    abroad = await desk.reads("coverage", by=DONGHUASHI, **WEEK)
    assert abroad.json()["incidents"]["reported"] == 0


async def is_closed(desk: Desk, code: UnitCode) -> None:
    """撤销: router says so, and this service has looked."""
    unit = desk.flat.city.units.get(code)
    parent = UnitCode(str(unit.parent_code))
    await desk.hears(
        UnitChanged(code=code, name=unit.name, level=unit.level, parent_code=parent, closed=True)
    )
    async with desk.flat.store.engine.connect() as connection:
        await desk.flat.store.running_city.look(connection, desk.clock.now())


async def test_what_was_done_offline_before_the_community_was_closed_is_not_lost(desk: Desk) -> None:
    """Its terminal is back online too late: all of it counts, and the street has the incident in hand."""
    device = await enrolled(desk, by=SHUANGHE, unit=SHUANGHE)
    await is_closed(desk, SHUANGHE)
    points = [[SITE.lng + step / 1000, SITE.lat, step * 60] for step in range(4)]
    found = item(1, "incident", category="street_lamp", text="路灯倾斜", place={"unit": SHUANGHE})
    day = [
        found,
        visit(2),
        item(3, "inspection", plan="weekly", form_version=1, answers=TICKED),
        item(4, "track", points=points),
    ]
    assert outcomes(await device.syncs(*day)) == ["accepted"] * 4
    path = f"/v1/incidents/{found['id']}/handle"
    headers = {**desk.token("unit", unit=GUANYINSI), "If-Match": "*"}
    handled = await desk.client.post(path, json={"evidence": "已扶正"}, headers=headers)
    assert (handled.status_code, handled.json().get("state")) == (200, "handled"), handled.text


LISTS = ("incidents", "tasks", "whistles", "conferences", "deliberations", "micro-projects", "foundations")
REPORTS = ("coverage", "whistle-statistics")


async def test_what_a_unit_did_before_it_was_closed_can_be_looked_at(desk: Desk) -> None:
    """By those above it and the desks; nobody else, and none that never was."""
    device = await enrolled(desk, by=XINAN, unit=XINAN)
    assert outcomes(await device.syncs(visit(1))) == ["accepted"]
    await is_closed(desk, XINAN)
    for path, more in [*((path, {}) for path in LISTS), *((path, WEEK) for path in REPORTS)]:
        for seer in ({"by": GUANYINSI}, {"by": None, "role": "supervisor"}):
            shown = await desk.reads(path, unit=XINAN, **seer, **more)
            assert shown.status_code == 200, (path, shown.text)
        never = await desk.reads(path, by=None, role="supervisor", unit="nobody", **more)
        assert (never.status_code, never.json()["reason"]) == (422, "filter_refused"), path
    (went,) = (await report(desk, unit=XINAN))["workers"]
    assert (went["unit"], went["visits"]) == (XINAN, 1)
    assert (await desk.reads(f"foundations/{XINAN}", by=GUANYINSI)).status_code == 200
    assert (await desk.reads(f"foundations/{XINAN}", by=DONGHUASHI)).status_code == 404
    foreign = await desk.reads("coverage", by=DONGHUASHI, unit=XINAN, **WEEK)
    assert foreign.status_code == 422
