"""查询与跟进 on a real Postgres: what a citizen reads, asks for, and may not guess."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.codes import tracking_number
from services.intake.store import queries
from services.intake.store.queries import DeskQuestion
from services.intake.timers import TIMERS
from shared.events import grid as g
from shared.events import router as r
from shared.events import survey as s
from shared.kernel.errors import NotFound
from shared.kernel.ids import (
    CallbackId,
    CaseId,
    DeliberationId,
    EventId,
    UnitCode,
    WorkOrderId,
    new_id,
)
from shared.kernel.words import (
    CallbackChannel,
    DeclineReason,
    DeliberationStep,
    Overdue,
    RaisedFrom,
    Satisfied,
    Solved,
)
from shared.ticker import Ticker
from tests.integration.intake_desk import GUANYINSI, NOON, Desk, Receipt, desk, dispatched, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


def order(case_id: CaseId) -> dict[str, Any]:
    return {"case_id": case_id, "work_order_id": WorkOrderId(new_id()), "unit": GUANYINSI}


def case_of(receipt: Receipt) -> CaseId:
    return CaseId(UUID(receipt.case_id))


async def test_a_citizen_reads_where_the_case_stands_in_both_languages(desk: Desk) -> None:
    receipt = await desk.registers()
    case_id = case_of(receipt)
    await desk.hears(dispatched(case_id), r.CaseSigned(**order(case_id), in_time=True))
    chinese = await desk.follows(receipt)
    assert chinese.status_code == 200
    assert (chinese.headers["content-language"], chinese.headers["vary"]) == ("zh-CN", "Accept-Language")
    view = chinese.json()
    assert (view["status"], view["status_text"]) == ("signed", "办理中")
    assert view["unit"] == {"code": GUANYINSI, "name": "观音寺街道"}
    assert view["promised_at"] == "2026-11-30T04:00:00Z"
    assert [line["text"] for line in view["entries"]] == [
        "您的诉求已受理。",
        "已派给观音寺街道办理，应于2026-11-30 12:00前办结。",
        "观音寺街道已签收。",
    ]
    english = (await desk.follows(receipt, language="en-GB,en;q=0.9,zh;q=0.1")).json()
    assert english["entries"][0]["text"] == "Your request has been registered."
    assert english["status_text"] == "in hand"


async def test_a_joined_case_that_is_redone_reads_of_its_own_unit_again(desk: Desk) -> None:
    mine, other = await desk.registers(), await desk.registers()
    joined, callback = case_of(mine), CallbackId(new_id())
    merged = r.CaseMerged(case_id=joined, into_case_id=case_of(other))
    await desk.hears(dispatched(case_of(other)), merged)
    assert (await desk.follows(mine)).json()["unit"]["code"] == GUANYINSI
    await desk.hears(r.CaseReopened(case_id=joined, redo=1, callback_id=callback))
    view = (await desk.follows(mine)).json()
    assert (view["status"], view["unit"], view["promised_at"]) == ("reopened", None, None)


async def test_a_joined_case_that_is_let_go_waits_for_a_dispatcher_and_its_citizen_reads_it(
    desk: Desk,
) -> None:
    mine, other = await desk.registers(), await desk.registers()
    joined, into = case_of(mine), case_of(other)
    unmerged = r.CaseUnmerged(case_id=joined, from_case_id=into, dispatch_by=NOON)
    await desk.hears(dispatched(into), r.CaseMerged(case_id=joined, into_case_id=into))
    await desk.hears(unmerged, r.CaseWithdrawn(case_id=into, joined_go_on=True), again=1)
    view = (await desk.follows(mine)).json()
    assert (view["status"], view["unit"], view["promised_at"]) == ("awaiting_dispatcher", None, None)
    assert [line["code"] for line in view["entries"]] == ["registered", "merged", "unmerged"]
    assert view["entries"][-1]["text"] == (
        "合并办理的诉求已不再办理，您的诉求将单独办理，正由派单员确定承办单位。"
    )
    english = (await desk.follows(mine, language="en")).json()
    assert english["entries"][-1]["text"].endswith("a dispatcher decides who handles it.")
    assert str(into) not in str(view), "nothing of the neighbour"
    await desk.hears(dispatched(joined))
    assert (await desk.follows(mine)).json()["unit"]["code"] == GUANYINSI


async def test_residents_deliberations_are_told_to_everybody_whose_case_they_are_about(desk: Desk) -> None:
    receipts = [await desk.registers() for _ in range(2)]
    about = {
        "deliberation_id": DeliberationId(new_id()),
        "unit": UnitCode("110101011010"),
        "case_ids": tuple(case_of(receipt) for receipt in receipts),
    }
    met = {"meeting": 1, "present": 20, "placards": None, "quorate": None, "adopted": False}
    voices = {"satisfied": 24, "basically": 3, "not_satisfied": 1, "no_opinion": 0}
    counts = {"tasks": 0, "tasks_done": 0}
    one_case = {**about, "case_ids": about["case_ids"][:1]}
    await desk.hears(
        g.DeliberationRaised(**one_case, raised_from=RaisedFrom.CASE),
        g.DeliberationProgressed(**about, step=DeliberationStep.CASES_LINKED, **counts),
        g.DeliberationProgressed(**about, step=DeliberationStep.OPTION_PROPOSED, **counts),
        g.DeliberationMet(**about, **met),
        g.DeliberationProgressed(**about, step=DeliberationStep.PILOTS_BEGUN, **counts),
        g.DeliberationMet(**about, **{**met, "meeting": 2, "placards": 19, "quorate": True, "adopted": True}),
        g.DeliberationProgressed(**about, step=DeliberationStep.WORK_BEGUN, **counts),
        g.DeliberationEvaluated(**about, **voices),
        g.DeliberationAbandoned(**about),
        again=1,
    )
    for receipt in receipts:
        view = (await desk.follows(receipt)).json()
        assert view["status"] == "registered"
        assert [line["text"] for line in view["entries"][1:]] == [
            "您反映的事项已提交草厂社区居委会居民议事。",
            "草厂社区居委会就您反映的事项召开了居民议事会。",
            "草厂社区居委会居民选出几个方案，正在试点比较。",
            "草厂社区居委会召开了居民议事会，举牌表决通过了解决方案。",
            "草厂社区居委会居民议定的方案已开始实施。",
            "草厂社区居委会居民议定的事项已办完，居民已作出评价。",
            "草厂社区居委会已终止就此事项的居民议事。",
        ]


async def test_a_whole_life_is_told_line_by_line(desk: Desk) -> None:
    receipt = await desk.registers()
    case_id = case_of(receipt)
    callback = CallbackId(new_id())
    survey = {"case_id": case_id, "callback_id": callback}
    await desk.hears(
        r.CaseClassified(
            case_id=case_id,
            category=None,
            tier=None,
            confidence=0.2,
            place=None,
            awaiting_dispatcher=True,
            dispatch_by=NOON,
        ),
        dispatched(case_id),
        r.CaseSigned(**order(case_id), in_time=True),
        r.CaseExtended(**order(case_id), resolve_by=NOON + timedelta(days=14)),
        r.CaseOverdue(case_id=case_id, clock=Overdue.SIGN, unit=GUANYINSI),
        r.CaseOverdue(case_id=case_id, clock=Overdue.RESOLVE, unit=GUANYINSI),
        r.CaseResolved(**order(case_id), in_time=False, redo=0),
        s.CallbackScheduled(**survey, round=1, due_at=NOON + timedelta(hours=1)),
        r.CaseSurveyStarted(case_id=case_id, callback_id=callback),
        s.CallbackAttempted(**survey, round=1, attempt=1, channel=CallbackChannel.PHONE, reached=False),
        s.CallbackAttempted(**survey, round=1, attempt=2, channel=CallbackChannel.PHONE, reached=True),
        s.CallbackCompleted(
            **survey,
            round=1,
            channel=CallbackChannel.PHONE,
            contacted=True,
            solved=Solved.YES,
            satisfied=Satisfied.SATISFIED,
            scored=True,
        ),
        r.CaseClosed(case_id=case_id, callback_id=callback, reached=True),
    )
    view = (await desk.follows(receipt)).json()
    assert [line["code"] for line in view["entries"]] == [
        "registered",
        "awaiting_dispatcher",
        "dispatched",
        "signed",
        "extended",
        "overdue",
        "resolved",
        "callback_scheduled",
        "survey_started",
        "callback_missed",
        "callback_completed",
        "closed",
    ]
    assert view["status"] == "closed"
    assert view["promised_at"] == "2026-12-07T04:00:00Z"


async def test_a_declined_case_says_why_and_where_to_go(desk: Desk) -> None:
    receipt = await desk.registers()
    await desk.hears(r.CaseDeclined(case_id=case_of(receipt), reason=DeclineReason.OUTSIDE_TERRITORY))
    line = (await desk.follows(receipt)).json()["entries"][-1]
    assert line["text"] == "不予受理：不属于本行政区域。请拨打事发地的12345热线。"


async def test_a_fact_delivered_twice_is_one_line_even_when_the_inbox_was_pruned(desk: Desk) -> None:
    receipt = await desk.registers()
    case_id = case_of(receipt)
    batch = [desk.envelope(dispatched(case_id)), desk.envelope(r.CaseSigned(**order(case_id), in_time=True))]
    await desk.delivers(batch)
    await desk.delivers(batch)
    first = (await desk.follows(receipt)).json()
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql("DELETE FROM inbox")
    await desk.delivers(batch[:1])
    assert (await desk.follows(receipt)).json() == first
    assert [line["code"] for line in first["entries"]] == ["registered", "dispatched", "signed"]


async def test_a_fact_about_a_case_intake_never_registered_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(NotFound, match="there is no case"):
        await desk.hears(r.CaseWithdrawn(case_id=CaseId(new_id())))


async def test_wishes_are_facts_for_router_and_lines_for_the_citizen(desk: Desk) -> None:
    receipt = await desk.registers()
    for wish, body in (("supplement", {"text": "昨晚又到凌晨。"}), ("urge", None), ("withdraw", None)):
        answer = await desk.asks(receipt, wish, body=body)
        assert answer.status_code == 202, answer.text
    assert [line["code"] for line in answer.json()["entries"]] == [
        "registered",
        "supplemented",
        "urge_asked",
        "withdrawal_asked",
    ]
    said = await desk.said(receipt.case_id)
    assert [(one["type"], one["sequence"]) for one in said] == [
        ("jiesu.case.registered.v1", 1),
        ("jiesu.case.supplemented.v1", 2),
        ("jiesu.case.urge_asked.v1", 3),
        ("jiesu.case.withdrawal_asked.v1", 4),
    ]
    assert "凌晨" not in str(said)


async def test_what_router_refuses_of_it_stands_in_the_timeline(desk: Desk) -> None:
    receipt = await desk.registers()
    case_id = case_of(receipt)
    refused = {"case_id": case_id, "state": "resolved", "asked_by": EventId(new_id())}
    await desk.hears(
        r.MoveRefused(**refused, move="withdraw"),
        r.MoveRefused(**refused, move="adjudicate"),
        r.MoveRefused(**{**refused, "state": "closed"}, move="supplement"),
    )
    view = (await desk.follows(receipt)).json()
    assert [line["text"] for line in view["entries"]] == [
        "您的诉求已受理。",
        "诉求处于当前状态，无法撤回。",
        "诉求处于当前状态，无法补充。",
    ]
    assert view["status"] == "registered"


async def test_a_wish_sent_again_with_its_key_is_one_wish(desk: Desk) -> None:
    first, second = await desk.registers(), await desk.registers()
    key = {"Idempotency-Key": "urge-1"}
    answers = [await desk.asks(first, "urge", **key) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(await desk.said(first.case_id)) == 2
    assert (await desk.asks(second, "urge", **key)).status_code == 202
    assert len(await desk.said(second.case_id)) == 2


async def test_a_wish_sent_again_is_told_what_holds_by_then_for_no_view_is_kept(desk: Desk) -> None:
    receipt = await desk.registers(contact={"phone": "13812345678"})
    key = {"Idempotency-Key": "words-1"}
    case_id, wish = case_of(receipt), {"text": "昨晚又到凌晨。"}
    await desk.hears(r.CaseSurveyStarted(case_id=case_id, callback_id=CallbackId(new_id())))
    first = await desk.asks(receipt, "supplement", body=wish, **key)
    assert first.json()["callback_pass"] is not None
    assert await desk.rows(
        "SELECT status, body FROM idempotency WHERE caller = :who", who=f"case:{case_id}"
    ) == [{"status": 202, "body": b""}]
    await desk.hears(r.CaseClosed(case_id=case_id, callback_id=CallbackId(new_id()), reached=True))
    again = await desk.asks(receipt, "supplement", body=wish, **key, **{"Accept-Language": "en"})
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    assert (again.json()["status"], again.json()["callback_pass"]) == ("closed", None)
    assert (again.headers["content-language"], again.json()["status_text"]) == ("en", "closed")
    assert len(await desk.said(case_id)) == 2
    other = await desk.asks(receipt, "supplement", body={"text": "别的话。"}, **key)
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("text", ["", "   ", "长" * 4001, 5, None])
async def test_a_supplement_that_says_nothing_or_too_much_is_refused(desk: Desk, text: Any) -> None:
    receipt = await desk.registers()
    before = await desk.counts()
    answer = await desk.asks(receipt, "supplement", body={"text": text})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "text")
    assert await desk.counts() == before


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("unit = '110115009'", "ix_cases_of_unit"),
        ("channel = 'sensor'", "ix_cases_channel_case_id"),
        ("kind = 'praise'", "ix_cases_kind_case_id"),
    ],
)
async def test_the_desks_lists_are_read_by_their_indexes(desk: Desk, asked: str, index: str) -> None:
    """As the desk asks for it: the newest of a unit, a channel, a kind, whatever else there is."""
    question = DeskQuestion(unit=GUANYINSI)
    await desk.hears(dispatched(case_of(await desk.registers())))
    assert index in await desk.plan(f"SELECT case_id FROM cases WHERE {asked} ORDER BY case_id DESC LIMIT 20")
    async with desk.flat.store.work() as work:
        assert await queries.desk(work.connection, question, after=None, limit=20)


async def test_numbers_and_codes_are_taken_as_people_write_them(desk: Desk) -> None:
    receipt = await desk.registers()
    plain = Receipt(receipt.case_id, receipt.number.replace("-", "").lower(), receipt.code)
    assert (await desk.follows(plain, code=receipt.code.replace("-", " ").lower())).status_code == 200


async def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(desk: Desk) -> None:
    first, second = await desk.registers(), await desk.registers()
    wrong = await desk.follows(first, code=second.code)
    mistyped = await desk.follows(Receipt("", "BJ261123-00000000-0", first.code))
    for answer in (wrong, mistyped):
        assert (answer.status_code, answer.json()["reason"]) == (404, "nothing_to_follow")
    assert wrong.json()["detail"] == mistyped.json()["detail"]
    for wish in ("urge", "withdraw"):
        assert (await desk.asks(first, wish, code=second.code)).status_code == 404
    assert len(await desk.said(first.case_id)) == 1


async def test_a_missing_code_is_named(desk: Desk) -> None:
    receipt = await desk.registers()
    answer = await desk.client.get(f"/v1/cases/{receipt.number}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "X-Access-Code")


async def test_ten_wrong_codes_close_the_number_until_their_quarter_hour_is_over(desk: Desk) -> None:
    receipt, other = await desk.registers(), await desk.registers()
    for _ in range(9):
        assert (await desk.follows(receipt, code="WRONG")).status_code == 404
    desk.clock.at = NOON + timedelta(minutes=5)
    assert (await desk.asks(receipt, "urge", code="WRONG")).status_code == 404
    closed = await desk.follows(receipt)
    assert (closed.status_code, closed.json()["reason"]) == (429, "too_many_wrong_codes")
    assert closed.headers["retry-after"] == "600"
    assert (await desk.asks(receipt, "urge")).status_code == 429
    assert (await desk.follows(other)).status_code == 200
    desk.clock.at = NOON + timedelta(minutes=15)
    assert (await desk.follows(receipt)).status_code == 200
    assert (await desk.follows(receipt, code="WRONG")).status_code == 404
    assert (await desk.follows(receipt)).status_code == 200


async def test_guesses_at_the_same_moment_are_counted_one_by_one(desk: Desk) -> None:
    receipt = await desk.registers()
    answers = await asyncio.gather(*(desk.follows(receipt, code="WRONG") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [404] * 10 + [429] * 10


async def test_a_number_that_nobody_has_closes_just_the_same(desk: Desk) -> None:
    number = tracking_number("BJ", NOON.date(), b"\x22" * 5)
    assert number is not None
    nobody = Receipt("", number, "AAAAA-AAAAA")
    answers = [(await desk.follows(nobody)).status_code for _ in range(11)]
    assert answers == [404] * 10 + [429]


async def test_counts_of_wrong_codes_are_dropped_when_their_time_is_over(desk: Desk) -> None:
    receipt = await desk.registers()
    await desk.follows(receipt, code="WRONG")
    await Ticker(desk.flat.store, TIMERS).ring(TIMERS[0])
    kept = "SELECT * FROM wrong_tries WHERE tracking_number = :number"
    assert len(await desk.rows(kept, number=receipt.number)) == 1
    desk.clock.at = NOON + timedelta(minutes=15)
    await Ticker(desk.flat.store, TIMERS).ring(TIMERS[0])
    assert await desk.rows(kept, number=receipt.number) == []
