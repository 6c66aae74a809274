"""匿名化 on a real Postgres: a year after its end nobody can be told any more who asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.events import router as r
from shared.kernel.ids import CallbackId, CaseId, new_id
from shared.kernel.words import DeclineReason
from tests.integration.intake_desk import NOON, Desk, Receipt, dispatched, intake_desk
from tests.kit.media import a_jpeg

pytestmark = pytest.mark.postgres
YEAR = timedelta(days=365)
CONTACT = {"name": "张三", "phone": "13812345678", "confidential": True}
SECRETS = "SELECT sealed_name, sealed_phone, phone_index FROM contacts WHERE case_id = :id"


@pytest.fixture
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as made:
        async with made.flat.store.work() as work:
            await work.connection.exec_driver_sql("TRUNCATE cases, contacts, timeline, proposals, event_log")
        made.clock.at = NOON
        yield made


def case_of(receipt: Receipt) -> CaseId:
    return CaseId(UUID(receipt.case_id))


async def ends(desk: Desk, receipt: Receipt, how: str, *, at: datetime) -> None:
    """Router says how it ended."""
    case_id = case_of(receipt)
    facts: dict[str, Any] = {
        "closed": lambda: r.CaseClosed(case_id=case_id, callback_id=CallbackId(case_id), reached=True),
        "declined": lambda: r.CaseDeclined(case_id=case_id, reason=DeclineReason.GROUNDLESS),
        "withdrawn": lambda: r.CaseWithdrawn(case_id=case_id),
    }
    await desk.hears(facts[how](), at=at)


async def anonymised(desk: Desk) -> set[str]:
    return {
        str(row["case_id"])
        for row in await desk.rows("SELECT case_id FROM cases WHERE anonymised_at IS NOT NULL")
    }


async def reads(desk: Desk, receipt: Receipt) -> tuple[int, dict[str, Any]]:
    body = {"case_id": receipt.case_id, "purpose": "callback"}
    answer = await desk.client.post("/v1/contact-readings", json=body, headers=desk.survey())
    return answer.status_code, answer.json()


@pytest.mark.parametrize("how", ["closed", "declined", "withdrawn"])
async def test_a_year_after_its_end_name_phone_and_words_are_gone(desk: Desk, how: str) -> None:
    receipt = await desk.registers(contact=CONTACT)
    await ends(desk, receipt, how, at=NOON)
    desk.clock.at = NOON + YEAR - timedelta(seconds=1)
    assert await desk.rings("anonymise") == 0
    assert (await reads(desk, receipt))[0] == 200
    desk.clock.at = NOON + YEAR
    assert await desk.rings("anonymise") == 1
    assert await desk.rows(SECRETS, id=receipt.case_id) == [
        {"sealed_name": None, "sealed_phone": None, "phone_index": None}
    ]
    (case,) = await desk.rows("SELECT * FROM cases WHERE case_id = :id", id=receipt.case_id)
    assert (case["sealed_words"], case["anonymised_at"], case["status"]) == ("", desk.clock.at, how)
    status, problem = await reads(desk, receipt)
    assert (status, problem["reason"]) == (410, "anonymised")


async def test_it_is_done_once_and_written_down_once_where_it_can_be_neither_changed_nor_deleted(
    desk: Desk,
) -> None:
    receipt = await desk.registers(contact=CONTACT)
    await ends(desk, receipt, "closed", at=NOON)
    desk.clock.at = NOON + YEAR
    assert [await desk.rings("anonymise") for _ in range(2)] == [1, 0]
    question = "SELECT * FROM anonymisations WHERE case_id = :id"
    written = await desk.rows(question, id=receipt.case_id)
    assert written == [
        {
            "case_id": case_of(receipt),
            "ended_at": NOON,
            "at": NOON + YEAR,
            "after_days": 365,
            "contact": True,
            "attachments": 0,
            "clerk": None,
            "checked": None,
        }
    ]
    for change in ("UPDATE anonymisations SET contact = false", "DELETE FROM anonymisations"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with desk.flat.store.work() as work:
                await work.connection.exec_driver_sql(change)
    assert await desk.rows(question, id=receipt.case_id) == written


async def test_what_is_not_over_or_not_long_enough_keeps_its_contact(desk: Desk) -> None:
    running, late, over = [await desk.registers(contact=CONTACT) for _ in range(3)]
    await ends(desk, late, "closed", at=NOON + timedelta(days=1))
    await ends(desk, over, "closed", at=NOON)
    desk.clock.at = NOON + YEAR
    await desk.rings("anonymise")
    assert await anonymised(desk) == {over.case_id}
    assert [(await reads(desk, receipt))[0] for receipt in (running, late, over)] == [200, 200, 410]


async def test_an_answer_kept_for_ever_and_the_timeline_stay(desk: Desk) -> None:
    key = {"Idempotency-Key": "kept"}
    first = await desk.reports(contact=CONTACT, headers=key)
    found = first.json()
    receipt = Receipt(found["case_id"], found["tracking_number"], found["access_code"])
    await ends(desk, receipt, "closed", at=NOON)
    desk.clock.at = NOON + YEAR
    assert await desk.rings("anonymise") == 1
    again = await desk.reports(contact=CONTACT, headers=key)
    assert (again.status_code, again.json()) == (201, found)
    seen = await desk.follows(receipt)
    assert [line["code"] for line in seen.json()["entries"]] == ["registered", "closed"]


async def test_the_desk_s_own_words_and_the_files_go_too(desk: Desk) -> None:
    headers = {"X-Api-Key": desk.key, "Content-Type": "image/jpeg"}
    sent = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=headers)
    receipt = await desk.registers(
        kind="consult", contact=CONTACT, attachments=[sent.json()["attachment_id"]]
    )
    url = f"/v1/cases/{receipt.case_id}/answer"
    told = await desk.client.post(url, json={"text": "张三先生，您好。"}, headers=desk.token("dispatcher"))
    assert told.status_code < 300, told.text
    await ends(desk, receipt, "closed", at=NOON)
    desk.clock.at = NOON + YEAR
    await desk.rings("anonymise")
    answers = await desk.rows("SELECT sealed_answer FROM proposals WHERE case_id = :id", id=receipt.case_id)
    assert [row["sealed_answer"] for row in answers] == [None]
    assert await desk.rings("remove_uploads") == 1
    assert await desk.rows("SELECT * FROM attachments") == []
    (line,) = await desk.rows(
        "SELECT attachments FROM anonymisations WHERE case_id = :id", id=receipt.case_id
    )
    assert line["attachments"] == 1


async def test_many_are_forgotten_in_bounded_knocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.intake.handlers.contacts.ANONYMISED_AT_ONCE", 2)
    many = [await desk.registers(contact=CONTACT) for _ in range(5)]
    for number, receipt in enumerate(many):
        await ends(desk, receipt, "closed", at=NOON + timedelta(minutes=number))
    desk.clock.at = NOON + YEAR + timedelta(hours=1)
    assert [await desk.rings("anonymise") for _ in range(4)] == [2, 2, 1, 0]
    assert await anonymised(desk) == {receipt.case_id for receipt in many}


async def test_ops_see_what_was_anonymised(desk: Desk) -> None:
    receipts = [await desk.registers(contact=CONTACT), await desk.registers()]
    for receipt in receipts:
        await ends(desk, receipt, "closed", at=NOON)
    desk.clock.at = NOON + 2 * YEAR  # The newest of all in this module.
    await desk.rings("anonymise")
    query = {"limit": "1"}
    found: dict[str, bool] = {}
    for _ in receipts:
        page = await desk.client.get("/v1/anonymisations", params=query, headers=desk.token("ops"))
        (one,) = page.json()["items"]
        found[one["case_id"]] = one["contact"]
        query["cursor"] = page.json()["next"] or ""
    assert {receipts[0].case_id: True, receipts[1].case_id: False}.items() <= found.items()
    one = await desk.client.get(
        "/v1/anonymisations", params={"case_id": receipts[0].case_id}, headers=desk.token("ops")
    )
    assert json.loads(one.text)["items"][0]["after_days"] == 365
    assert (await desk.client.get("/v1/anonymisations", headers=desk.token("dispatcher"))).status_code == 403


async def erases(
    desk: Desk, receipt: Receipt, *, role: str = "supervisor", checked: str = "papers", **more: str
) -> httpx.Response:
    headers = desk.token(role, sub=f"{role}-erasing") | more
    url = f"/v1/cases/{receipt.case_id}/anonymise"
    return await desk.client.post(url, json={"checked": checked}, headers=headers)


async def test_at_the_citizens_wish_it_is_done_now_and_ops_see_by_whom(desk: Desk) -> None:
    headers = {"X-Api-Key": desk.key, "Content-Type": "image/jpeg"}
    sent = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=headers)
    receipt = await desk.registers(contact=CONTACT, attachments=[sent.json()["attachment_id"]])
    await ends(desk, receipt, "closed", at=NOON)
    desk.clock.at = NOON + timedelta(days=3)
    key = {"Idempotency-Key": "erased"}
    done, again = [await erases(desk, receipt, checked="called_back", **key) for _ in range(2)]
    assert (done.status_code, again.status_code) == (201, 201), done.text
    assert done.json() == again.json()
    assert done.json() == {
        "case_id": receipt.case_id,
        "ended_at": "2026-11-23T04:00:00Z",
        "at": "2026-11-26T04:00:00Z",
        "after_days": 0,
        "contact": True,
        "attachments": 1,
        "clerk": "supervisor-erasing",
        "checked": "called_back",
    }
    assert set((await desk.rows(SECRETS, id=receipt.case_id))[0].values()) == {None}
    assert await desk.rows("SELECT sealed_words FROM cases WHERE case_id = :id", id=receipt.case_id) == [
        {"sealed_words": ""}
    ]
    assert await desk.rings("remove_uploads") == 1
    status, problem = await reads(desk, receipt)
    assert (status, problem["reason"]) == (410, "anonymised")
    view = (await desk.follows(receipt)).json()
    assert view["entries"][-1]["text"] == (
        "已按您的要求删除受理处保存的您的姓名、电话、诉求内容和附件；承办单位已收到的内容留在办理记录中。"
    )
    assert (await desk.told(receipt.case_id))[-1] == "case.anonymised"
    asked = {"case_id": receipt.case_id}
    page = await desk.client.get("/v1/anonymisations", params=asked, headers=desk.token("ops"))
    assert page.json()["items"] == [done.json()]
    desk.clock.at = NOON + YEAR
    assert await desk.rings("anonymise") == 0
    assert ((late := await erases(desk, receipt)).status_code, late.json()["reason"]) == (410, "anonymised")


async def test_who_is_still_to_be_reached_is_not_forgotten_and_not_everybody_may_forget(desk: Desk) -> None:
    running, over = await desk.registers(contact=CONTACT), await desk.registers(contact=CONTACT)
    await desk.hears(dispatched(running.case_id))
    await ends(desk, over, "closed", at=NOON)
    before = await desk.counts()
    refused = await erases(desk, running)
    assert (refused.status_code, refused.json()["reason"]) == (409, "case_not_over")
    assert refused.json()["detail"].startswith("this request is dispatched;")
    for role in ("dispatcher", "ops", "unit", "citizen"):
        assert (await erases(desk, over, role=role)).status_code == 403
    unknown = Receipt(str(new_id()), over.number, over.code)
    assert (await erases(desk, unknown)).status_code == 404
    wrong = await erases(desk, over, checked="said so")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "checked")
    assert (await desk.counts(), await anonymised(desk)) == (before, set())
    assert [(await reads(desk, receipt))[0] for receipt in (running, over)] == [200, 200]


async def test_the_clock_and_a_supervisor_forget_a_case_once(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    await ends(desk, receipt, "withdrawn", at=NOON)
    desk.clock.at = NOON + YEAR
    answers = await asyncio.gather(*(erases(desk, receipt) for _ in range(4)), desk.rings("anonymise"))
    statuses = [answer.status_code for answer in answers[:-1] if isinstance(answer, httpx.Response)]
    assert statuses.count(201) + int(answers[-1] == 1) == 1
    assert set(statuses) <= {201, 410}
    (line,) = await desk.rows("SELECT * FROM anonymisations WHERE case_id = :id", id=receipt.case_id)
    assert (line["clerk"] is None) == (answers[-1] == 1)
