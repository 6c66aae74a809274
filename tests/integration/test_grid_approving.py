"""审批 and 部门报到统计 over HTTP on a real Postgres."""

import pytest

from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import Device, enrolled
from tests.kit.whistles import (
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    FIRE,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    POLICE,
    SITE,
)

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
HERE = {"lng": SITE.lng, "lat": SITE.lat}
DAYS = {"first": "2026-03-02", "last": "2026-03-08"}


async def told(device: Device) -> list[str]:
    changes = (await device.syncs()).json()["changes"]
    return [change["id"] for change in changes if change["kind"] == "whistle"]


async def proposed(desk: Desk) -> str:
    return await desk.whistle(ENFORCEMENT, by=GUANYINSI_COMMUNITY, kind="key_work", reason="秘密甲")


async def test_departments_hear_of_it_when_it_is_approved(desk: Desk) -> None:
    officer = await enrolled(desk, by=ENFORCEMENT, unit=ENFORCEMENT, worker="officer-1")
    whistle_id = await proposed(desk)
    assert whistle_id in await desk.queue(GUANYINSI, state="proposed")
    assert (await desk.reads(f"whistles/{whistle_id}", by=ENFORCEMENT)).status_code == 404
    assert (whistle_id in await desk.queue(ENFORCEMENT), whistle_id in await told(officer)) == (False, False)
    early = await desk.asks(whistle_id, f"{ENFORCEMENT}/sign", by=ENFORCEMENT)
    assert early.status_code == 404
    desk.clock.passes(hours=3)
    assert await desk.rings() == 0
    for by, status in ((GUANYINSI_COMMUNITY, 403), (DAXING, 403), (DONGHUASHI, 404)):
        assert (await desk.asks(whistle_id, "approve", by=by)).status_code == status
    opened = await desk.moves(whistle_id, "approve", by=GUANYINSI, seen='"1"')
    await officer.is_refreshed()
    assert (opened["state"], opened["approval"]["granted"], opened["version"]) == ("open", True, 2)
    assert (whistle_id in await desk.queue(ENFORCEMENT), whistle_id in await told(officer)) == (True, True)
    signed = await desk.moves(whistle_id, f"{ENFORCEMENT}/sign")
    assert signed["departments"][0]["signed_at"] <= signed["departments"][0]["sign_by"]
    said = await desk.said(whistle_id)
    assert [fact["type"].split(".")[2] for fact in said] == ["proposed", "blown", "signed"]
    assert "秘密" not in str(said)


async def test_refused_its_blower_reads_why_and_departments_never_hear(desk: Desk) -> None:
    whistle_id = await proposed(desk)
    nothing = await desk.asks(whistle_id, "refuse", by=GUANYINSI, body={"reason": " "})
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "reason")
    await desk.moves(whistle_id, "refuse", by=GUANYINSI, body={"reason": "秘密乙"})
    shown = (await desk.reads(f"whistles/{whistle_id}", by=GUANYINSI_COMMUNITY)).json()
    assert (shown["state"], shown["approval"]["reason"]) == ("refused", "秘密乙")
    assert whistle_id not in await desk.queue(ENFORCEMENT)
    again = await desk.asks(whistle_id, "approve", by=GUANYINSI)
    assert (again.status_code, again.json()["type"]) == (409, "urn:jiesu:problem:move_not_allowed")
    other = await proposed(desk)
    await desk.moves(other, "cancel", by=GUANYINSI_COMMUNITY, body={"reason": "误吹"})
    said = [fact["type"].split(".")[2] for one in (whistle_id, other) for fact in await desk.said(one)]
    assert said == ["proposed", "dropped"] * 2


async def test_who_walks_a_grid_blows_what_the_policy_opens_to_it(desk: Desk) -> None:
    worker = desk.token("grid_worker", unit=GUANYINSI_COMMUNITY)
    urgent = (await desk.blows(kind="emergency", headers=worker)).json()
    assert (urgent["state"], urgent["blower"], urgent["blown_by"]) == ("open", "grid", GUANYINSI_COMMUNITY)
    joint = (await desk.blows(headers=worker)).json()
    assert (joint["state"], joint["approval"]["by"]) == ("proposed", GUANYINSI)
    read = await desk.reads(f"whistles/{joint['whistle_id']}", by=GUANYINSI_COMMUNITY, role="grid_worker")
    assert read.status_code == 200
    before = await desk.counts()
    refused = await desk.blows(kind="key_work", headers=worker)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:jiesu:problem:may_not_blow")
    assert await desk.counts() == before


async def test_the_district_finds_what_ran_over_and_the_statistics_say_who_came(desk: Desk) -> None:
    street, district = "110114008", "110114"
    late = await desk.whistle(FIRE, by=street, kind="emergency")
    good = await desk.whistle(FIRE, POLICE, by=street, kind="emergency")
    back = await desk.whistle(FIRE, by=street, kind="emergency")
    await desk.moves(back, "cancel", by=street, body={"reason": "误吹"})
    desk.clock.passes(minutes=10)
    await desk.moves(good, f"{FIRE}/report-in", body=HERE)
    await desk.moves(good, f"{FIRE}/act")
    await desk.moves(good, f"{FIRE}/score", by=street, body={"score": 4})
    await desk.moves(good, f"{POLICE}/report-in", body={"lng": SITE.lng, "lat": SITE.lat + 0.5})
    assert await desk.queue(district, overdue="true") == []
    desk.clock.passes(hours=2)
    while await desk.rings():
        pass
    assert await desk.queue(district, overdue="true") == [late]
    overdue = [f["payload"]["district"] for f in await desk.said(late) if "overdue" in f["type"]]
    assert set(overdue) == {district}
    await desk.moves(late, f"{FIRE}/score", by=street, body={"score": 1})
    answer = (await desk.reads("whistle-statistics", by=district, **DAYS)).json()
    fire, police = sorted(answer["departments"], key=lambda one: one["unit"], reverse=True)
    wanted = ("called", "signed_in_time", "reported_in_time", "on_site", "overdue", "scored")
    # Who rushed to the site within the hour has signed by being there, to scoring too.
    assert {name: fire[name] for name in wanted} == {
        "called": 2,
        "signed_in_time": 1,
        "reported_in_time": 1,
        "on_site": 1,
        "overdue": 1,
        "scored": 2,
    }
    assert (fire["average_score"], police["average_score"], police["on_site"]) == (2.5, None, 0)
    own = (await desk.reads("whistle-statistics", by=POLICE, **DAYS)).json()
    assert {one["unit"] for one in own["departments"]} == {POLICE}
    for query, field in (({"unit": street}, "unit"), ({"last": "2026-03-01"}, "last")):
        wrong = await desk.reads("whistle-statistics", by=POLICE, **{**DAYS, **query})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
