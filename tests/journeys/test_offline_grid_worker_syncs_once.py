"""offline, the clock a day wrong: task reported, incident escalated → sent thrice → each once, one case with
its photo.
"""

import asyncio
from datetime import timedelta

import httpx

from tests.kit.grid_people import gives_task, task, terminal_of
from tests.kit.media import a_jpeg
from tests.kit.people import eventually
from tests.kit.stage import COMMUNITY, GROUP_RENTAL, STREET, Stage

_CASES = "SELECT count(*) FROM intake.cases WHERE incident_id = $1::uuid"


async def test_offline_grid_worker_syncs_once(either_stage: Stage) -> None:
    stage, marked = either_stage, either_stage.suite.history.marked
    street, now = stage.unit(STREET), stage.suite.clock.now()
    device = await terminal_of(stage.unit(COMMUNITY), "grid-worker-7")
    task_id = await gives_task(street, COMMUNITY, marked("核对楼道堆物"), now + timedelta(hours=4))
    (told,) = [each for each in await device.hears() if each["id"] == task_id]
    assert "核对楼道堆物" in told["state"]["words"]
    photo = await device.sends_photo(a_jpeg(gps=True))
    tomorrow = now + timedelta(days=1)
    device.does(
        "task_report",
        recorded_at=tomorrow,
        task_id=task_id,
        done=True,
        words=marked("已清理"),
        photos=[photo],
    )
    site = {"lng": 116.339, "lat": 39.718, "unit": COMMUNITY}
    found = device.does(
        "incident",
        recorded_at=tomorrow,
        category="group_rental",
        text=marked(GROUP_RENTAL),
        place=site,
        photos=[await device.sends_photo(a_jpeg(maker="secret maker"))],
    )
    device.does("incident_escalate", recorded_at=tomorrow, incident_id=found)
    # Two of these answers are lost; what came too early is sent again with the whole.
    await asyncio.gather(device.syncs(*device.done[1:], sent_at=tomorrow), device.syncs(sent_at=tomorrow))
    answer = await device.syncs(sent_at=tomorrow)
    assert [(one["outcome"], one["first"]) for one in answer["outcomes"]] == [("duplicate", "accepted")] * 3
    done = await task(street, task_id)
    assert (done["state"], done["reported_by"], done["photos"]) == ("done", "grid-worker-7", [photo])
    assert await stage.suite.said(task_id, "grid") == ["task.given", "task.reported"]
    incident = await eventually(
        lambda: stage.suite.town.grid_worker(COMMUNITY).incident(found), until=lambda one: one["case_id"]
    )
    order = await eventually(lambda: street.order_of(incident["case_id"]), what="an order for the street")
    assert order is not None
    assert await stage.suite.said(found, "grid") == ["incident.reported", "incident.escalated"]
    assert (await stage.suite.rows(_CASES, found))[0][0] == 1
    (link,) = await eventually(lambda: street.photos(incident["case_id"]), what="the photo at the street")
    async with httpx.AsyncClient(base_url=street.line.clients["intake"].base_url) as browser:
        seen = await browser.get(link)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert b"secret maker" not in seen.content
    await street.assigns(order["order_id"], COMMUNITY)
    changes = await eventually(
        device.hears, until=lambda seen: [one for one in seen if one["kind"] == "case"], what="the case"
    )
    (mine,) = [one["state"] for one in changes if one["id"] == incident["case_id"]]
    assert (mine["assigned_to"], mine["work_order_id"]) == (COMMUNITY, order["order_id"])
