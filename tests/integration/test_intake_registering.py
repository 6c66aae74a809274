"""受理 over HTTP on a real Postgres: what is taken, what is kept, what leaves nothing."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from stdnum.iso7064 import mod_37_36

from services.intake.store.api_keys import issue
from services.intake.store.seed import local_api_key
from shared.sealing.ring import load_ring
from tests.integration.intake_desk import NOON, Desk, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
GUANYINSI, YONGNING = "110115009", "110119101"
FULL: dict[str, Any] = {
    "category": "group_rental",
    "place": {"address": "观音寺街道首座御园", "lng": 116.339, "lat": 39.718, "unit": GUANYINSI},
    "contact": {"name": "张三", "phone": "138 1234 5678", "confidential": True},
}


async def test_a_registered_case_has_an_id_a_number_and_a_code(desk: Desk) -> None:
    answer = await desk.reports(**FULL)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert UUID(receipt["case_id"]).version == 7
    assert answer.headers["location"] == f"/v1/cases/{receipt['tracking_number']}"
    assert receipt["tracking_number"].startswith("BJ261123-")
    assert mod_37_36.is_valid(receipt["tracking_number"].replace("-", ""))
    assert len(receipt["access_code"].replace("-", "")) == 10


async def test_the_fact_says_what_happened_and_seals_the_words(desk: Desk) -> None:
    receipt = await desk.registers(**FULL)
    (said,) = await desk.said(receipt.case_id)
    assert said["topic"] == "jiesu.case"
    assert (said["type"], said["sequence"], said["aggregatetype"]) == ("jiesu.case.registered.v1", 1, "case")
    payload = said["payload"]
    assert payload["has_phone"] is True
    assert payload["confidential"] is True
    assert payload["anonymous"] is False
    ring = load_ring(desk.settings.words_ring)
    words = json.loads(ring.open(payload["sealed_words"], context=f"case:{receipt.case_id}"))
    assert words == {
        "text": "路灯不亮。",
        "address": "观音寺街道首座御园",
        "lng": 116.339,
        "lat": 39.718,
        "places": [{"unit": GUANYINSI, "role": "site"}],
        "tracking_number": receipt.number,
    }


async def test_a_cross_town_matter_names_where_the_papers_lie(desk: Desk) -> None:
    receipt = await desk.registers(
        place={"address": "珍珠泉乡"}, related_places=[{"unit": YONGNING, "role": "papers"}]
    )
    (said,) = await desk.said(receipt.case_id)
    ring = load_ring(desk.settings.words_ring)
    words = json.loads(ring.open(said["payload"]["sealed_words"], context=f"case:{receipt.case_id}"))
    assert words["places"] == [{"unit": YONGNING, "role": "papers"}]


async def test_coordinates_of_any_chinese_system_are_kept_as_wgs84(desk: Desk) -> None:
    ring = load_ring(desk.settings.words_ring)
    found = []
    for system, lng, lat in (("wgs84", 116.39747, 39.90882), ("gcj02", 116.40371, 39.91022)):
        receipt = await desk.registers(place={"lng": lng, "lat": lat, "system": system})
        (said,) = await desk.said(receipt.case_id)
        words = json.loads(ring.open(said["payload"]["sealed_words"], context=f"case:{receipt.case_id}"))
        found.append((words["lng"], words["lat"]))
    assert found[1] == pytest.approx(found[0], abs=2e-5)


async def test_the_vault_row_is_sealed_and_found_by_keyed_hash(desk: Desk) -> None:
    first = await desk.registers(**FULL)
    second = await desk.registers(contact={"phone": "+86 13812345678"})
    rows = await desk.rows(
        "SELECT * FROM contacts WHERE case_id IN (:a, :b) ORDER BY case_id", a=first.case_id, b=second.case_id
    )
    assert rows[0]["phone_index"] == rows[1]["phone_index"]
    assert rows[0]["sealed_phone"] != rows[1]["sealed_phone"]
    assert "1234" not in json.dumps(rows, default=str, ensure_ascii=False)
    assert "张三" not in json.dumps(rows, default=str, ensure_ascii=False)


async def test_a_sealed_value_does_not_open_in_another_row_or_column(desk: Desk) -> None:
    first, second = await desk.registers(**FULL), await desk.registers(**FULL)
    ring = load_ring(desk.settings.vault_ring)
    (row,) = await desk.rows("SELECT * FROM contacts WHERE case_id = :a", a=first.case_id)
    opened = ring.open(row["sealed_phone"], context=f"contacts.phone:{first.case_id}")
    assert opened == b"+8613812345678"
    for context in (f"contacts.phone:{second.case_id}", f"contacts.name:{first.case_id}"):
        with pytest.raises(Exception, match="does not open"):
            ring.open(row["sealed_phone"], context=context)


@pytest.mark.parametrize("contact", [None, {"anonymous": True, "name": "李四", "phone": "13912345678"}])
async def test_nothing_is_stored_of_an_anonymous_citizen(desk: Desk, contact: dict[str, Any] | None) -> None:
    before = (await desk.counts())["contacts"]
    receipt = await desk.registers(**({"contact": contact} if contact else {}))
    assert (await desk.counts())["contacts"] == before
    (said,) = await desk.said(receipt.case_id)
    assert said["payload"]["anonymous"] is True
    assert said["payload"]["has_phone"] is False


async def test_the_same_key_and_body_give_the_same_answer_for_ever(desk: Desk) -> None:
    key = {"Idempotency-Key": "the-same"}
    first = await desk.reports(headers=key, **FULL)
    before = await desk.counts()
    desk.clock.at += timedelta(days=4000)
    again = await desk.reports(headers=key, **FULL)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert await desk.counts() == before


async def test_a_category_the_city_gave_up_since_changes_no_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "before-the-change"}
    first = await desk.reports(headers=key, **FULL)
    city = desk.flat.city
    left = {code: one for code, one in city.categories.by_code.items() if code != FULL["category"]}
    fewer = replace(city, categories=replace(city.categories, by_code=left))
    monkeypatch.setattr(desk.flat.store.running_city, "_city", fewer)
    before = await desk.counts()
    again = await desk.reports(headers=key, **FULL)
    assert (again.status_code, again.content) == (201, first.content)
    assert (await desk.reports(headers=key, **{**FULL, "text": "另。"})).status_code == 422
    new = await desk.reports(headers={"Idempotency-Key": "after-it"}, **FULL)
    assert (new.status_code, new.json()["reason"]) == (422, "no_such_category")
    assert await desk.counts() == before


async def test_the_kept_answer_holds_the_access_code_sealed(desk: Desk) -> None:
    receipt = await desk.registers(headers={"Idempotency-Key": "kept-sealed"})
    (kept,) = await desk.rows("SELECT body FROM idempotency WHERE key = 'kept-sealed'")
    assert receipt.code.encode() not in bytes(kept["body"])
    assert receipt.number.encode() in bytes(kept["body"])


async def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    key = {"Idempotency-Key": "once-only"}
    await desk.registers(headers=key)
    before = await desk.counts()
    answer = await desk.reports(headers=key, text="另一件事。")
    assert (answer.status_code, answer.json()["reason"]) == (422, "idempotency_key_reused")
    assert await desk.counts() == before


async def test_the_same_request_sent_at_once_many_times_is_one_case(desk: Desk) -> None:
    before = (await desk.counts())["cases"]
    key = {"Idempotency-Key": "all-at-once"}
    answers = await asyncio.gather(*(desk.reports(headers=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (await desk.counts())["cases"] == before + 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"colour": "red"}, "colour"),
    "an unknown field inside": ({"contact": {"phone": "13812345678", "wechat": "x"}}, "contact.wechat"),
    "a wrong type": ({"text": 7}, "text"),
    "a wrong flag": ({"proactive": "yes"}, "proactive"),
    "no text": ({"text": ""}, "text"),
    "blanks only": ({"text": "  　\n"}, "text"),
    "too long": ({"text": "长" * 4001}, "text"),
    "an unknown channel": ({"channel": "pigeon"}, "channel"),
    "an unknown kind": ({"kind": "wish"}, "kind"),
    "an unknown category": ({"category": "no.such"}, "category"),
    "an unknown unit": ({"place": {"unit": "999999999"}}, "place.unit"),
    "an unknown related unit": (
        {"related_places": [{"unit": GUANYINSI, "role": "home"}, {"unit": "0", "role": "papers"}]},
        "related_places.1.unit",
    ),
    "an unknown role of a place": (
        {"related_places": [{"unit": GUANYINSI, "role": "work"}]},
        "related_places.0.role",
    ),
    "another city in the east": ({"place": {"lng": 121.47, "lat": 31.23}}, "place.lng"),
    "another city in the south": ({"place": {"lng": 116.4, "lat": 31.2}}, "place.lat"),
    "no longitude on Earth": ({"place": {"lng": 1000, "lat": 39.9}}, "place.lng"),
    "no latitude on Earth": ({"place": {"lng": 116.4, "lat": 91}}, "place.lat"),
    "an unknown system": ({"place": {"lng": 116.4, "lat": 39.9, "system": "epsg"}}, "place.system"),
    "half a point": ({"place": {"lng": 116.4}}, "place.lat"),
    "the other half": ({"place": {"lat": 39.9}}, "place.lng"),
    "an empty place": ({"place": {}}, "place"),
    "a long address": ({"place": {"address": "路" * 201}}, "place.address"),
    "no telephone number": ({"contact": {"phone": "12"}}, "contact.phone"),
    "a language nobody asks in": ({"contact": {"name": "王", "language": "fr"}}, "contact.language"),
    "an empty contact": ({"contact": {}}, "contact"),
    "a link without a finding": (
        {"linked_case_id": "01950000-0000-7000-8000-000000000000"},
        "linked_case_id",
    ),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_names_the_field_and_leaves_nothing(desk: Desk, what: str) -> None:
    told, field = BAD[what]
    before = await desk.counts()
    answer = await desk.reports(**told, headers={"Idempotency-Key": f"bad {what}".replace(" ", "-")})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert await desk.counts() == before


@pytest.mark.parametrize("escaped", ["\\u0000", "\\ud800"])
@pytest.mark.parametrize("field", ["text", "contact.name", "place.address"])
async def test_text_that_nothing_can_hold_is_refused(desk: Desk, field: str, escaped: str) -> None:
    told: dict[str, Any] = {"channel": "app", "kind": "help", "text": "好", "contact": {"name": "王"}}
    told["place"] = {"address": "路"}
    outer, _, inner = field.partition(".")
    if inner:
        told[outer][inner] = "MARK"
    else:
        told[outer] = "MARK"
    before = await desk.counts()
    answer = await desk.reports(content=json.dumps(told).replace("MARK", f"a{escaped}b").encode())
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert await desk.counts() == before


async def test_not_a_number_is_no_coordinate(desk: Desk) -> None:
    before = await desk.counts()
    body = b'{"channel":"app","kind":"help","text":"x","place":{"lng":NaN,"lat":39.9}}'
    assert (await desk.reports(content=body)).status_code in (400, 422)
    assert await desk.counts() == before


async def test_a_refusal_never_repeats_what_was_sent(desk: Desk) -> None:
    answer = await desk.reports(contact={"phone": "1381234567890123", "name": "赵六"})
    assert answer.status_code == 422
    assert "13812345" not in answer.text
    assert "赵六" not in answer.text


async def test_a_text_of_four_thousand_characters_is_taken(desk: Desk) -> None:
    await desk.registers(text="长" * 4000)


async def test_only_units_register_their_own_findings(desk: Desk) -> None:
    first = await desk.registers()
    finding: dict[str, Any] = {"proactive": True, "linked_case_id": first.case_id, "text": "树篱遮挡路口。"}
    before = await desk.counts()
    refused = await desk.reports(**finding)
    assert (refused.status_code, refused.json()["reason"]) == (403, "proactive_is_for_units")
    unknown = {**finding, "linked_case_id": "01950000-0000-7000-8000-000000000000"}
    unit = desk.token("unit", unit=GUANYINSI)
    answer = await desk.reports(headers=unit, **unknown)
    assert answer.json()["errors"][0]["field"] == "linked_case_id"
    assert await desk.counts() == before
    taken = await desk.registers(headers=unit, **finding)
    (said,) = await desk.said(taken.case_id)
    assert said["payload"]["proactive"] is True
    assert said["payload"]["anonymous"] is False
    assert said["payload"]["linked_case_id"] == first.case_id


async def test_only_those_who_may_report_do(desk: Desk) -> None:
    before = await desk.counts()
    body = {"channel": "app", "kind": "help", "text": "x"}
    assert (await desk.client.post("/v1/cases", json=body)).status_code == 401
    assert (await desk.reports(headers=desk.token("analyst"))).status_code == 403
    wrong = desk.key[:-4] + "0000"
    assert (await desk.client.post("/v1/cases", json=body, headers={"X-Api-Key": wrong})).status_code == 401
    assert await desk.counts() == before
    for role in ("citizen", "dispatcher", "grid_worker"):
        assert (await desk.reports(headers=desk.token(role))).status_code == 201


async def test_a_key_without_the_scope_or_past_its_day_or_revoked_is_refused(desk: Desk) -> None:
    async with desk.flat.store.work() as work:
        reader = await issue(work, "reader", frozenset(), expires_at=None)
        over = await issue(work, "over", frozenset({"cases:write"}), expires_at=NOON + timedelta(days=1))
    assert (await desk.reports(headers={"X-Api-Key": reader})).status_code == 403
    assert (await desk.reports(headers={"X-Api-Key": over})).status_code == 201
    desk.clock.at = NOON + timedelta(days=1)
    assert (await desk.reports(headers={"X-Api-Key": over})).status_code == 401
    async with desk.flat.store.work() as work:
        lost = await issue(work, "lost", frozenset({"cases:write"}), expires_at=None)
        await work.connection.exec_driver_sql("UPDATE api_keys SET revoked_at = now() WHERE name = 'lost'")
    assert (await desk.reports(headers={"X-Api-Key": lost})).status_code == 401


async def test_a_local_run_gets_one_key_and_no_second(desk: Desk) -> None:
    async with desk.flat.store.work() as work:
        key = await local_api_key(work)
    assert key is not None
    assert (await desk.reports(headers={"X-Api-Key": key})).status_code == 201
    async with desk.flat.store.work() as work:
        assert await local_api_key(work) is None


async def test_a_number_that_is_taken_stores_nothing_and_may_be_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("services.intake.handlers.cases.secrets.token_bytes", lambda length: b"\x11" * length)
        await desk.registers()
        before = await desk.counts()
        answer = await desk.reports(headers={"Idempotency-Key": "unlucky"})
        assert (answer.status_code, answer.json()["reason"]) == (503, "number_taken")
        assert await desk.counts() == before
    assert (await desk.reports(headers={"Idempotency-Key": "unlucky"})).status_code == 201


async def test_the_desk_pages_through_what_came_in_without_anything_personal(desk: Desk) -> None:
    made = [(await desk.registers(**FULL, channel="wechat", kind="praise")).case_id for _ in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {
            "channel": "wechat",
            "kind": "praise",
            "limit": "2",
            **({"cursor": cursor} if cursor else {}),
        }
        answer = await desk.client.get("/v1/cases", params=query, headers=desk.token("dispatcher"))
        assert answer.status_code == 200, answer.text
        assert not {"张三", "13812345678", "首座御园"} & set(answer.text.split('"'))
        found += [item["case_id"] for item in answer.json()["items"]]
        cursor = answer.json()["next"]
        if cursor is None:
            break
    assert found == made[::-1]
    forged = {"cursor": "AAAA", "channel": "wechat"}
    assert (await desk.client.get("/v1/cases", params=forged, headers=desk.token("ops"))).status_code == 422
    assert (await desk.client.get("/v1/cases", headers=desk.token("citizen"))).status_code == 403
