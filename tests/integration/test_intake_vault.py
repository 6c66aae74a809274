"""联系方式保险柜 on a real Postgres: who may read a contact, and where it never is."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from shared.events.router import CaseAnswered
from shared.http.tokens import service_audience
from shared.kernel.ids import CaseId, new_id
from shared.observability import metrics
from shared.sealing.ring import SealBroken, load_ring
from tests.integration.intake_desk import NOON, Desk, Receipt, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
CONTACT = {"name": "张三", "phone": "13812345678", "confidential": True}


async def reads(
    desk: Desk, case_id: str, headers: dict[str, str], purpose: str = "callback"
) -> tuple[int, str]:
    body = {"case_id": case_id, "purpose": purpose}
    answer = await desk.client.post("/v1/contact-readings", json=body, headers=headers)
    return answer.status_code, answer.text


async def test_a_service_reads_a_contact_and_that_is_written_down(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    status, text = await reads(desk, receipt.case_id, desk.survey())
    assert status == 200
    assert json.loads(text) == {"name": "张三", "phone": "+8613812345678", "confidential": True}
    (row,) = await desk.rows("SELECT * FROM contact_readings WHERE case_id = :id", id=receipt.case_id)
    assert (row["reader"], row["purpose"], row["found"], row["at"]) == ("survey", "callback", True, NOON)


async def test_an_anonymous_citizen_has_no_contact_and_the_asking_is_written_down(desk: Desk) -> None:
    receipt = await desk.registers(contact={"anonymous": True, **CONTACT})
    status, text = await reads(desk, receipt.case_id, desk.survey())
    assert (status, json.loads(text)["reason"]) == (404, "no_contact")
    (row,) = await desk.rows("SELECT * FROM contact_readings WHERE case_id = :id", id=receipt.case_id)
    assert row["found"] is False


async def test_a_case_nobody_knows_has_no_contact_either(desk: Desk) -> None:
    assert (await reads(desk, str(new_id()), desk.survey()))[0] == 404


async def test_only_a_token_minted_for_intake_opens_the_vault(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    before = await desk.counts()
    for audience in ("jiesu", service_audience("jiesu", "router")):
        assert (await reads(desk, receipt.case_id, desk.survey(audience)))[0] == 401
    for role in ("service", "dispatcher", "ops", "caller", "unit"):
        assert (await reads(desk, receipt.case_id, desk.token(role)))[0] == 403
    assert (await reads(desk, receipt.case_id, {}))[0] == 401
    assert (await reads(desk, receipt.case_id, {"X-Api-Key": desk.key}))[0] == 403
    assert await desk.counts() == before


async def test_a_reading_names_a_purpose_that_exists(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    before = await desk.counts()
    status, text = await reads(desk, receipt.case_id, desk.survey(), purpose="curiosity")
    assert (status, json.loads(text)["errors"][0]["field"]) == (422, "purpose")
    assert await desk.counts() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contact_readings SET purpose = 'handling'",
        "DELETE FROM contact_readings",
        "TRUNCATE contact_readings",
    ],
)
async def test_what_was_written_down_can_be_neither_changed_nor_deleted(desk: Desk, change: str) -> None:
    receipt = await desk.registers(contact=CONTACT)
    await reads(desk, receipt.case_id, desk.survey())
    before = await desk.rows("SELECT * FROM contact_readings ORDER BY reading_id")
    with pytest.raises(DBAPIError, match="append-only"):
        async with desk.flat.store.work() as work:
            await work.connection.exec_driver_sql(change)
    assert await desk.rows("SELECT * FROM contact_readings ORDER BY reading_id") == before


async def test_each_service_reads_for_its_own_purpose_only(desk: Desk) -> None:
    receipt = await desk.registers(contact={"name": "张三", "phone": "13812345678"})
    wrong = (("survey", "handling"), ("router", "callback"))
    for name, purpose in wrong:
        status, text = await reads(desk, receipt.case_id, desk.service(name), purpose)
        assert (status, json.loads(text)["reason"]) == (403, "purpose_not_yours")
    found = await desk.rows(
        "SELECT * FROM contact_readings WHERE case_id = :case ORDER BY reading_id", case=receipt.case_id
    )
    assert [(one["reader"], one["purpose"]) for one in found] == list(wrong)
    assert {(one["found"], one["withheld"]) for one in found} == {(False, "purpose_not_yours")}
    for name, purpose in (("survey", "callback"), ("router", "handling")):
        assert (await reads(desk, receipt.case_id, desk.service(name), purpose))[0] == 200


async def test_a_confidential_citizen_is_called_back_and_stays_unknown_to_the_units(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    status, text = await reads(desk, receipt.case_id, desk.service("router"), "handling")
    assert (status, json.loads(text)["reason"]) == (403, "confidential_contact")
    assert "张三" not in text
    status, text = await reads(desk, receipt.case_id, desk.survey())
    assert (status, json.loads(text)["confidential"]) == (200, True)
    shown = await desk.client.get(
        "/v1/contact-readings", params={"case_id": receipt.case_id}, headers=desk.token("ops")
    )
    assert [(one["reader"], one["found"], one["withheld"]) for one in shown.json()["items"]] == [
        ("survey", True, None),
        ("router", True, "confidential"),
    ]


async def test_of_an_anonymous_citizen_nothing_is_kept_and_the_facts_say_so(desk: Desk) -> None:
    receipt = await desk.registers(contact={"anonymous": True, **CONTACT})
    assert await desk.rows("SELECT * FROM contacts WHERE case_id = :id", id=receipt.case_id) == []
    (said,) = await desk.said(receipt.case_id)
    assert (said["payload"]["anonymous"], said["payload"]["has_phone"]) == (True, False)
    hidden = await desk.registers(contact={"anonymous": True, "name": "匿名者", "phone": "13812340000"})
    kept = json.dumps(await desk.contents(), ensure_ascii=False)
    assert hidden.case_id in kept
    for mark in ("匿名者", "13812340000", desk.flat.equipment.vault.phone_index("+8613812340000")):
        assert mark not in kept


async def test_ops_see_who_read_the_newest_first_and_page_by_page(desk: Desk) -> None:
    receipt = await desk.registers(contact={"phone": "13812345678"})
    for minute, name in enumerate(("survey", "router", "survey")):
        desk.clock.at = NOON + timedelta(minutes=minute)
        purpose = "handling" if name == "router" else "callback"
        assert (await reads(desk, receipt.case_id, desk.service(name), purpose))[0] == 200
    query = {"case_id": receipt.case_id, "limit": "2"}
    first = await desk.client.get("/v1/contact-readings", params=query, headers=desk.token("ops"))
    assert [item["purpose"] for item in first.json()["items"]] == ["callback", "handling"]
    query["cursor"] = first.json()["next"]
    second = await desk.client.get("/v1/contact-readings", params=query, headers=desk.token("ops"))
    assert [item["purpose"] for item in second.json()["items"]] == ["callback"]
    assert second.json()["next"] is None
    for role in ("caller", "dispatcher", "unit", "analyst", "citizen"):
        assert (await desk.client.get("/v1/contact-readings", headers=desk.token(role))).status_code == 403


async def test_ops_ask_by_reader_purpose_and_time(desk: Desk) -> None:
    receipt = await desk.registers(contact={"phone": "13812345678"})
    for hour, name in enumerate(("survey", "router", "survey")):
        desk.clock.at = NOON + timedelta(hours=hour)
        purpose = "handling" if name == "router" else "callback"
        await reads(desk, receipt.case_id, desk.service(name), purpose)

    async def hours(**asked: str) -> list[int]:
        query = {"case_id": receipt.case_id, **asked}
        answer = await desk.client.get("/v1/contact-readings", params=query, headers=desk.token("ops"))
        assert answer.status_code == 200, answer.text
        return [
            (datetime.fromisoformat(one["at"]) - NOON) // timedelta(hours=1) for one in answer.json()["items"]
        ]

    assert await hours(reader="survey") == [2, 0]
    assert await hours(purpose="handling") == [1]
    assert await hours(since="2026-11-23T13:00:00+08:00") == [2, 1]
    assert await hours(until="2026-11-23T13:00:00+08:00") == [0]
    assert await hours(reader="survey", since="2026-11-23T05:00:00Z", until="2026-11-24T00:00:00Z") == [2]
    assert await hours(reader="nobody") == []
    for wrong in ({"purpose": "curiosity"}, {"since": "yesterday"}, {"reader": "a\x00"}):
        answer = await desk.client.get("/v1/contact-readings", params=wrong, headers=desk.token("ops"))
        assert answer.status_code == 422


async def is_answered(desk: Desk, receipt: Receipt, words: str) -> None:
    """The desk answers in its own words, and router lets it."""
    path = f"/v1/cases/{receipt.case_id}/answer"
    headers = {**desk.token("dispatcher"), "Idempotency-Key": words.encode().hex()}
    assert (await desk.client.post(path, json={"text": words}, headers=headers)).status_code == 202
    (asked,) = await desk.rows(
        "SELECT asked_by FROM proposals WHERE case_id = :id AND wish = 'answer'", id=receipt.case_id
    )
    await desk.hears(CaseAnswered(case_id=CaseId(UUID(receipt.case_id))), because=asked["asked_by"])


async def is_looked_up(desk: Desk, receipt: Receipt, phone: str) -> str:
    """A clerk finds the case by the phone and gives a new code for it."""
    headers = {**desk.token("dispatcher"), "Idempotency-Key": "marked-code"}
    wanted = {"phone": phone, "purpose": "lost_code"}
    found = await desk.client.post("/v1/cases:by-phone", json=wanted, headers=headers)
    assert receipt.number in found.text
    url, wanted = f"/v1/cases/{receipt.number}/access-code", {**wanted, "checked": "called_back"}
    given = await desk.client.post(url, json=wanted, headers=headers)
    assert given.status_code == 201
    await desk.client.post(url, json={**wanted, "phone": "3987654321"}, headers=headers)
    return str(given.json()["access_code"])


MARKS = (
    "记名某某",
    "13987654321",
    "3987654321",
    "标记路九号",
    "标记正文",
    "116.3391",
    "39.7181",
    "补充标记",
    "答复标记",
)


async def test_personal_data_is_in_no_event_log_line_url_metric_or_plain_column(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: dict[str, Any] = {
        "text": "标记正文",
        "place": {"address": "标记路九号", "lng": 116.3391, "lat": 39.7181},
        "contact": {"name": "记名某某", "phone": "13987654321"},
    }
    answer = await desk.reports(**told, headers={"Idempotency-Key": "marked"})
    receipt = await desk.registers(**told)
    await desk.reports(**{**told, "category": "no.such"})
    await desk.asks(receipt, "supplement", body={"text": "补充标记"}, **{"Idempotency-Key": "marked-words"})
    await is_answered(desk, receipt, "答复标记")
    urged = await desk.asks(receipt, "urge", **{"Idempotency-Key": "marked-urge"})
    assert urged.json()["answer"] == "答复标记"
    await desk.follows(receipt)
    assert (await reads(desk, receipt.case_id, desk.survey()))[0] == 200
    new_code = await is_looked_up(desk, receipt, "13987654321")
    lines = capfd.readouterr()
    assert "request" in lines.out
    found = [lines.out, lines.err, caplog.text, answer.headers["location"], metrics.exposition().decode()]
    found += [text for texts in (await desk.contents()).values() for text in texts]
    assert len(found) > 20
    for mark in MARKS:
        assert [text for text in found if mark in text] == []
    for code in (receipt.code, new_code):
        assert [text for text in [lines.out, lines.err, caplog.text] if code in text] == []
    assert [text for text in found if new_code in text] == []


async def test_the_router_ring_does_not_open_the_vault(desk: Desk) -> None:
    receipt = await desk.registers(contact=CONTACT)
    words, vault = desk.settings.words_ring, desk.settings.vault_ring
    assert words.read_bytes() != vault.read_bytes()
    (row,) = await desk.rows("SELECT * FROM contacts WHERE case_id = :id", id=receipt.case_id)
    with pytest.raises(SealBroken):
        load_ring(words).open(row["sealed_phone"], context=f"contacts.phone:{receipt.case_id}")
