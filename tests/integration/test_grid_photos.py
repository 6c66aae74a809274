"""照片: sent first, named by hash; what was never sent fails alone; shown to who may see what names it."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from services.grid.settings import GridSettings
from shared.kernel.ids import new_id
from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import enrolled
from tests.kit.media import a_jpeg
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, ENFORCEMENT, GUANYINSI, GUANYINSI_COMMUNITY, SITE

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


def item(sequence: int, kind: str = "incident", **more: Any) -> dict[str, Any]:
    told = {"category": "street_lamp", "text": "路灯倾斜", "place": {"lng": SITE.lng, "lat": SITE.lat}}
    head = {"id": str(new_id()), "sequence": sequence, "recorded_at": BLOWN_AT.isoformat(), "kind": kind}
    return {**head, **(told if kind == "incident" else {}), **more}


def objects(desk: Desk) -> list[Path]:
    folder = Path(cast(GridSettings, desk.flat.settings).objects)
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_photo_is_sent_first_and_one_that_was_not_fails_alone(desk: Desk) -> None:
    device = await enrolled(desk)
    photo = a_jpeg(gps=True, maker="secret maker")
    told = hashlib.sha256(photo).hexdigest()
    answers = [await device.sends_photo(photo) for _ in range(2)]
    assert [(one.status_code, one.json()["sha256"]) for one in answers] == [(201, told)] * 2
    assert len(objects(desk)) == 1
    found, missing = item(1, photos=[told]), item(2, photos=[told, "0" * 64])
    done = item(3, "incident_handle", incident_id=found["id"], evidence="已加固", photos=[told])
    answer = await device.syncs(found, missing, done)
    outcomes = [(one["outcome"], one["problem"]) for one in answer.json()["outcomes"]]
    assert [outcome for outcome, _ in outcomes] == ["accepted", "refused", "accepted"]
    problem = outcomes[1][1]
    assert (problem["reason"], problem["errors"][0]["field"]) == ("photo_missing", "photos.1")
    again = await device.syncs(found, missing, done)
    assert [one["outcome"] for one in again.json()["outcomes"]] == ["duplicate"] * 3
    path = f"incidents/{found['id']}/photos/{told}"
    seen = await desk.reads(path, by=GUANYINSI)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert b"secret maker" not in seen.content
    assert (await desk.reads(f"incidents/{found['id']}", by=GUANYINSI)).json()["photos"] == [told]
    for by, where in ((DONGHUASHI, path), (ENFORCEMENT, path), (GUANYINSI, f"{path[:-64]}{'0' * 64}")):
        assert (await desk.reads(where, by=by)).status_code == 404


async def test_a_photo_that_is_missing_tells_no_stranger_of_an_incident_or_a_task(desk: Desk) -> None:
    ours, theirs = await enrolled(desk), await enrolled(desk, by=DONGHUASHI, unit=DONGHUASHI)
    found = item(1)
    await ours.syncs(found)
    due = {"words": "巡查", "due_at": (BLOWN_AT + timedelta(hours=4)).isoformat()}
    given = await desk.client.post("/v1/tasks", json=due, headers=desk.token("unit", unit=GUANYINSI))
    photos = {"photos": ["0" * 64]}
    reported = {"done": True, "words": "已完成", **photos}
    answer = await theirs.syncs(
        item(1, "incident_handle", incident_id=found["id"], evidence="已加固", **photos),
        item(2, "task_report", task_id=given.json()["task_id"], **reported),
    )
    told = [one["problem"]["reason"] for one in answer.json()["outcomes"]]
    assert told == ["unknown_incident", "unknown_task"]


async def test_an_escalated_incident_names_its_photos_where_they_lie_and_keeps_them(desk: Desk) -> None:
    device = await enrolled(desk)
    photos = [a_jpeg(), a_jpeg(size=(32, 32)), a_jpeg(size=(16, 16))]
    hashes = [(await device.sends_photo(one)).json()["sha256"] for one in photos]
    left, synced = item(1, photos=hashes[:2]), item(2, photos=hashes[2:])
    escalation = item(3, "incident_escalate", incident_id=synced["id"])
    outcomes = (await device.syncs(left, synced, escalation)).json()["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["accepted"] * 3
    # The street escalates what its community's terminal reported.
    street = {**desk.token("grid_worker", unit=GUANYINSI), "If-Match": "*"}
    for _ in range(2):
        done = await desk.client.post(f"/v1/incidents/{left['id']}/escalate", headers=street)
        assert done.status_code == 200, done.text
    rows = await desk.rows("SELECT sha256, object_name FROM photos")
    lies = {row["sha256"]: row["object_name"] for row in rows}
    for incident, named in ((left, hashes[:2]), (synced, hashes[2:])):
        (said,) = [one for one in await desk.said(incident["id"]) if "escalated" in one["type"]]
        assert said["payload"]["photos"] == [lies[one] for one in named]
        assert [one for one in hashes if one in str(said["payload"])] == []
    desk.clock.at += timedelta(days=400)
    assert (await desk.rings("condemn_photos"), await desk.rings("remove_photos")) == (0, 0)
    assert {str(path)[-41:] for path in objects(desk)} >= set(lies.values())


async def test_only_pictures_are_taken_and_only_from_terminals(desk: Desk) -> None:
    device = await enrolled(desk)
    before = len(objects(desk))
    for content, kind, status in ((b"no picture", "image/jpeg", 415), (b"", "image/png", 422)):
        assert (await device.sends_photo(content, kind)).status_code == status
    worker = desk.token("grid_worker", unit=GUANYINSI_COMMUNITY)
    headers = {**worker, "Content-Type": "image/jpeg"}
    assert (
        await desk.client.post("/v1/terminal/photos", content=a_jpeg(), headers=headers)
    ).status_code == 403
    wrong = await device.syncs(item(1, photos=["short"]), item(2, photos=["0" * 64] * 11))
    assert [one["problem"]["reason"] for one in wrong.json()["outcomes"]] == ["invalid"] * 2
    assert len(objects(desk)) == before


async def test_what_nothing_names_is_removed_after_three_days_and_what_is_named_stays(desk: Desk) -> None:
    device = await enrolled(desk)
    kept, idle = a_jpeg(comment=b"kept"), a_jpeg(size=(32, 32))
    hashes = [hashlib.sha256(each).hexdigest() for each in (kept, idle)]
    for each in (kept, idle):
        assert (await device.sends_photo(each)).status_code == 201
    before = len(objects(desk))
    await device.syncs(item(1, photos=hashes[:1]))
    desk.clock.at += timedelta(days=3, seconds=1)
    assert (await desk.rings("condemn_photos"), await desk.rings("remove_photos")) == (1, 1)
    assert len(objects(desk)) == before - 1
    await device.is_refreshed()
    answer = await device.syncs(item(2, photos=hashes[1:]))
    assert answer.json()["outcomes"][0]["problem"]["reason"] == "photo_missing"
    assert (await device.sends_photo(idle)).status_code == 201
    assert (await device.syncs(item(3, photos=hashes))).json()["outcomes"][0]["outcome"] == "accepted"
