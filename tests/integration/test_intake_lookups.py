"""来电查询 and 补发查询码 on a real Postgres: who lost number or code is helped, and nobody else is."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.events.router import CaseMerged, CaseWithdrawn
from shared.kernel.ids import CaseId
from tests.integration.intake_desk import GUANYINSI, Desk, desk, dispatched, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
CHECKED = {"purpose": "lost_code", "checked": "matter_told"}


def a_phone() -> str:
    """Nobody else's in this file."""
    return f"139{uuid4().int % 10**8:08d}"


def clerk_of(desk: Desk, name: str | None = None) -> dict[str, str]:
    return desk.token("dispatcher", sub=name or f"clerk-{uuid4().hex[:8]}")


async def finds(
    desk: Desk, phone: str, clerk: dict[str, str], purpose: str = "inquiry", **query: Any
) -> httpx.Response:
    body = {"phone": phone, "purpose": purpose}
    return await desk.client.post("/v1/cases:by-phone", json=body, params=query, headers=clerk)


async def numbers(desk: Desk, phone: str) -> list[str]:
    answer = await finds(desk, phone, clerk_of(desk))
    assert answer.status_code == 200, answer.text
    return [item["tracking_number"] for item in answer.json()["items"]]


async def gives(
    desk: Desk, number: str, phone: str, clerk: dict[str, str], key: str | None = None, **more: str
) -> httpx.Response:
    headers = clerk | ({"Idempotency-Key": key} if key else {})
    body = {"phone": phone, **CHECKED, **more}
    return await desk.client.post(f"/v1/cases/{number}/access-code", json=body, headers=headers)


async def looked(desk: Desk, **asked: str) -> list[dict[str, Any]]:
    answer = await desk.client.get("/v1/lookups", params=asked, headers=desk.token("ops"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_callers_cases_are_found_by_phone_the_newest_first_and_page_by_page(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk, "clerk-pages")
    receipts = [await desk.registers(contact={"name": "张三", "phone": phone}) for _ in range(3)]
    await desk.registers(contact={"phone": a_phone()})
    mine = [receipt.number for receipt in reversed(receipts)]
    first = await finds(desk, phone, clerk, limit=2)
    second = await finds(desk, phone, clerk, limit=2, cursor=first.json()["next"])
    shown = [[item["tracking_number"] for item in page.json()["items"]] for page in (first, second)]
    assert shown == [mine[:2], mine[2:]]
    assert second.json()["next"] is None
    assert (phone in first.text, "张三" in first.text) == (False, False)
    rows = await looked(desk, clerk="clerk-pages")
    assert [len(row["case_ids"]) for row in rows] == [1, 2]
    assert rows[1]["case_ids"] == [receipts[2].case_id, receipts[1].case_id]
    assert (rows[0]["act"], rows[0]["purpose"], rows[0]["refused"]) == ("search", "inquiry", None)


async def test_the_clerk_reads_what_its_citizen_would_read(desk: Desk) -> None:
    phone = a_phone()
    mine, other = await desk.registers(contact={"phone": phone}), await desk.registers()
    merged = CaseMerged(case_id=CaseId(UUID(mine.case_id)), into_case_id=CaseId(UUID(other.case_id)))
    await desk.hears(dispatched(other.case_id), merged)
    (item,) = (await finds(desk, phone, clerk_of(desk))).json()["items"]
    assert item == {
        "case_id": mine.case_id,
        "tracking_number": mine.number,
        "channel": "app",
        "kind": "complaint",
        "status": "merged",
        "unit": {"code": GUANYINSI, "name": "观音寺街道"},
        "promised_at": "2026-11-30T04:00:00Z",
        "registered_at": "2026-11-23T04:00:00Z",
    }


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("13700000001", "+86 137 0000 0001"),
        ("+8613700000002", "137-0000-0002"),
        ("010-65551234", "（010）6555 1234"),
        ("010-65551234转802", "+86 10 6555 1234 ext. 802"),
        ("+852 2123 4567", "0085221234567"),
    ],
)
async def test_a_phone_is_found_however_it_is_written(desk: Desk, stated: str, told: str) -> None:
    receipt = await desk.registers(contact={"phone": stated})
    assert await numbers(desk, told) == [receipt.number]


async def test_behind_one_switchboard_each_extension_is_a_caller_of_its_own(desk: Desk) -> None:
    receipt = await desk.registers(contact={"phone": "010-65559999转1"})
    assert await numbers(desk, "010-65559999转1") == [receipt.number]
    assert await numbers(desk, "010-65559999转2") == await numbers(desk, "010-65559999") == []


async def test_whoever_knows_a_phone_finds_no_confidential_and_no_anonymous_case(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk, "clerk-curious")
    hidden = [
        await desk.registers(contact={"phone": phone, "confidential": True}),
        await desk.registers(contact={"phone": phone, "anonymous": True}),
    ]
    answer = await finds(desk, phone, clerk)
    assert answer.json() == {"items": [], "next": None}
    (row,) = await looked(desk, clerk="clerk-curious")
    assert row["case_ids"] == []
    for receipt in hidden:
        assert await looked(desk, case_id=receipt.case_id) == []


async def test_of_an_anonymised_case_nothing_is_found_and_no_code_is_given(desk: Desk) -> None:
    phone = a_phone()
    receipt = await desk.registers(contact={"phone": phone})
    await desk.hears(CaseWithdrawn(case_id=CaseId(UUID(receipt.case_id))))
    assert await numbers(desk, phone) == [receipt.number]
    desk.clock.at += timedelta(days=366)
    assert await desk.rings("anonymise") > 0
    assert await numbers(desk, phone) == []
    refused = await gives(desk, receipt.number, phone, clerk_of(desk))
    assert (refused.status_code, refused.json()["reason"]) == (410, "anonymised")
    assert (await desk.follows(receipt)).status_code == 200


@pytest.mark.parametrize("path", ["/v1/cases:by-phone", "/v1/cases/BJ261122-7K3M9QXA-4/access-code"])
async def test_only_a_person_of_the_hotlines_desk_looks_for_callers(desk: Desk, path: str) -> None:
    body = {"phone": "13812345678", "purpose": "lost_code"}
    body |= {"checked": "called_back"} if path.endswith("access-code") else {}
    others = ("citizen", "unit", "grid_worker", "caller", "supervisor", "ops", "analyst", "service")
    for headers in (*map(desk.token, others), desk.survey(), {"X-Api-Key": desk.key}):
        assert (await desk.client.post(path, json=body, headers=headers)).status_code == 403
    assert (await desk.client.post(path, json=body)).status_code == 401
    for role in ("dispatcher", *(other for other in others if other != "ops")):
        assert (await desk.client.get("/v1/lookups", headers=desk.token(role))).status_code == 403


async def test_what_is_wrong_is_told_by_its_field_and_nothing_is_kept(desk: Desk) -> None:
    receipt, clerk = await desk.registers(contact={"phone": a_phone()}), clerk_of(desk, "clerk-wrong")
    wrong = [
        (await finds(desk, "110", clerk), "phone"),
        (await finds(desk, "13812345678", clerk, purpose="curiosity"), "purpose"),
        (await gives(desk, receipt.number, "110", clerk), "phone"),
        (await gives(desk, receipt.number, "13812345678", clerk, purpose="inquiry"), "purpose"),
        (await gives(desk, receipt.number, "13812345678", clerk, checked="voice"), "checked"),
    ]
    for answer, field in wrong:
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
        assert "13812345678" not in answer.text
    assert await looked(desk, clerk="clerk-wrong") == []


async def test_a_new_code_opens_the_case_and_the_old_one_is_over_at_once(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk, "clerk-giving")
    receipt = await desk.registers(contact={"phone": phone})
    before = await desk.told(receipt.case_id)
    answer = await gives(desk, receipt.number, phone, clerk)
    assert answer.status_code == 201, answer.text
    code = answer.json()["access_code"]
    assert answer.json() == {"tracking_number": receipt.number, "access_code": code}
    assert (await desk.follows(receipt)).status_code == 404
    assert (await desk.asks(receipt, "urge")).status_code == 404
    view = (await desk.follows(receipt, code=code)).json()
    assert view["entries"][-1]["text"] == "已为您补发新的查询码，原查询码作废。"
    assert (await desk.asks(receipt, "withdraw", code=code)).status_code == 202
    assert await desk.told(receipt.case_id) == [*before, "case.withdrawal_asked"]
    (row,) = await looked(desk, case_id=receipt.case_id)
    assert (row["clerk"], row["act"], row["purpose"]) == ("clerk-giving", "new_code", "lost_code")
    assert (row["checked"], row["refused"], row["at"]) == ("matter_told", None, "2026-11-23T04:00:00Z")


async def test_a_lock_after_wrong_codes_is_lifted_with_the_new_one(desk: Desk) -> None:
    phone = a_phone()
    receipt = await desk.registers(contact={"phone": phone})
    for _ in range(10):
        assert (await desk.follows(receipt, code="00000-00000")).status_code == 404
    assert (await desk.follows(receipt)).status_code == 429
    code = (await gives(desk, receipt.number, phone, clerk_of(desk))).json()["access_code"]
    assert (await desk.follows(receipt, code=code)).status_code == 200


async def test_a_code_is_told_once_and_kept_beside_no_key(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk)
    receipt = await desk.registers(contact={"phone": phone})
    answers = await asyncio.gather(
        *(gives(desk, receipt.number, phone, clerk, key="new-code") for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [201] * 3
    (code,) = [told for answer in answers if (told := answer.json()["access_code"]) is not None]
    assert (await desk.follows(receipt, code=code)).status_code == 200
    again = await gives(desk, receipt.number, phone, clerk, key="new-code")
    assert (again.json()["access_code"], again.headers["idempotent-replayed"]) == (None, "true")
    assert len(await looked(desk, case_id=receipt.case_id)) == 1
    other = await gives(desk, receipt.number, phone, clerk, key="new-code", checked="called_back")
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")
    kept = json.dumps(await desk.contents(), ensure_ascii=False)
    assert [mark for mark in (code, code.replace("-", ""), phone) if mark in kept] == []


async def test_anothers_phone_gets_no_code_and_that_is_written_down(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk)
    receipt = await desk.registers(contact={"phone": phone})
    refused = await gives(desk, receipt.number, a_phone(), clerk, key="tried")
    assert (refused.status_code, refused.json()["reason"]) == (404, "not_this_caller")
    unknown = await gives(desk, "BJ261122-7K3M9QXA-4", phone, clerk)
    assert {**unknown.json(), "instance": None} == {**refused.json(), "instance": None}
    assert (await gives(desk, "no-number", phone, clerk)).status_code == 404
    (row,) = await looked(desk, case_id=receipt.case_id)
    assert (row["refused"], row["checked"]) == ("not_this_caller", "matter_told")
    assert (await desk.follows(receipt)).status_code == 200


async def test_a_confidential_case_has_a_new_code_after_a_call_and_an_anonymous_one_never(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk)
    hidden = await desk.registers(contact={"phone": phone, "confidential": True})
    for tried in (phone, a_phone()):
        refused = await gives(desk, hidden.number, tried, clerk, checked="number_shown")
        assert (refused.status_code, refused.json()["reason"]) == (403, "call_back_first")
    wrong = await gives(desk, hidden.number, a_phone(), clerk, checked="called_back")
    assert wrong.status_code == 404
    answer = await gives(desk, hidden.number, phone, clerk, checked="called_back")
    assert (await desk.follows(hidden, code=answer.json()["access_code"])).status_code == 200
    for contact in ({"anonymous": True, "phone": phone}, {"name": "张三"}):
        nobody = await desk.registers(contact=contact)
        refused = await gives(desk, nobody.number, phone, clerk, checked="called_back")
        assert (refused.status_code, refused.json()["reason"]) == (403, "nobody_to_check")


async def is_done_before(desk: Desk, clerk: str, times: int, **said: Any) -> None:
    """Rows as so much of a clerk's work leaves them, an hour ago."""
    act, refused, case_ids = said["act"], said.get("refused"), said.get("case_ids", [])
    async with desk.flat.store.work() as work:
        rows = (
            "INSERT INTO lookups (lookup_id, clerk, act, purpose, at, case_ids, refused) "
            "SELECT gen_random_uuid(), $1, $2, 'lost_code', $3, $4, $5 FROM generate_series(1, $6)"
        )
        at = desk.clock.at - timedelta(hours=1)
        await work.connection.exec_driver_sql(rows, (clerk, act, at, case_ids, refused, times))


def is_told_to_wait(answer: httpx.Response) -> bool:
    told = (answer.status_code, answer.json().get("reason"), answer.headers.get("retry-after"))
    return told == (429, "too_many_lookups", str(23 * 3600))


async def test_one_clerk_searches_so_often_a_day(desk: Desk) -> None:
    clerk = clerk_of(desk, "clerk-busy")
    await is_done_before(desk, "clerk-busy", 198, act="search")
    answers = await asyncio.gather(*(finds(desk, a_phone(), clerk) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429]
    assert [is_told_to_wait(answer) for answer in answers].count(True) == 3
    assert (await finds(desk, a_phone(), clerk_of(desk))).status_code == 200
    desk.clock.at += timedelta(hours=23)
    assert (await finds(desk, a_phone(), clerk)).status_code == 200


async def test_one_clerk_gives_so_many_codes_a_day_and_tries_in_vain_not_as_often(desk: Desk) -> None:
    phone = a_phone()
    receipt = await desk.registers(contact={"phone": phone})
    await is_done_before(desk, "clerk-generous", 49, act="new_code")
    await is_done_before(desk, "clerk-guessing", 20, act="new_code", refused="not_this_caller")
    generous = clerk_of(desk, "clerk-generous")
    assert (await gives(desk, receipt.number, phone, generous, key="last")).status_code == 201
    assert is_told_to_wait(await gives(desk, receipt.number, phone, generous))
    assert (await gives(desk, receipt.number, phone, generous, key="last")).status_code == 201
    assert is_told_to_wait(await gives(desk, receipt.number, phone, clerk_of(desk, "clerk-guessing")))


@pytest.mark.parametrize(("refused", "most"), [(None, 3), ("not_this_caller", 5)])
async def test_of_one_case_so_many_codes_are_given_and_so_many_phones_tried_a_day(
    desk: Desk, refused: str | None, most: int
) -> None:
    phone = a_phone()
    receipt, other = [await desk.registers(contact={"phone": phone}) for _ in range(2)]
    case_ids = [UUID(receipt.case_id)]
    await is_done_before(desk, "others", most - 1, act="new_code", refused=refused, case_ids=case_ids)
    tried = phone if refused is None else a_phone()
    code, late = await gives(desk, receipt.number, tried, clerk_of(desk)), clerk_of(desk)
    assert code.status_code == (201 if refused is None else 404)
    assert is_told_to_wait(await gives(desk, receipt.number, phone, late))
    assert (await gives(desk, other.number, phone, late)).status_code == 201


@pytest.mark.parametrize(
    "change", ["UPDATE lookups SET clerk = 'nobody'", "DELETE FROM lookups", "TRUNCATE lookups"]
)
async def test_what_clerks_did_can_be_neither_changed_nor_deleted(desk: Desk, change: str) -> None:
    await finds(desk, a_phone(), clerk_of(desk))
    with pytest.raises(DBAPIError, match="append-only"):
        async with desk.flat.store.work() as work:
            await work.connection.exec_driver_sql(change)


async def test_ops_see_which_clerks_looked_by_case_act_and_time(desk: Desk) -> None:
    phone, clerk = a_phone(), clerk_of(desk, "clerk-watched")
    receipt = await desk.registers(contact={"phone": phone})
    await finds(desk, phone, clerk)
    desk.clock.at += timedelta(hours=1)
    await gives(desk, receipt.number, phone, clerk)

    async def acts(**asked: str) -> list[str]:
        return [row["act"] for row in await looked(desk, case_id=receipt.case_id, **asked)]

    assert await acts() == await acts(clerk="clerk-watched") == ["new_code", "search"]
    assert await acts(act="search") == await acts(until="2026-11-23T13:00:00+08:00") == ["search"]
    assert await acts(since="2026-11-23T13:00:00+08:00") == ["new_code"]
    query = {"clerk": "clerk-watched", "limit": "1"}
    first = await desk.client.get("/v1/lookups", params=query, headers=desk.token("ops"))
    rest = await looked(desk, **query, cursor=first.json()["next"])
    assert [row["act"] for row in (*first.json()["items"], *rest)] == ["new_code", "search"]
