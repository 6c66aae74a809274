"""并案 on a real Postgres: a caller's repetition is linked, a neighbour's case is offered and joined."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.timers import TIMERS
from shared.events import router as r
from shared.events.intake import CaseRegistered
from shared.kernel.ids import CallbackId, CaseId, EventId, UnitCode, new_id
from shared.ticker import Ticker
from tests.integration.intake_desk import GUANYINSI, NOON, Desk, Receipt, dispatched, intake_desk

pytestmark = pytest.mark.postgres
CHUNSHU = UnitCode("110102015")
LIFT = "3号楼电梯坏了三天了，老人上下楼很困难，希望尽快维修。"
LIFT_AGAIN = "3号楼电梯坏了，老人没法下楼，到现在没有维修。"
BARBECUE = "门口烧烤摊占道经营，油烟大，夜里吵得睡不着。"
AT_THE_GATE = {"lng": 116.3390, "lat": 39.7180}
NEXT_DOOR = {"lng": 116.3400, "lat": 39.7185}


@pytest.fixture
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as made:
        async with made.flat.store.work() as work:
            await work.connection.exec_driver_sql("TRUNCATE cases, contacts, likenesses, timeline, event_log")
        made.clock.at = NOON
        yield made


async def registers(
    desk: Desk, text: str, phone: str | None = "13812345678", place: Any = AT_THE_GATE, **more: Any
) -> Receipt:
    """A report, heard by intake itself and begun by router."""
    contact = {"phone": phone} if phone else None
    receipt = await desk.registers(text=text, contact=contact, place=place, **more)
    (said,) = await desk.said(receipt.case_id)
    case_id = case_of(receipt)
    await desk.hears(CaseRegistered.model_validate(said["payload"]), begun(case_id))
    return receipt


def case_of(receipt: Receipt) -> CaseId:
    return CaseId(UUID(receipt.case_id))


def begun(case_id: CaseId) -> r.CaseClassified:
    return r.CaseClassified(
        case_id=case_id,
        category=None,
        tier=None,
        confidence=0.2,
        place=None,
        awaiting_dispatcher=True,
        dispatch_by=NOON,
    )


async def rings(desk: Desk, name: str) -> int:
    ticker = Ticker(desk.flat.store, TIMERS)
    return await ticker.ring(next(timer for timer in TIMERS if timer.name == name))


async def proposed(desk: Desk) -> list[tuple[str, str, str]]:
    found = await desk.rows(
        "SELECT payload FROM event_log WHERE type = 'jiesu.case.merge_proposed.v1' ORDER BY id"
    )
    facts = [row["payload"] for row in found]
    return [(fact["case_id"], fact["into_case_id"], fact["reason"]) for fact in facts]


async def similar(desk: Desk, receipt: Receipt, code: str | None = None) -> Any:
    headers = {"X-Access-Code": code or receipt.code}
    return await desk.client.get(f"/v1/cases/{receipt.number}/similar", headers=headers)


async def test_a_caller_who_tells_it_again_is_linked_to_the_open_case_once(desk: Desk) -> None:
    first = await registers(desk, LIFT)
    again = await registers(desk, LIFT_AGAIN)
    assert await rings(desk, "link_repeats") == 2
    assert await proposed(desk) == [(again.case_id, first.case_id, "repeat_caller")]
    assert await rings(desk, "link_repeats") == 0
    assert len(await proposed(desk)) == 1


async def test_two_that_come_in_one_moment_are_linked_one_way(desk: Desk) -> None:
    receipts = [await registers(desk, LIFT) for _ in range(3)]
    await rings(desk, "link_repeats")
    first = receipts[0].case_id
    assert [into for _, into, _ in await proposed(desk)] == [first, first]


async def test_another_matter_another_caller_and_another_place_are_not_linked(desk: Desk) -> None:
    await registers(desk, LIFT)
    await registers(desk, BARBECUE)
    await registers(desk, LIFT_AGAIN, phone="13912345678")
    await registers(desk, LIFT_AGAIN, phone=None)
    await registers(desk, LIFT_AGAIN, place={"lng": 116.45, "lat": 39.90})
    assert await rings(desk, "link_repeats") == 5
    assert await proposed(desk) == []


async def test_what_is_over_or_long_ago_is_told_anew(desk: Desk) -> None:
    first = await registers(desk, LIFT)
    await desk.hears(r.CaseWithdrawn(case_id=case_of(first)))
    await registers(desk, LIFT_AGAIN)
    await rings(desk, "link_repeats")
    assert await proposed(desk) == []
    desk.clock.at = NOON + timedelta(days=31)
    await registers(desk, LIFT_AGAIN)
    await rings(desk, "link_repeats")
    assert await proposed(desk) == []


async def test_a_case_router_does_not_know_yet_waits_to_be_compared(desk: Desk) -> None:
    await registers(desk, LIFT)
    receipt = await desk.registers(text=LIFT, contact={"phone": "13812345678"}, place=AT_THE_GATE)
    (said,) = await desk.said(receipt.case_id)
    await desk.hears(CaseRegistered.model_validate(said["payload"]))
    assert await rings(desk, "link_repeats") == 1
    await desk.hears(begun(case_of(receipt)))
    assert await rings(desk, "link_repeats") == 1
    assert [case for case, _, _ in await proposed(desk)] == [receipt.case_id]


async def test_a_registration_heard_again_is_not_compared_again(desk: Desk) -> None:
    receipt = await registers(desk, LIFT)
    await rings(desk, "link_repeats")
    (said,) = await desk.said(receipt.case_id)
    await desk.hears(CaseRegistered.model_validate(said["payload"]), begun(case_of(receipt)))
    assert await rings(desk, "link_repeats") == 0


async def test_a_neighbours_case_is_offered_without_saying_whose_it_is(desk: Desk) -> None:
    neighbour = await registers(desk, LIFT)
    await registers(desk, BARBECUE)
    desk.clock.at = NOON + timedelta(days=2)
    mine = await registers(desk, LIFT_AGAIN, phone="13912345678", place=NEXT_DOOR)
    answer = await similar(desk, mine)
    assert answer.status_code == 200, answer.text
    (offered,) = answer.json()["items"]
    assert (offered["category"], offered["within_m"], offered["days"]) == ("lift", 300, 2)
    for secret in (neighbour.number, neighbour.case_id, neighbour.code, "电梯"):
        assert secret not in answer.text


async def test_words_nobody_can_open_any_more_keep_no_other_case_waiting(desk: Desk) -> None:
    first = await registers(desk, LIFT)
    lost = await registers(desk, LIFT)
    again = await registers(desk, LIFT_AGAIN)
    async with desk.flat.store.work() as work:
        gone = "UPDATE cases SET sealed_words = 'gone.AAAA' WHERE case_id = $1"
        await work.connection.exec_driver_sql(gone, (case_of(lost),))
    assert await rings(desk, "link_repeats") == 3
    assert await proposed(desk) == [(again.case_id, first.case_id, "repeat_caller")]
    answer = await similar(desk, lost)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_me_too_asks_router_and_stands_in_the_timeline(desk: Desk) -> None:
    neighbour = await registers(desk, LIFT)
    mine = await registers(desk, LIFT_AGAIN, phone=None)
    token = (await similar(desk, mine)).json()["items"][0]["join_token"]
    joined = await desk.asks(mine, "join", body={"join_token": token})
    assert joined.status_code == 202, joined.text
    assert joined.json()["entries"][-1]["text"] == "您申请与附近的同类诉求合并办理。"
    assert await proposed(desk) == [(mine.case_id, neighbour.case_id, "joined")]
    refused = r.MoveRefused(case_id=case_of(mine), move="join", state="closed", asked_by=EventId(new_id()))
    found = r.MoveRefused(case_id=case_of(mine), move="merge", state="closed", asked_by=EventId(new_id()))
    await desk.hears(refused, found)
    lines = [line["text"] for line in (await desk.follows(mine)).json()["entries"]]
    assert lines[-2:] == ["您申请与附近的同类诉求合并办理。", "诉求处于当前状态，无法并案。"]


async def test_an_offer_is_good_for_one_case_and_some_days(desk: Desk) -> None:
    await registers(desk, LIFT)
    mine = await registers(desk, LIFT_AGAIN, phone=None)
    other = await registers(desk, BARBECUE, phone=None)
    token = (await similar(desk, mine)).json()["items"][0]["join_token"]
    for receipt, sent in ((other, token), (mine, token[:-3] + "AA="), (mine, "nonsense")):
        answer = await desk.asks(receipt, "join", body={"join_token": sent})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    desk.clock.at = NOON + timedelta(hours=73)
    late = await desk.asks(mine, "join", body={"join_token": token})
    assert late.status_code == 422
    assert await proposed(desk) == []


async def test_a_guesser_is_told_nothing(desk: Desk) -> None:
    receipt = await registers(desk, LIFT)
    assert (await similar(desk, receipt, code="00000-00000")).status_code == 404
    answer = await desk.asks(receipt, "join", code="00000-00000", body={"join_token": "x"})
    assert answer.status_code == 404


async def test_no_word_and_no_place_can_be_read_in_the_table(desk: Desk) -> None:
    await registers(desk, LIFT)
    (row,) = await desk.rows("SELECT * FROM likenesses")
    assert {type(each) for each in (*row["shingles"], *row["places"])} == {int}
    assert row["categories"] == ["lift"]
    assert "116.3" not in str(row["places"])


async def test_old_rows_are_forgotten(desk: Desk) -> None:
    await registers(desk, LIFT)
    assert await rings(desk, "forget_likenesses") == 0
    desk.clock.at = NOON + timedelta(days=31)
    assert await rings(desk, "forget_likenesses") == 1
    assert await desk.rows("SELECT 1 FROM likenesses") == []


async def test_questions_are_answered_each_time_they_are_asked(desk: Desk) -> None:
    for _ in range(2):
        await registers(desk, LIFT, kind="consult")
    assert await rings(desk, "link_repeats") == 0
    assert await desk.rows("SELECT 1 FROM likenesses") == []


async def test_whoever_was_joined_and_is_not_content_goes_his_own_way(desk: Desk) -> None:
    """重办: another unit owes him an answer by another day; who has the other case sees no more of his.

    While it is joined, who had it before sees nothing of it.
    """
    lead, joined = await registers(desk, LIFT), await registers(desk, LIFT_AGAIN, phone="13912345678")

    async def told() -> tuple[Any, ...]:
        found = (await desk.follows(joined)).json()
        return found["status"], (found["unit"] or {}).get("code"), found["promised_at"]

    async def seen_by(unit: UnitCode) -> int:
        headers = desk.token("unit", unit=unit)
        query = {"case_id": joined.case_id}
        return (await desk.client.get("/v1/attachments", params=query, headers=headers)).status_code

    merged = r.CaseMerged(case_id=case_of(joined), into_case_id=case_of(lead))
    await desk.hears(dispatched(joined.case_id, CHUNSHU, days=8))
    assert (await told(), await seen_by(CHUNSHU)) == (("dispatched", CHUNSHU, "2026-12-01T04:00:00Z"), 200)
    await desk.hears(dispatched(lead.case_id, GUANYINSI, days=7), merged)
    assert (await told(), await seen_by(GUANYINSI)) == (("merged", GUANYINSI, "2026-11-30T04:00:00Z"), 200)
    assert await seen_by(CHUNSHU) == 404
    listed = {"unit": CHUNSHU}, desk.token("dispatcher")
    assert (await desk.client.get("/v1/cases", params=listed[0], headers=listed[1])).json()["items"] == []
    undone = r.CaseUnmerged(case_id=case_of(joined), from_case_id=case_of(lead), dispatch_by=NOON)
    await desk.hears(undone)
    assert (await told(), await seen_by(GUANYINSI)) == (("awaiting_dispatcher", None, None), 404)
    await desk.hears(merged)
    assert (await told(), await seen_by(GUANYINSI)) == (("merged", GUANYINSI, "2026-11-30T04:00:00Z"), 200)
    callback_id = CallbackId(new_id())
    await desk.hears(r.CaseReopened(case_id=case_of(joined), redo=1, callback_id=callback_id))
    assert (await told(), await seen_by(GUANYINSI)) == (("reopened", None, None), 404)
    await desk.hears(dispatched(joined.case_id, CHUNSHU, days=9))
    assert await told() == ("dispatched", CHUNSHU, "2026-12-02T04:00:00Z")
    assert (await seen_by(GUANYINSI), await seen_by(CHUNSHU)) == (404, 200)
