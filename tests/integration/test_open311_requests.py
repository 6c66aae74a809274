"""Open311 GeoReport v2 over HTTP on a real Postgres: what is offered, what is taken, what strangers see."""

import json
import socket
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from deploy.local.ports import free_port
from services.intake.api.open311 import views
from shared.events.router import CaseMerged, CaseReopened, CaseUnmerged, CaseWithdrawn
from shared.kernel.ids import CallbackId, new_id
from shared.sealing.ring import load_ring
from tests.integration.intake_desk import NOON, Desk, desk, house
from tests.integration.open311_desk import (
    LAMP,
    PERSON,
    PLACE,
    V2,
    asks,
    case_id,
    dispatched,
    is_error,
    posts,
    requests,
)

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def test_discovery_leads_to_the_endpoint(desk: Desk) -> None:
    for path in ("/open311/discovery", f"{V2}/discovery"):
        found = (await desk.client.get(f"{path}.json")).json()
        (endpoint,) = found["endpoints"]
        assert endpoint["url"] == f"http://intake{V2}"
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert endpoint["formats"] == ["text/xml", "application/json"]
        root = ElementTree.fromstring((await desk.client.get(f"{path}.xml")).content)
        assert root.findtext("endpoints/endpoint/url") == endpoint["url"]
        assert [one.text for one in root.iterfind("endpoints/endpoint/formats/format")] == endpoint["formats"]
        assert root.findtext("key_service")


async def test_services_and_their_definitions_in_both_formats(desk: Desk) -> None:
    services = await asks(desk, "services")
    assert len(services) == 47
    assert all(type(one["service_code"]) is str and one["type"] == "realtime" for one in services)
    (lamp,) = [one for one in services if one["service_code"] == "street_lamp"]
    assert (lamp["service_name"], lamp["metadata"], lamp["group"]) == ("路灯", True, "道路与市容")
    answer = await desk.client.get(f"{V2}/services/street_lamp.xml", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "en"
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<service_definition>")
    root = ElementTree.fromstring(answer.content)
    asked = {one.findtext("code"): one for one in root.iterfind("attributes/attribute")}
    assert list(asked) == ["LAMP_NUMBER", "LAMPS_OUT", "FAULTS", "REMARKS"]
    assert asked["LAMPS_OUT"].findtext("required") == "true"
    assert [one.text for one in asked["FAULTS"].iterfind("values/value/key")] == [
        "DARK",
        "FLICKERS",
        "LEANS",
        "BARE_WIRES",
    ]
    definition = await asks(desk, "services/street_lamp")
    assert [one["order"] for one in definition["attributes"]] == [1, 2, 3, 4]
    assert (await asks(desk, "services/noise"))["attributes"] == []


async def test_a_request_is_a_case_like_any_other(desk: Desk) -> None:
    number = await requests(
        desk, **LAMP, **PERSON, **{"attribute[FAULTS][]": ["DARK", "LEANS"]}, media_url="https://p.test/1.jpg"
    )
    assert number.startswith("BJ261123-")
    key = await case_id(desk, number)
    (said,) = await desk.said(key)
    payload = said["payload"]
    assert (payload["channel"], payload["kind"], payload["category"]) == ("open311", "report", "street_lamp")
    assert payload["has_phone"] is True
    ring = load_ring(desk.settings.words_ring)
    assert json.loads(ring.open(payload["sealed_words"], context=f"case:{key}")) == {
        "text": "王五家门口的路灯\n几盏灯不亮：2\n现象：不亮、灯杆倾斜\n图片或视频：https://p.test/1.jpg",
        "address": "首座御园3号楼1单元",
        "lng": 116.33912345,
        "lat": 39.71834567,
        "tracking_number": number,
    }
    (row,) = await desk.rows("SELECT sealed_name, sealed_phone FROM contacts WHERE case_id = :k", k=key)
    assert row["sealed_name"]
    assert row["sealed_phone"]


async def test_the_answer_has_a_number_and_no_access_code(desk: Desk) -> None:
    answer = await posts(desk, "xml", **LAMP, account_id="account-zhang")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    (request,) = ElementTree.fromstring(answer.content).findall("request")
    assert [child.tag for child in request] == ["service_request_id", "service_notice", "account_id"]
    assert request.findtext("service_notice")
    assert not request.findtext("account_id")


async def test_strangers_see_where_it_stands_and_nothing_personal(desk: Desk) -> None:
    number = await requests(desk, **LAMP, **PERSON, media_url="https://p.test/zhang.jpg")
    key = await case_id(desk, number)
    await desk.hears(dispatched(key))
    listed = await desk.client.get(f"{V2}/requests.json", params={"page_size": 1})
    alone = await desk.client.get(f"{V2}/requests/{number}.json")
    assert listed.json() == alone.json()
    assert alone.json() == [
        {
            "service_request_id": number,
            "status": "open",
            "status_notes": "已派单",
            "service_name": "路灯",
            "service_code": "street_lamp",
            "description": None,
            "agency_responsible": "观音寺街道",
            "service_notice": None,
            "requested_datetime": "2026-11-23T12:00:00+08:00",
            "updated_datetime": "2026-11-23T12:00:00+08:00",
            "expected_datetime": "2026-11-30T12:00:00+08:00",
            "address": None,
            "address_id": None,
            "zipcode": None,
            "lat": 39.718,
            "long": 116.339,
            "media_url": None,
        }
    ]
    whole = listed.text + (await desk.client.get(f"{V2}/requests.xml")).text
    for personal in (*PERSON.values(), "zhang.jpg", "39.7183", "+8613812345678"):
        if len(personal) > 1:
            assert personal not in whole


async def test_a_request_that_was_joined_to_another_names_who_handles_that_one(desk: Desk) -> None:
    """并案, through a chain; redone, it goes its own way."""
    numbers = [await requests(desk, **LAMP) for _ in range(3)]
    first, second, third = [await case_id(desk, number) for number in numbers]
    told = [CaseMerged(case_id=first, into_case_id=second), CaseMerged(case_id=second, into_case_id=third)]
    await desk.hears(dispatched(third), *told)
    keys = ("agency_responsible", "expected_datetime")
    shown = [(await asks(desk, f"requests/{number}"))[0] for number in numbers]
    assert [tuple(one[key] for key in keys) for one in shown] == 3 * [
        ("观音寺街道", "2026-11-30T12:00:00+08:00")
    ]
    await desk.hears(CaseReopened(case_id=first, redo=1, callback_id=CallbackId(new_id())))
    (alone,) = await asks(desk, f"requests/{numbers[0]}")
    assert [alone[key] for key in keys] == [None, None]


async def test_a_request_joined_to_one_that_was_withdrawn_is_open_by_itself(desk: Desk) -> None:
    numbers = [await requests(desk, **LAMP) for _ in range(2)]
    joined, into = [await case_id(desk, number) for number in numbers]
    await desk.hears(dispatched(into), CaseMerged(case_id=joined, into_case_id=into))
    undone = CaseUnmerged(case_id=joined, from_case_id=into, dispatch_by=NOON)
    await desk.hears(CaseWithdrawn(case_id=into, joined_go_on=True), undone)
    shown = [(await asks(desk, f"requests/{number}"))[0] for number in numbers]
    assert [one["status"] for one in shown] == ["open", "closed"]
    assert shown[0]["agency_responsible"] is None


async def test_nothing_of_a_person_is_stored_in_plain(desk: Desk) -> None:
    await requests(desk, **LAMP, **PERSON, headers={"Idempotency-Key": "open311-plain"})
    for table, rows in (await desk.contents()).items():
        for personal in ("13812345678", "zhangsan@", "device-zhang", "account-zhang", "首座御园", "王五家"):
            assert not any(personal in row for row in rows), table


async def test_a_withdrawn_request_is_closed(desk: Desk) -> None:
    number = await requests(desk, **LAMP)
    desk.clock.at = NOON + timedelta(hours=1)
    await desk.hears(CaseWithdrawn(case_id=await case_id(desk, number)))
    (shown,) = await asks(desk, f"requests/{number}")
    assert (shown["status"], shown["updated_datetime"]) == ("closed", "2026-11-23T13:00:00+08:00")
    listed = await asks(desk, "requests", status="closed")
    assert number in [one["service_request_id"] for one in listed]
    assert number not in [one["service_request_id"] for one in await asks(desk, "requests", status="open")]


async def test_what_touches_somebodys_need_is_in_no_list_and_has_no_place(desk: Desk) -> None:
    number = await requests(desk, service_code="minimum_living", **PLACE)
    assert number not in [one["service_request_id"] for one in await asks(desk, "requests")]
    (shown,) = await asks(desk, f"requests/{number}")
    assert (shown["lat"], shown["long"], shown["status"]) == (None, None, "open")


async def test_cases_of_other_channels_are_not_found(desk: Desk) -> None:
    receipt = await desk.registers(category="street_lamp")
    is_error(await desk.client.get(f"{V2}/requests/{receipt.number}.json"), 404, "service_request_id")
    is_error(await desk.client.get(f"{V2}/tokens/{receipt.number}.xml"), 404, "token")
    assert receipt.number not in (await desk.client.get(f"{V2}/requests.json")).text


async def test_a_number_is_its_own_token(desk: Desk) -> None:
    number = await requests(desk, **LAMP)
    assert await asks(desk, f"tokens/{number}") == [{"service_request_id": number, "token": number}]
    root = ElementTree.fromstring((await desk.client.get(f"{V2}/tokens/{number}.xml")).content)
    assert root.findtext("request/service_request_id") == number


async def test_a_request_is_listed_until_the_second_it_is_shown_with(desk: Desk) -> None:
    """Whoever pages by dates asks with what was shown, and that says no fraction of a second."""
    desk.clock.at = NOON - timedelta(days=500) + timedelta(milliseconds=400)
    number = await requests(desk, **LAMP)
    (one,) = await asks(desk, f"requests/{number}")
    shown = one["requested_datetime"]
    (listed,) = await asks(desk, "requests", start_date=shown, end_date=shown)
    assert listed["service_request_id"] == number
    before = (datetime.fromisoformat(shown) - timedelta(seconds=1)).isoformat()
    assert await asks(desk, "requests", end_date=before) == []
    desk.clock.at = NOON


async def test_lists_are_filtered_by_commas_dates_and_pages(desk: Desk) -> None:
    desk.clock.at = NOON - timedelta(days=400)
    old = [await requests(desk, service_code=code, **PLACE) for code in ("noise", "dust", "traffic")]
    since = {"start_date": "2025-10-01T00:00:00Z", "end_date": "2025-12-01T00:00:00+08:00"}

    async def numbers(**query: Any) -> list[str]:
        return [one["service_request_id"] for one in await asks(desk, "requests", **query)]

    assert await numbers(**since) == old[::-1]
    assert await numbers(**since, service_code="noise, traffic") == [old[2], old[0]]
    assert await numbers(**since, service_code=["noise", "dust"]) == [old[1], old[0]]
    assert await numbers(**since, status="open,closed") == old[::-1]
    assert await numbers(**since, status="closed") == []
    assert await numbers(**since, page=2, page_size=2) == [old[0]]
    assert await numbers(**since, page="", page_size="") == old[::-1]
    assert await numbers(start_date="2025-10-01T00:00:00Z") == old[::-1]
    assert await numbers(end_date="2025-12-01T00:00:00Z") == old[::-1]
    # The numbers override all other filters, and need not be written as they were given.
    written = ",".join([old[0].replace("-", "").lower(), "BJ000000-00000000-0", old[1]])
    assert sorted(await numbers(service_request_id=written, service_code="lift")) == sorted(old[:2])
    desk.clock.at = NOON
    assert set(await numbers()).isdisjoint(old)


async def test_a_long_list_is_written_beside_everything_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the loop nor a connection waits for a thousand requests to become XML."""
    await requests(desk, **LAMP)
    real, seen = views.requests, list[tuple[bool, str]]()

    def watched(*told: Any) -> Any:
        on_the_loop = threading.current_thread() is threading.main_thread()
        seen.append((on_the_loop, desk.flat.store.engine.pool.status()))
        return real(*told)

    monkeypatch.setattr(views, "requests", watched)
    assert (await desk.client.get(f"{V2}/requests.xml")).status_code == 200
    ((on_the_loop, pool),) = seen
    assert not on_the_loop
    assert "Current Checked out connections: 0" in pool


async def test_the_same_key_and_form_are_the_same_request(desk: Desk) -> None:
    headers = {"Idempotency-Key": "open311-once"}
    first = await posts(desk, headers=headers, **LAMP)
    again = await posts(desk, headers={**headers, "Accept-Language": "en"}, **LAMP)
    assert first.content == again.content
    # The language the body is in, not the one that is asked for today.
    assert first.headers["content-language"] == again.headers["content-language"] == "zh-CN"
    assert again.headers["content-type"] == "application/json; charset=utf-8"
    is_error(await posts(desk, headers=headers, **{**LAMP, "lat": "39.8"}), 400, "Idempotency-Key")


async def test_a_service_the_city_gave_up_since_changes_no_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Idempotency-Key": "open311-before"}
    first = await posts(desk, headers=headers, **LAMP)
    city = desk.flat.city
    fewer = {code: one for code, one in city.open311.services.items() if code != LAMP["service_code"]}
    gone = replace(city, open311=replace(city.open311, services=fewer))
    monkeypatch.setattr(desk.flat.store.running_city, "_city", gone)
    again = await posts(desk, headers=headers, **LAMP)
    assert (again.status_code, again.content) == (200, first.content)
    is_error(await posts(desk, headers={"Idempotency-Key": "open311-after"}, **LAMP), 404, "service_code")


async def test_a_media_url_that_is_not_kept_is_said_so(desk: Desk) -> None:
    answer = await posts(desk, **LAMP, media_url="http://p.test/1.jpg", headers={"Accept-Language": "en"})
    assert "media_url was not kept" in answer.json()[0]["service_notice"]


async def test_an_address_that_a_client_wrote_is_never_fetched(desk: Desk) -> None:
    """Not when the request is taken, and not when it is read."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as inside:
        inside.setblocking(False)
        number = await requests(desk, **LAMP, media_url=f"https://127.0.0.1:{port}/keys")
        await asks(desk, f"requests/{number}")
        with pytest.raises(BlockingIOError):
            inside.accept()


async def test_discovery_tells_the_address_that_was_set(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.flat.settings, "public_url", "https://12345.example.org/")
    found = (await desk.client.get("/open311/discovery.json", headers={"Host": "evil"})).json()
    assert found["endpoints"][0]["url"] == f"https://12345.example.org{V2}"
