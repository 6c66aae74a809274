"""受理, many at once: one commit for all who ask at the same moment, and each with its own answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.app import SERVICE
from services.intake.store.api_keys import issue
from shared.service import flat_of, let_go
from shared.store.gathering import CrowdedOut
from tests.integration.intake_desk import Desk, Receipt, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
FULL: dict[str, Any] = {
    "category": "group_rental",
    "place": {"address": "观音寺街道首座御园", "lng": 116.339, "lat": 39.718, "unit": "110115009"},
    "contact": {"name": "张三", "phone": "138 1234 5678", "confidential": True},
}
COMMITS = "SELECT count(DISTINCT xmin::text) AS commits, count(*) AS n FROM cases WHERE case_id = ANY(:ids)"


async def test_all_who_ask_at_one_moment_share_few_commits_and_none_shares_an_answer(desk: Desk) -> None:
    await desk.registers()  # From here on the client is known, and nothing is waited for but the commit.
    answers = await asyncio.gather(
        *(desk.reports(headers={"Idempotency-Key": f"many-{n}"}, text=f"第{n}件事。") for n in range(100))
    )
    assert {answer.status_code for answer in answers} == {201}
    ids = [answer.json()["case_id"] for answer in answers]
    assert len({answer.content for answer in answers}) == len(set(ids)) == 100
    (found,) = await desk.rows(COMMITS, ids=ids)
    assert found["n"] == 100
    assert found["commits"] <= 10
    again = await asyncio.gather(
        *(desk.reports(headers={"Idempotency-Key": f"many-{n}"}, text=f"第{n}件事。") for n in range(100))
    )
    assert [answer.content for answer in again] == [answer.content for answer in answers]
    assert {answer.headers["idempotent-replayed"] for answer in again} == {"true"}


async def test_each_fact_has_the_cause_of_its_own_request(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.reports() for _ in range(20)))
    for answer in answers:
        (logged,) = await desk.rows(
            "SELECT causation_id, correlation_id FROM event_log WHERE key = :key",
            key=answer.json()["case_id"],
        )
        assert logged["causation_id"] == answer.headers["x-request-id"]
        assert logged["correlation_id"] == answer.headers["x-correlation-id"]


async def test_the_outbox_leaves_nothing_of_a_batch_out(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.reports() for _ in range(70)))
    for answer in answers:
        (said,) = await desk.said(answer.json()["case_id"])
        assert (said["type"], said["sequence"]) == ("jiesu.case.registered.v1", 1)


async def test_together_and_alone_write_the_same_rows(desk: Desk) -> None:
    """A plain request shares a commit; one with a link has a work of its own. Nothing else differs."""
    first = await desk.registers()
    unit = desk.token("unit", unit="110115009")
    told: dict[str, Any] = {**FULL, "proactive": True}
    plain = await _added(desk, {**unit, "Idempotency-Key": "plain"}, told)
    linked = await _added(
        desk, {**unit, "Idempotency-Key": "linked"}, {**told, "linked_case_id": first.case_id}
    )
    for rows in linked.values():
        for row in rows:
            row.pop("linked_case_id", None)
    for rows in plain.values():
        for row in rows:
            row.pop("linked_case_id", None)
    assert plain == linked
    assert {table: len(rows) for table, rows in plain.items()} == {
        "cases": 1,
        "contacts": 1,
        "event_log": 1,
        "idempotency": 1,
        "outbox": 1,
        "timeline": 1,
    }


async def _added(
    desk: Desk, headers: dict[str, str], told: dict[str, Any]
) -> dict[str, list[dict[str, str]]]:
    """What one request added anywhere: for each row which columns are filled, and with what kind of value."""
    tables = list(SERVICE.work.METADATA.tables)
    before = {table: await _rows(desk, table) for table in tables}
    await desk.registers(headers=headers, **told)
    added = {table: await _rows(desk, table) - before[table] for table in tables}
    return {table: [dict(row) for row in rows] for table, rows in added.items() if rows}


async def _rows(desk: Desk, table: str) -> "Counter[tuple[tuple[str, str], ...]]":
    rows = await desk.rows(f"SELECT * FROM {table}")
    return Counter(tuple((name, type(value).__name__) for name, value in row.items()) for row in rows)


async def test_a_bad_request_among_good_ones_fails_alone(desk: Desk) -> None:
    good = [desk.reports(text=f"好的{n}") for n in range(10)]
    bad = [desk.reports(contact={"phone": "12"}), desk.reports(category="no.such"), desk.reports(text=" ")]
    answers = await asyncio.gather(*good[:5], *bad, *good[5:])
    assert [answer.status_code for answer in answers] == [201] * 5 + [422] * 3 + [201] * 5


async def test_of_one_key_with_different_bodies_at_once_one_is_taken(desk: Desk) -> None:
    before = (await desk.counts())["cases"]
    key = {"Idempotency-Key": "quarrel"}
    answers = await asyncio.gather(*(desk.reports(headers=key, text=f"说法{n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]
    assert (await desk.counts())["cases"] == before + 1


async def test_a_number_drawn_twice_spoils_nobody_elses_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (await desk.counts())["cases"]
    drawn = iter([b"\x21", b"\x21", b"\x22", b"\x21", b"\x23"])

    def noise(length: int) -> bytes:
        return next(drawn) * length if length == 5 else b"\x05" * length

    with monkeypatch.context() as patched:
        patched.setattr("services.intake.handlers.cases.secrets.token_bytes", noise)
        answers = await asyncio.gather(*(desk.reports() for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 503, 503]
    assert {answer.json()["reason"] for answer in answers if answer.status_code == 503} == {"number_taken"}
    assert (await desk.counts())["cases"] == before + 3


async def test_too_many_who_wait_are_told_to_come_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any, **__: Any) -> bool:
        raise CrowdedOut

    with monkeypatch.context() as patched:
        patched.setattr(desk.flat.store.gathering, "join", full)
        answer = await desk.reports()
    assert (answer.status_code, answer.json()["reason"]) == (503, "crowded_out")
    assert answer.headers["retry-after"] == "1"


BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", {}),
    "no JSON": (b"{", {}),
    "JSON and more": (b'{"channel":"app","kind":"help","text":"x"} {}', {}),
    "a list": (b"[]", {}),
    "null": (b"null", {}),
    "a text": (b'"x"', {}),
    "an empty object": (b"{}", {}),
    "a wrong type": (b'{"channel":"app","kind":"help","text":7}', {}),
    "a flag as text": (b'{"channel":"app","kind":"help","text":"x","proactive":"true"}', {}),
    "a flag as number": (b'{"channel":"app","kind":"help","text":"x","proactive":1}', {}),
    "an unknown field": (b'{"channel":"app","kind":"help","text":"x","colour":"red"}', {}),
    "an unknown channel": (b'{"channel":"pigeon","kind":"help","text":"x"}', {}),
    "a number as text": (
        b'{"channel":"app","kind":"help","text":"x","place":{"lng":"116.4","lat":39.9}}',
        {},
    ),
    "not a number": (b'{"channel":"app","kind":"help","text":"x","place":{"lng":NaN,"lat":39.9}}', {}),
    "infinity": (b'{"channel":"app","kind":"help","text":"x","place":{"lng":1e999,"lat":39.9}}', {}),
    "a list for an object": (b'{"channel":"app","kind":"help","text":"x","place":[]}', {}),
    "an object for a list": (b'{"channel":"app","kind":"help","text":"x","related_places":{}}', {}),
    "half a surrogate": (b'{"channel":"app","kind":"help","text":"a\\ud800b"}', {}),
    "a NUL": (b'{"channel":"app","kind":"help","text":"a\\u0000b"}', {}),
    "a raw NUL": (b'{"channel":"app","kind":"help","text":"a\x00b"}', {}),
    "a raw line end": (b'{"channel":"app","kind":"help","text":"a\nb"}', {}),
    "no UTF-8": (b'{"channel":"app","kind":"help","text":"\xff"}', {}),
    "a mark at the beginning": (b'\xef\xbb\xbf{"channel":"app","kind":"help","text":7}', {}),
    "UTF-16": ('{"channel":"app","kind":"help","text":7}'.encode("utf-16"), {}),
    "a single quote": (b"{'channel':'app'}", {}),
    "too deep": (b'{"text":' + b"[" * 40 + b"]" * 40 + b"}", {}),
    "a field twice": (b'{"channel":"app","kind":"help","text":"x","text":7}', {}),
    "an id that is none": (b'{"channel":"app","kind":"help","text":"x","linked_case_id":"7"}', {}),
    "a link without a finding": (
        b'{"channel":"app","kind":"help","text":"x","linked_case_id":"01950000-0000-7000-8000-000000000000"}',
        {},
    ),
    "no telephone number": (b'{"channel":"app","kind":"help","text":"x","contact":{"phone":"12"}}', {}),
    "another type": (b'{"channel":"app","kind":"help","text":"x"}', {"Content-Type": "text/plain"}),
    "a form": (b"channel=app", {"Content-Type": "application/x-www-form-urlencoded"}),
    "JSON of another name": (b'{"text":7}', {"Content-Type": "application/vnd.x+json"}),
    "a bad key": (b'{"channel":"app","kind":"help","text":"x"}', {"Idempotency-Key": "a b"}),
    "nobody": (b'{"channel":"app","kind":"help","text":"x"}', {"X-Api-Key": "jk_abcdef_" + "0" * 48}),
    "an odd API key": (b'{"channel":"app","kind":"help","text":"x"}', {"X-Api-Key": "nonsense"}),
    "nobody with a bad body": (b"{", {"X-Api-Key": "nonsense"}),
    "too large": (b'{"text":"' + b"x" * 1_000_000 + b'"}', {}),
}


@pytest.fixture(scope="module")
async def slow(house: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """The same intake without its quick way: FastAPI's own handling of the route."""
    flat = flat_of(replace(SERVICE, quick=()), house.settings, clock=house.clock, city=house.flat.city)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        yield client
    await let_go(flat)


@pytest.mark.parametrize("what", BODIES)
async def test_the_quick_way_refuses_as_the_plain_one_does(
    desk: Desk, slow: httpx.AsyncClient, what: str
) -> None:
    body, changed = BODIES[what]
    headers = {"X-Api-Key": desk.key, "Content-Type": "application/json", **changed}
    before = await desk.counts()
    quick = await desk.client.post("/v1/cases", content=body, headers=headers)
    plain = await slow.post("/v1/cases", content=body, headers=headers)
    assert 400 <= quick.status_code < 500, quick.text
    assert (quick.status_code, quick.content) == (plain.status_code, plain.content)
    assert _same(quick) == _same(plain)
    assert await desk.counts() == before


async def test_the_quick_way_takes_as_the_plain_one_does(desk: Desk, slow: httpx.AsyncClient) -> None:
    headers = {"X-Api-Key": desk.key, "Idempotency-Key": "either-way", "Content-Type": "application/json"}
    told = {"channel": "app", "kind": "complaint", "text": "路灯不亮。", **FULL}
    plain = await slow.post("/v1/cases", json=told, headers=headers)
    quick = await desk.client.post("/v1/cases", json=told, headers=headers)
    assert (quick.status_code, quick.content) == (201, plain.content)
    assert quick.headers["idempotent-replayed"] == "true"
    assert _same(quick) - {("idempotent-replayed", "true")} == _same(plain)


def _same(answer: httpx.Response) -> set[tuple[str, str]]:
    """The headers that do not differ from one request to the next."""
    own = {"x-request-id", "x-correlation-id", "traceparent", "ratelimit"}
    return {(name, value) for name, value in answer.headers.items() if name not in own}


@pytest.mark.parametrize("is_quick", [True, False])
async def test_who_leaves_in_the_middle_of_a_body_is_no_bug_and_is_answered_nothing(
    desk: Desk, is_quick: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    quick = SERVICE.quick if is_quick else ()
    flat = flat_of(replace(SERVICE, quick=quick), desk.settings, clock=desk.clock, city=desk.flat.city)
    coming, sent = [{"type": "http.request", "body": b'{"channel"', "more_body": True}], list[Any]()

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"500")]
    asked = {"type": "http", "method": "POST", "path": "/v1/cases", "query_string": b"", "headers": headers}
    await flat.app({**asked, "raw_path": b"/v1/cases", "root_path": ""}, receive, send)
    await let_go(flat)
    assert sent == []
    lines = [line for line in capfd.readouterr().out.splitlines() if "jiesu.http" in line]
    assert ["499" in line for line in lines] == [True]


def test_the_description_is_the_plain_routes(desk: Desk) -> None:
    without = flat_of(
        replace(SERVICE, quick=()), desk.settings, clock=desk.clock, city=desk.flat.city
    ).app.openapi()
    assert desk.flat.app.openapi() == without


async def test_a_client_may_knock_so_often_a_minute_and_is_told_how_often(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"rate_limit_per_minute": 2})
    flat = flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)
    async with desk.flat.store.work() as work:
        key = await issue(work, "busy-app", frozenset({"cases:write"}), expires_at=None)
    headers = {"X-Api-Key": key, "Content-Type": "application/json"}
    told = {"channel": "app", "kind": "help", "text": "x"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        answers = [await client.post("/v1/cases", json=told, headers=headers) for _ in range(3)]
        staff = [
            await client.post("/v1/cases", json=told, headers=desk.token("dispatcher")) for _ in range(4)
        ]
        citizen = [await client.post("/v1/cases", json=told, headers=desk.token("citizen")) for _ in range(3)]
    await let_go(flat)
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["ratelimit"].startswith('"minute";r=1;t=')
    assert answers[2].json()["reason"] == "rate_exceeded"
    assert int(answers[2].headers["retry-after"]) <= 30
    assert {answer.status_code for answer in staff} == {201}
    assert "ratelimit" not in staff[0].headers
    assert [answer.status_code for answer in citizen] == [201, 201, 429]


async def test_a_case_is_followed_so_often_a_minute_by_whoever_brings_no_name(desk: Desk) -> None:
    mine, other = await desk.registers(), await desk.registers()
    settings = desk.settings.model_copy(
        update={"rate_limit_per_minute": 3, "follow_rate_limit_per_minute": 2}
    )
    flat = flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        counted = replace(desk, client=client)
        guesses = [await counted.follows(mine, code="WRONG") for _ in range(3)]
        taken = [await counted.follows(mine), await counted.asks(mine, "urge")]
        refused = [await _knock(client, mine, *door) for door in DOORS_OF_A_CASE]
        known = [await _knock(client, mine, "GET", "", **{"X-Api-Key": desk.key}) for _ in range(4)]
        others = await counted.follows(other)
    await let_go(flat)
    assert [answer.status_code for answer in guesses] == [404, 404, 429]
    assert [answer.status_code for answer in taken] == [200, 202]
    assert taken[0].headers["ratelimit"].startswith('"minute";r=1;t=')
    assert {(answer.status_code, answer.json()["reason"]) for answer in refused} == {(429, "rate_exceeded")}
    assert all(0 < int(answer.headers["retry-after"]) <= 30 for answer in refused)
    assert [answer.status_code for answer in known] == [200, 200, 200, 429]
    assert others.status_code == 200
    entries = (await desk.follows(mine)).json()["entries"]
    assert [entry["code"] for entry in entries] == ["registered", "urge_asked"]


DOORS_OF_A_CASE = (
    *(("GET", place) for place in ("", "/similar", "/attachments")),
    *(("POST", place) for place in ("/supplement", "/urge", "/withdraw", "/join", "/links")),
)


async def _knock(
    client: httpx.AsyncClient, receipt: Receipt, method: str, place: str, **more: str
) -> httpx.Response:
    headers = {"X-Access-Code": receipt.code, "X-Tracking-Number": receipt.number, **more}
    body = {"/supplement": {"text": "x"}, "/join": {"join_token": "x"}}.get(place)
    path = f"/v1/attachments/{uuid4()}" if place == "/links" else f"/v1/cases/{receipt.number}"
    return await client.request(method, path + place, headers=headers, json=body)
