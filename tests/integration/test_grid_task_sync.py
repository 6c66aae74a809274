"""任务 by 同步: what is given, and what residents decided on, is told to terminals and reported by them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.kernel.ids import new_id
from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import WORKER, Device, caught_up, enrolled, item, outcomes, reasons
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, ENFORCEMENT, GUANYINSI, GUANYINSI_COMMUNITY

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
SIDES = ("party_branch", "residents_committee", "owners_committee", "property_company", "residents")
VOTE = {"entitled": 10, "placards": [{"option": 1, "count": 8}]}
DECIDED = (
    ("options", {"words": "胡同东口"}),
    (
        "meetings",
        {
            "held_at": BLOWN_AT.isoformat(),
            "seats": [{"side": side, "present": 2} for side in SIDES],
            "minutes": "会议纪要",
            "vote": VOTE,
        },
    ),
)


async def test_a_task_reaches_the_terminal_in_words_and_its_report_the_street(desk: Desk) -> None:
    device, colleague = await enrolled(desk), await enrolled(desk, worker="worker-8")
    cursor = await caught_up(device)
    due_at = (BLOWN_AT + timedelta(hours=4)).isoformat()
    wish = {"unit": GUANYINSI_COMMUNITY, "words": "核对楼道堆物", "due_at": due_at}
    street = desk.token("unit", unit=GUANYINSI)
    made = await desk.client.post("/v1/tasks", json=wish, headers=street)
    assert (made.status_code, made.json()["words"], made.headers["etag"]) == (201, None, '"1"')
    task_id = made.json()["task_id"]
    answer = (await device.syncs(cursor=cursor)).json()
    (told,) = answer["changes"]
    assert (told["kind"], told["state"]["words"]) == ("task", "核对楼道堆物")
    early, behind = (
        item(1, "task_report", task_id=task_id, done=True, words="已清理", base_version=1),
        item(2),
    )
    assert outcomes(await device.syncs(behind, early)) == ["accepted"] * 2
    late = item(1, "task_report", task_id=task_id, done=False, words="无人应门", base_version=1)
    lost = await colleague.syncs(late, item(2, "task_report", task_id=str(new_id()), done=True, words="无"))
    assert (outcomes(lost), reasons(lost)) == (["conflict", "refused"], ["version_passed", "unknown_task"])
    assert lost.json()["outcomes"][0]["current"]["state"] == "done"
    read = (await desk.reads(f"tasks/{task_id}", by=GUANYINSI)).json()
    assert (read["state"], read["report"], read["reported_by"]) == ("done", "已清理", WORKER)
    assert "堆物" not in (await desk.reads("tasks", by=GUANYINSI, state="done")).text
    assert await desk.told(task_id) == ["task.given", "task.reported"]
    assert "清理" not in str(await desk.said(task_id))
    assert (await desk.reads(f"tasks/{task_id}", by=DONGHUASHI)).status_code == 404
    again = await desk.client.post(f"/v1/tasks/{task_id}/withdraw", headers={**street, "If-Match": "*"})
    assert (again.status_code, again.json()["reason"]) == (409, "move_not_allowed")
    past = {**wish, "due_at": BLOWN_AT.isoformat()}
    wrong = await desk.client.post("/v1/tasks", json=past, headers=street)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "due_at")


async def under_way(desk: Desk, *owners: str) -> str:
    """A matter of the community's residents, decided, with one task for each owner; its id."""
    table = {**desk.token("unit", unit=GUANYINSI_COMMUNITY), "If-Match": "*"}
    raised = await desk.client.post(
        "/v1/deliberations", json={"raised_from": "resident", "matter": "自行车棚放在哪儿"}, headers=table
    )
    key = str(raised.json()["deliberation_id"])
    tasks = [{"owner": owner, "due": "2026-03-20", "words": f"划线 {owner}"} for owner in owners]
    for what, body in (*DECIDED, ("begin", {"tasks": tasks})):
        answer = await desk.client.post(f"/v1/deliberations/{key}/{what}", json=body, headers=table)
        assert answer.status_code == 200, answer.text
    return key


async def hears(device: Device, cursor: str | None) -> Any:
    """The one thing that changed."""
    (change,) = (await device.syncs(cursor=cursor)).json()["changes"]
    return change


async def test_a_task_that_residents_decided_on_is_told_to_who_carries_it_out(desk: Desk) -> None:
    worker, officer = await enrolled(desk), await enrolled(desk, by=ENFORCEMENT, unit=ENFORCEMENT)
    stranger = await enrolled(desk, by=DONGHUASHI, unit=DONGHUASHI)
    cursors = [await caught_up(device) for device in (worker, officer, stranger)]
    key = await under_way(desk, GUANYINSI_COMMUNITY, ENFORCEMENT)
    own, theirs = await hears(worker, cursors[0]), await hears(officer, cursors[1])
    assert [(told["kind"], told["id"], told["gone"]) for told in (own, theirs)] == [
        ("deliberation", key, False)
    ] * 2
    words = [f"划线 {GUANYINSI_COMMUNITY}", f"划线 {ENFORCEMENT}"]
    assert [task["words"] for task in own["state"]["tasks"]] == words
    assert [task["words"] for task in theirs["state"]["tasks"]] == [None, words[1]]
    assert (theirs["state"]["matter"], theirs["state"]["version"]) == ("自行车棚放在哪儿", 4)
    assert (await stranger.syncs(cursor=cursors[2])).json()["changes"] == []


async def test_a_task_that_residents_decided_on_is_reported_done_by_sync(desk: Desk) -> None:
    worker, officer = await enrolled(desk), await enrolled(desk, by=ENFORCEMENT, unit=ENFORCEMENT)
    stranger = await enrolled(desk, by=DONGHUASHI, unit=DONGHUASHI)
    key = await under_way(desk, GUANYINSI_COMMUNITY, ENFORCEMENT)

    def report(sequence: int, task: int, **more: Any) -> dict[str, Any]:
        about = {"deliberation_id": key, "task": task, "evidence": "车棚已装好", **more}
        return item(sequence, "deliberation_task_report", **about)

    desk.clock.passes(minutes=40)
    for device in (worker, officer, stranger):
        await device.is_refreshed()
    day = [
        report(1, 1, base_version=4),
        report(2, 9),
        report(3, 1, deliberation_id=str(new_id())),
        report(4, 1, evidence=" "),
        item(5),
    ]
    first = await worker.syncs(*day)
    assert outcomes(first) == ["accepted", *["refused"] * 3, "accepted"]
    assert reasons(first) == [None, "unknown_task", "unknown_deliberation", "invalid", None]
    assert first.json()["outcomes"][3]["problem"]["errors"][0]["field"] == "evidence"
    again = await worker.syncs(*day)
    assert outcomes(again) == ["duplicate"] * 5
    assert first.json()["outcomes"][0]["version"] == again.json()["outcomes"][0]["version"] == 5

    late = await officer.syncs(report(1, 1), report(2, 2, base_version=4), report(3, 2))
    assert outcomes(late) == ["refused", "conflict", "accepted"]
    assert reasons(late) == ["not_your_task", "version_passed", None]
    current = late.json()["outcomes"][1]["current"]
    assert ([task["evidence"] for task in current["tasks"]], current["version"]) == ([None, None], 5)
    assert reasons(await worker.syncs(report(6, 2))) == ["task_done"]
    assert reasons(await stranger.syncs(report(1, 1))) == ["unknown_deliberation"]

    seen = (await desk.reads(f"deliberations/{key}", by=GUANYINSI)).json()
    assert [(task["evidence"], task["reported_by"]) for task in seen["tasks"]] == [
        ("车棚已装好", GUANYINSI_COMMUNITY),
        ("车棚已装好", ENFORCEMENT),
    ]
    done = seen["tasks"][0]
    done_at, told_at = (datetime.fromisoformat(done[at]) for at in ("done_at", "report_received_at"))
    assert told_at - done_at == timedelta(minutes=39)
    said = await desk.said(key)
    assert [fact["payload"]["tasks_done"] for fact in said[-3:]] == [0, 1, 2]
    assert "车棚" not in str(said)
