"""同步: what was done offline counts once and in order; broken items fail alone; changes come by cursor."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from services.grid import handlers
from services.grid.api.sync_items import write_down
from services.grid.domain import commands as do
from services.grid.domain.model import Site
from services.grid.domain.syncing import Answered, Command, Item
from shared.events.router import CaseAssigned, CaseDispatched, CaseExtended
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, ItemId, TerminalId, new_id
from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import TEXT, WORKER, caught_up, enrolled, item, outcomes, reasons
from tests.kit.facts import a_fact
from tests.kit.grid_memory import MemoryWork
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, ENFORCEMENT, GUANYINSI, GUANYINSI_COMMUNITY, SITE

__all__ = ["desk", "house"]

RUNNING = Path(__file__).resolve().parents[2] / "docs" / "running.md"


async def test_a_day_offline_counts_in_order_and_again_changes_nothing(desk: Desk) -> None:
    device = await enrolled(desk)
    found, left = item(1), item(3)
    handled = item(2, "incident_handle", incident_id=found["id"], base_version=1, evidence="已加固")
    passed = item(4, "incident_escalate", incident_id=left["id"])
    day = [passed, left, handled, found]
    first = await device.syncs(*day)
    assert outcomes(first) == ["accepted"] * 4
    assert [one["version"] for one in first.json()["outcomes"]] == [2, 1, 2, 1]
    before = await desk.counts()
    for batch in (day, day[:2], list(reversed(day))):
        again = await device.syncs(*batch)
        assert outcomes(again) == ["duplicate"] * len(batch)
        assert {one["first"] for one in again.json()["outcomes"]} == {"accepted"}
        assert again.json()["next_sequence"] == 5
    assert await desk.counts() == before
    assert await desk.told(found["id"]) == ["incident.reported", "incident.handled"]
    assert await desk.told(left["id"]) == ["incident.reported", "incident.escalated"]


async def test_broken_items_fail_alone_and_are_named(desk: Desk) -> None:
    device = await enrolled(desk)
    batch: list[Any] = [
        item(1),
        item(2, category="no.such"),
        item(3, place={"lng": 116.3}),
        item(4, "no_such_kind"),
        item(5, text=7),
        item(6, id="0195000a-0000-4000-8000-000000000001"),
        item(7, recorded_at="2031-01-01T00:00:00+08:00"),
        item(8, text=2**64),
        {"sequence": 9, "kind": "incident"},
        "nothing",
        item(11),
        item(13),
    ]
    answer = await device.syncs(*batch)
    assert outcomes(answer) == ["accepted", *["refused"] * 9, "accepted", "refused"]
    assert reasons(answer) == [
        None,
        "category_refused",
        "spot_incomplete",
        "invalid",
        "invalid",
        "item_id_refused",
        "recorded_when",
        "invalid",
        "invalid",
        "invalid",
        None,
        "sequence_gap",
    ]
    shown = answer.json()
    assert shown["outcomes"][2]["problem"]["errors"][0]["field"] == "place.lat"
    assert shown["outcomes"][4]["problem"]["errors"][0]["field"] == "text"
    assert (shown["outcomes"][8]["id"], shown["next_sequence"]) == (None, 12)
    again = await device.syncs(*batch[:8], batch[10])
    assert [one["first"] for one in again.json()["outcomes"]] == ["accepted", *["refused"] * 7, "accepted"]
    assert outcomes(await device.syncs({**batch[11], "sequence": 12})) == ["accepted"]


async def test_numbers_are_used_once_and_ids_are_the_terminal_s_own(desk: Desk) -> None:
    device = await enrolled(desk)
    first = item(1)
    assert outcomes(await device.syncs(first)) == ["accepted"]
    assert reasons(await device.syncs(item(1))) == ["sequence_passed"]
    other = {**first, "text": "井盖缺失", "sequence": 2}
    assert reasons(await device.syncs(other, item(3))) == ["item_id_taken", None]
    renumbered = {**first, "sequence": 9}
    assert outcomes(await device.syncs(renumbered)) == ["duplicate"]


async def test_who_was_enrolled_anew_may_send_what_was_never_answered_again(desk: Desk) -> None:
    lost = await enrolled(desk)
    day = [item(1), item(2)]
    assert outcomes(await lost.syncs(*day)) == ["accepted"] * 2
    found = await enrolled(desk)
    assert outcomes(await found.syncs(*day, item(3))) == ["duplicate", "duplicate", "accepted"]
    colleague = await enrolled(desk, worker="worker-8")
    assert reasons(await colleague.syncs(*day)) == ["item_id_taken"] * 2


async def test_a_change_on_an_old_version_is_a_conflict_that_shows_how_things_stand(desk: Desk) -> None:
    one, other = await enrolled(desk), await enrolled(desk, worker="worker-8")
    found = item(1)
    await one.syncs(found)
    handled = item(1, "incident_handle", incident_id=found["id"], base_version=1, evidence="已加固")
    assert outcomes(await other.syncs(handled)) == ["accepted"]
    late = item(2, "incident_escalate", incident_id=found["id"], base_version=1)
    later = item(3, "incident_escalate", incident_id=found["id"])
    answer = await one.syncs(late, later)
    assert outcomes(answer) == ["conflict", "conflict"]
    assert reasons(answer) == ["version_passed", "move_not_allowed"]
    current = answer.json()["outcomes"][0]["current"]
    assert (current["state"], current["version"]) == ("handled", 2)
    again = (await one.syncs(found, late, later)).json()["outcomes"]
    assert [one["first"] for one in again] == ["accepted", "conflict", "conflict"]
    assert [one["current"] for one in again] == [None, current, current], "the answer may have been lost"
    stranger = await enrolled(desk, by=DONGHUASHI, unit=DONGHUASHI, worker="worker-9")
    hidden = await stranger.syncs(item(1, "incident_escalate", incident_id=found["id"], base_version=1))
    assert (reasons(hidden), hidden.json()["outcomes"][0]["current"]) == (["unknown_incident"], None)


async def test_a_department_s_terminal_reports_in_and_far_away_is_kept_and_marked(desk: Desk) -> None:
    officer = await enrolled(desk, by=ENFORCEMENT, unit=ENFORCEMENT, worker="officer-1")
    whistle_id = await desk.whistle(kind="emergency")
    far = item(1, "check_in", whistle_id=whistle_id, lng=SITE.lng + 0.1, lat=SITE.lat)
    answer = await officer.syncs(far)
    assert outcomes(answer) == ["accepted"]
    call = (await desk.reads(f"whistles/{whistle_id}", by=GUANYINSI)).json()["departments"][0]
    assert (call["state"], call["on_site"]) == ("reported_in", False)
    delayed = await desk.whistle(kind="emergency")
    near = item(2, "check_in", whistle_id=delayed, lng=SITE.lng, lat=SITE.lat)
    desk.clock.passes(minutes=40)
    await officer.is_refreshed()
    assert outcomes(await officer.syncs(near)) == ["accepted"]
    call = (await desk.reads(f"whistles/{delayed}", by=GUANYINSI)).json()["departments"][0]
    came_at, told_at = (datetime.fromisoformat(call[f"{at}_at"]) for at in ("reported_in", "report_received"))
    assert (told_at - came_at, call["late"]) == (timedelta(minutes=38), [])
    worker = await enrolled(desk)
    refused = await worker.syncs(item(1, "check_in", whistle_id=whistle_id, lng=SITE.lng, lat=SITE.lat))
    assert reasons(refused) == ["unknown_whistle"]


async def test_a_clock_wrong_by_a_day_does_no_harm(desk: Desk) -> None:
    device = await enrolled(desk)
    ahead = item(1, recorded_at=(BLOWN_AT + timedelta(days=1)).isoformat())
    behind = item(2, recorded_at=(BLOWN_AT - timedelta(days=1)).isoformat())
    assert outcomes(await device.syncs(behind, ahead)) == ["accepted"] * 2
    (row,) = await desk.rows(
        "SELECT recorded_at, received_at FROM sync_items WHERE item_id = :id", id=ahead["id"]
    )
    assert (row["recorded_at"] - row["received_at"], row["received_at"]) == (timedelta(days=1), BLOWN_AT)


async def test_changes_are_told_once_each_as_they_are_now_and_by_pages(desk: Desk) -> None:
    unit = GUANYINSI_COMMUNITY
    device = await enrolled(desk)
    cursor = await caught_up(device)
    case_id = CaseId(new_id())
    dispatched = a_fact(CaseDispatched).model_copy(update={"case_id": case_id, "unit": GUANYINSI})
    assigned = a_fact(CaseAssigned).model_copy(update={"case_id": case_id, "to_unit": unit})
    found = item(1)
    await device.syncs(found, cursor=cursor)
    await desk.hears(dispatched, assigned)
    answer = (await device.syncs(cursor=cursor)).json()
    told = {change["id"]: change for change in answer["changes"]}
    assert set(told) == {str(case_id), found["id"]}
    order = told[str(case_id)]["state"]
    assert (order["assigned_to"], order["work_order_id"]) == (unit, str(dispatched.work_order_id))
    extended = a_fact(CaseExtended).model_copy(
        update={"case_id": case_id, "resolve_by": BLOWN_AT + timedelta(days=9)}
    )
    assert (told[found["id"]]["state"]["state"], answer["more"]) == ("reported", False)
    assert (await device.syncs(cursor=answer["cursor"])).json()["changes"] == []
    await desk.hears(extended)
    (later,) = (await device.syncs(cursor=answer["cursor"])).json()["changes"]
    assert later["state"]["resolve_by"] == (BLOWN_AT + timedelta(days=9)).isoformat().replace("+00:00", "Z")
    elsewhere = dispatched.model_copy(update={"unit": DONGHUASHI})
    await desk.hears(elsewhere)
    (gone,) = (await device.syncs(cursor=answer["cursor"])).json()["changes"]
    assert (gone["id"], gone["gone"], gone["state"]) == (str(case_id), True, None)
    refused = await device.syncs(cursor="not-ours")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")


async def test_more_changes_than_one_answer_holds_come_page_by_page(desk: Desk) -> None:
    device = await enrolled(desk)
    cursor = await caught_up(device)
    await device.syncs(*(item(number) for number in range(1, 251)))
    pages = []
    more = True
    while more:
        answer = (await device.syncs(cursor=cursor)).json()
        pages.append([change["id"] for change in answer["changes"]])
        cursor, more = answer["cursor"], answer["more"]
    assert [len(page) for page in pages] == [200, 50]
    assert len({key for page in pages for key in page}) == 250


async def test_after_a_restore_into_a_new_cluster_the_running_page_s_statement_shows_what_was_hidden(
    desk: Desk,
) -> None:
    device = await enrolled(desk)
    found = item(1)
    await device.syncs(found)
    cursor = await caught_up(device)
    ahead = "UPDATE terminal_changes SET changed_in = 9000000000000 WHERE subject_id = $1"
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql(ahead, (UUID(found["id"]),))
    assert (await device.syncs(cursor=cursor)).json()["changes"] == []
    (statement,) = re.findall(r"```sql\n(UPDATE grid\.terminal_changes .*?);\n```", RUNNING.read_text(), re.S)
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql(statement)
    told = (await device.syncs()).json()["changes"]
    assert found["id"] in {change["id"] for change in told}


async def test_two_terminals_in_any_order_with_lost_answers_and_late_copies(desk: Desk) -> None:
    """The real store under the interleavings that the stateful test tries on the rules alone."""
    random = Random(20260302)
    devices = [await enrolled(desk), await enrolled(desk, worker="worker-8")]
    days = [[item(number) for number in range(1, 13)] for _ in devices]
    batches = [
        (device, day[start : start + random.randint(1, 5)])
        for device, day in zip(devices, days, strict=True)
        for start in (0, 3, 6, 9)
        for _ in range(3)
    ]
    random.shuffle(batches)
    for start in range(0, len(batches), 3):
        await asyncio.gather(*(device.syncs(*batch) for device, batch in batches[start : start + 3]))
    for device, day in zip(devices, days, strict=True):
        await device.syncs(*day)
        assert outcomes(await device.syncs(*day)) == ["duplicate"] * 12
        rows = await desk.rows(
            "SELECT sequence FROM sync_items WHERE terminal_id = :id ORDER BY item_id", id=device.terminal_id
        )
        assert [row["sequence"] for row in rows] == list(range(1, 13))
        for one in day:
            assert await desk.told(one["id"]) == ["incident.reported"]


async def test_the_memory_of_the_stateful_test_answers_as_the_real_one(desk: Desk) -> None:
    device = await enrolled(desk)
    terminal_id = TerminalId(UUID(device.terminal_id))
    script = scripted()
    async with desk.flat.store.work() as work:
        memory = MemoryWork.with_terminals(await work.terminals.get(terminal_id), at=work.now)
    for batch in script:
        copy = memory.opened()
        async with desk.flat.store.work() as work:
            real = await _synced(work, terminal_id, batch)
        assert [told(one) for one in await _synced(copy, terminal_id, batch)] == [told(one) for one in real]
        memory = copy
    for key in {one.item_id for batch in script for one in batch}:
        said = [what for found, what in memory.incidents.said if found == key]
        assert said == await desk.told(key)


def scripted() -> list[list[Item]]:
    """Reports, ends, repetitions, gaps, another thing under a known id, an old version."""
    by = GUANYINSI_COMMUNITY
    first, second, third = (IncidentId(new_id()) for _ in range(3))

    def report(key: IncidentId, text: str = TEXT) -> do.ReportIncident:
        category = CategoryCode("street_lamp")
        return do.ReportIncident(key, by, WORKER, category, text, None, Site(spot=SITE), BLOWN_AT)

    def made(sequence: int, command: Command, key: UUID | None = None, base: int | None = None) -> Item:
        mark = str(command).encode()
        return Item(0, ItemId(key or new_id()), sequence, "x", BLOWN_AT, mark, command, base)

    one, two = made(1, report(first), first), made(2, report(second), second)
    ended = made(3, do.HandleIncident(first, by, "已加固"), base=1)
    batches = [
        [two],
        [two, one],
        [one, two, ended],
        [made(4, report(first, "井盖"), first), made(5, do.EscalateIncident(first, by))],
        [made(6, do.EscalateIncident(second, by), base=7), made(7, do.EscalateIncident(second, by), base=1)],
        [made(8, do.HandleIncident(third, by, "无")), made(10, report(third), third)],
        [ended, made(9, replace(report(third), category=CategoryCode("no.such")), third)],
    ]
    return [[replace(item, index=index) for index, item in enumerate(batch)] for batch in batches]


def told(answered: Answered) -> tuple[object, ...]:
    problem = answered.problem and answered.problem["reason"]
    return answered.outcome, answered.first, problem, answered.subject_version, answered.current is None


async def _synced(work: Any, terminal_id: TerminalId, batch: list[Item]) -> list[Answered]:
    terminal = await handlers.open_terminal(work, terminal_id)
    return await handlers.sync(work, terminal, batch, unreadable=0, write_down=write_down)


async def test_only_enrolled_terminals_sync_and_old_answers_are_forgotten(desk: Desk) -> None:
    wish: dict[str, Any] = {"items": []}
    for headers, status in (({}, 401), (desk.token("ops"), 403), ({"Authorization": "Bearer jt_x"}, 401)):
        answer = await desk.client.post("/v1/terminal/sync", json=wish, headers=headers)
        assert answer.status_code == status
    device = await enrolled(desk)
    first = item(1)
    await device.syncs(first)
    many = await device.syncs(*({} for _ in range(501)))
    assert (many.status_code, many.json()["errors"][0]["field"]) == (422, "items")
    desk.clock.at += timedelta(days=29)
    await desk.rings("forget_receipts")
    await device.is_refreshed()
    assert outcomes(await device.syncs(first)) == ["duplicate"]
    desk.clock.at += timedelta(days=2)
    assert await desk.rings("forget_receipts") > 0
    await device.is_refreshed()
    assert reasons(await device.syncs(first)) == ["sequence_passed"]
    assert await desk.told(first["id"]) == ["incident.reported"]
