"""批量受理 over HTTP: an outcome for each, in order, and everything only once however often it is sent."""

import json
from typing import Any

import httpx
import pytest

from services.intake.app import SERVICE
from services.intake.store.api_keys import issue
from shared.service import flat_of, let_go
from tests.integration.intake_desk import Desk, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


def item(text: str = "路灯不亮。", **more: Any) -> dict[str, Any]:
    return {"channel": "batch", "kind": "complaint", "text": text, **more}


async def _sent(desk: Desk, *items: Any, **headers: str) -> httpx.Response:
    sent = {"X-Api-Key": desk.key, "Content-Type": "application/json", **headers}
    content = json.dumps({"cases": items})
    return await desk.client.post("/v1/cases:batch", content=content, headers=sent)


async def _outcomes(desk: Desk, *items: Any, **headers: str) -> list[dict[str, Any]]:
    answer = await _sent(desk, *items, **headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["outcomes"]
    return found


async def test_each_item_has_its_outcome_in_order_and_bad_ones_stop_nobody(desk: Desk) -> None:
    before = (await desk.counts())["cases"]
    outcomes = await _outcomes(
        desk,
        item(client_id="a"),
        item(" ", client_id="b"),
        item(contact={"phone": "12"}),
        item(client_id="not one"),
        "no object",
        item(colour="red"),
        item(linked_case_id="01950000-0000-7000-8000-000000000000"),
        item(place={"lng": 10**400, "lat": 1}),
        item(client_id="z"),
    )
    assert [one["status"] for one in outcomes] == [201, 422, 422, 422, 422, 422, 422, 422, 201]
    assert [one["client_id"] for one in outcomes] == ["a", "b", None, None, None, None, None, None, "z"]
    fields = [one["problem"]["errors"][0]["field"] for one in outcomes if one["problem"]]
    assert fields == ["text", "contact.phone", "client_id", "body", "colour", "linked_case_id", "place.lng"]
    assert (await desk.counts())["cases"] == before + 2


async def test_a_receipt_from_a_batch_opens_its_case(desk: Desk) -> None:
    (outcome,) = await _outcomes(desk, item("桥面积水。"))
    case = outcome["case"]
    answer = await desk.client.get(
        f"/v1/cases/{case['tracking_number']}", headers={"X-Access-Code": case["access_code"]}
    )
    assert answer.status_code == 200


async def test_five_hundred_are_taken_with_few_commits(desk: Desk) -> None:
    outcomes = await _outcomes(desk, *(item(f"第{n}件") for n in range(500)))
    assert {one["status"] for one in outcomes} == {201}
    ids = [one["case"]["case_id"] for one in outcomes]
    assert len(set(ids)) == 500
    (found,) = await desk.rows(
        "SELECT count(DISTINCT xmin::text) AS commits, count(*) AS n FROM cases WHERE case_id = ANY(:ids)",
        ids=ids,
    )
    assert found["n"] == 500
    assert found["commits"] <= 25


@pytest.mark.parametrize("many", [0, 501])
async def test_none_or_too_many_is_a_422_and_nothing_is_taken(desk: Desk, many: int) -> None:
    before = await desk.counts()
    answer = await _sent(desk, *[item()] * many)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cases")
    assert await desk.counts() == before


async def test_the_same_batch_with_its_key_gives_the_same_outcomes(desk: Desk) -> None:
    items = [item("一"), item(" "), item("三")]
    first = await _outcomes(desk, *items, **{"Idempotency-Key": "night"})
    before = await desk.counts()
    assert await _outcomes(desk, *items, **{"Idempotency-Key": "night"}) == first
    assert await desk.counts() == before


async def test_another_batch_with_the_same_key_is_refused(desk: Desk) -> None:
    await _outcomes(desk, item("一"), **{"Idempotency-Key": "taken"})
    before = await desk.counts()
    answer = await _sent(desk, item("二"), **{"Idempotency-Key": "taken"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "idempotency_key_reused")
    assert await desk.counts() == before


async def test_an_item_named_by_its_sender_is_one_case_in_whichever_batch_it_comes(desk: Desk) -> None:
    (first,) = await _outcomes(desk, item("又一件", client_id="row-7"))
    twice = await _outcomes(
        desk,
        item("又一件", client_id="row-7"),
        item("新的", client_id="row-8"),
        item("又一件", client_id="row-7"),
    )
    assert twice[0] == twice[2] == first
    assert twice[1]["case"]["case_id"] != first["case"]["case_id"]
    (other,) = await _outcomes(desk, item("别的内容", client_id="row-7"))
    assert (other["status"], other["problem"]["reason"]) == (422, "idempotency_key_reused")


async def test_only_clients_and_dispatchers_send_batches(desk: Desk) -> None:
    told = {"cases": [item()]}
    for headers, status in ((desk.token("dispatcher"), 200), (desk.token("citizen"), 403), ({}, 401)):
        answer = await desk.client.post("/v1/cases:batch", json=told, headers=headers)
        assert answer.status_code == status


async def test_every_item_counts_towards_the_clients_minute(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"rate_limit_per_minute": 10})
    flat = flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)
    async with desk.flat.store.work() as work:
        key = await issue(work, "night-office", frozenset({"cases:write"}), expires_at=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        told = {"cases": [item() for _ in range(20)]}
        first = await client.post("/v1/cases:batch", json=told, headers={"X-Api-Key": key})
        second = await client.post("/v1/cases:batch", json=told, headers={"X-Api-Key": key})
    await let_go(flat)
    assert (first.status_code, second.status_code) == (200, 429)
    assert first.headers["ratelimit"].startswith('"minute";r=0;t=1')
    assert int(second.headers["retry-after"]) > 60
