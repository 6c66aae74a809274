"""enrolled → signed in anew → lost: refused and wiped at its next word, for good; the next one goes on."""

from datetime import timedelta

import pytest

from tests.kit.grid_people import Terminal, gives_task, takes_back, task, terminal_of
from tests.kit.people import Refused
from tests.kit.stage import COMMUNITY, NEIGHBOUR, STREET, Stage

WORKER = "grid-worker-lost"


async def _is_refused(device: Terminal) -> tuple[str, bool | None]:
    with pytest.raises(Refused) as refused:
        await device.syncs()
    assert refused.value.status == 401
    return refused.value.reason, refused.value.problem.get("wipe")


@pytest.mark.kafka
async def test_lost_terminal_is_shut_out_at_once(stage: Stage) -> None:
    marked, clock = stage.suite.history.marked, stage.suite.clock
    street, community = stage.unit(STREET), stage.unit(COMMUNITY)
    device = await terminal_of(community, WORKER)
    task_id = await gives_task(street, COMMUNITY, marked("清点消防器材"), clock.now() + timedelta(hours=4))
    clock.passes(minutes=16)
    assert await _is_refused(device) == ("terminal_signed_out", None)
    await device.is_refreshed()
    assert task_id in {change["id"] for change in await device.hears()}
    done = {"task_id": task_id, "done": True, "words": marked("已清点，共 12 具")}
    device.does("task_report", recorded_at=clock.now(), **done)
    with pytest.raises(Refused) as stranger:
        await takes_back(stage.unit(NEIGHBOUR), device, reason="lost", wipe=True)
    assert stranger.value.status == 404
    taken = await takes_back(community, device, reason="lost", wipe=True)
    assert (taken["state"], taken["worker"]) == ("revoked", WORKER)
    assert await _is_refused(device) == ("terminal_revoked", True)
    with pytest.raises(Refused) as no_more:
        await device.is_refreshed()
    assert (no_more.value.reason, no_more.value.problem["wipe"]) == ("terminal_revoked", True)
    assert (await task(street, task_id))["state"] == "given"
    another = await terminal_of(community, WORKER)
    another.does("task_report", recorded_at=clock.now(), **done)
    (outcome,) = (await another.syncs())["outcomes"]
    assert outcome["outcome"] == "accepted"
    assert (await task(street, task_id))["reported_by"] == WORKER
    assert await stage.suite.said(task_id, "grid") == ["task.given", "task.reported"]
