"""Open311 GeoReport v2 over HTTP on a real Postgres: what is taken, what strangers see, what is refused."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest

from services.intake.store.api_keys import issue
from shared.events.router import CaseDispatched, CaseWithdrawn
from shared.kernel.ids import CaseId, CategoryCode, UnitCode, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from shared.sealing.ring import load_ring
from tests.integration.intake_desk import NOON, Desk, intake_desk

pytestmark = pytest.mark.postgres
V2 = "/open311/v2"
GUANYINSI = UnitCode("110115009")
PLACE = {"lat": "39.71834567", "long": "116.33912345"}
LAMP = {"service_code": "street_lamp", "attribute[LAMPS_OUT]": "2", **PLACE}
PERSON = {
    "first_name": "三",
    "last_name": "张",
    "phone": "13812345678",
    "email": "zhangsan@example.org",
    "device_id": "device-zhang",
    "account_id": "account-zhang",
    "address_string": "首座御园3号楼1单元",
    "description": "王五家门口的路灯",
}


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("open311-keys")) as desk:
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    house.clock.at = NOON
    return house


async def posts(
    desk: Desk, form: str = "json", headers: dict[str, str] | None = None, **data: Any
) -> httpx.Response:
    sent = {"api_key": desk.key, **data}
    return await desk.client.post(f"{V2}/requests.{form}", data=sent, headers=headers)


async def requests(desk: Desk, **data: Any) -> str:
    """A request that must be taken; its number."""
    answer = await posts(desk, **data)
    assert answer.status_code == 200, answer.text
    number: str = answer.json()[0]["service_request_id"]
    return number


def _parts(count: int, value: bytes = b"1") -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n' + value + b"\r\n"
    return b"".join(part % number for number in range(count)) + b"--x--\r\n"


async def asks(desk: Desk, path: str, **query: Any) -> Any:
    answer = await desk.client.get(f"{V2}/{path}.json", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dispatched(key: CaseId) -> CaseDispatched:
    return CaseDispatched(
        case_id=key,
        work_order_id=WorkOrderId(new_id()),
        unit=GUANYINSI,
        place=GUANYINSI,
        category=CategoryCode("street_lamp"),
        tier=Tier.GENERAL,
        mode=HandlingMode.AT_ONCE,
        clause="1",
        list_version="1",
        policy_version="1",
        sign_by=NOON + timedelta(hours=2),
        resolve_by=NOON + timedelta(days=7),
    )


async def case_id(desk: Desk, number: str) -> CaseId:
    (row,) = await desk.rows("SELECT case_id FROM cases WHERE tracking_number = :n", n=number)
    return CaseId(UUID(str(row["case_id"])))


def is_error(answer: httpx.Response, status: int, said: str) -> None:
    assert answer.status_code == status, answer.text
    if answer.headers["content-type"].startswith("application/json"):
        found = answer.json()
    else:
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "errors"
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        found = [{child.tag: child.text for child in error} for error in root]
    assert all(set(one) == {"code", "description"} and int(one["code"]) == status for one in found)
    assert said in "\n".join(one["description"] for one in found), found


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
    assert len(services) == 43
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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}, "90 days"),
        ({"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, "before"),
        ({"start_date": "2026-01-01"}, "start_date"),
        ({"end_date": "9999-12-31T23:59:59-12:00"}, "end_date"),
        ({"status": "solved"}, "status"),
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "9" * 30}, "page"),
        ({"page": "90000", "page_size": "1000"}, "fewer days"),
        ({"page_size": "1001"}, "page_size"),
        ({"page_size": ["1", "2"]}, "page_size"),
        ({"service_code": ",".join(f"c{n}" for n in range(1001))}, "service_code"),
        ({"status": "\x07"}, "control character"),
        ({"status": "\x00"}, "status"),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_what_cannot_be_asked_is_400(desk: Desk, query: dict[str, Any], said: str, form: str) -> None:
    is_error(await desk.client.get(f"{V2}/requests.{form}", params=query), 400, said)


@pytest.mark.parametrize(
    "path",
    [
        f"{V2}/services",
        f"{V2}/services.yaml",
        f"{V2}/services/unicorns.json",
        f"{V2}/services/unicorns.xml",
        f"{V2}/requests/BJ000000-00000000-0.json",
        f"{V2}/requests/1.xml",
        f"{V2}/tokens/1.json",
        f"{V2}/nothing.json",
        f"{V2}/services.json?jurisdiction_id=sfgov.org",
        "/open311/v3/services.xml",
    ],
)
async def test_what_is_not_there_is_404(desk: Desk, path: str) -> None:
    answer = await desk.client.get(path)
    is_error(answer, 404, "not" if ".yaml" not in path else ".xml or .json")
    assert answer.headers["content-type"].startswith(
        "application/json" if path.partition("?")[0].endswith(".json") else "text/xml"
    )


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_a_missing_or_wrong_key_is_403(desk: Desk, form: str) -> None:
    before = await desk.counts()
    is_error(await desk.client.post(f"{V2}/requests.{form}", data=LAMP), 403, "api_key is required")
    for key in ("", "xyz", "jk_abcdef_" + "x" * 40, desk.key[:-1] + ("a" if desk.key[-1] != "a" else "b")):
        is_error(await posts(desk, form, **LAMP, api_key=key), 403, "api_key")
    async with desk.flat.store.work() as work:
        reading = await issue(work, "reader", frozenset({"cases:read"}), expires_at=None)
        over = await issue(work, "late", frozenset({"cases:write"}), expires_at=NOON)
    is_error(await posts(desk, form, **LAMP, api_key=reading), 403, "cases:write")
    is_error(await posts(desk, form, **LAMP, api_key=over), 403, "api_key")
    assert await desk.counts() == before


async def test_the_key_may_come_in_the_header(desk: Desk) -> None:
    answer = await desk.client.post(f"{V2}/requests.json", data=LAMP, headers={"X-Api-Key": desk.key})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"attribute[LAMPS_OUT]": ""}, 400, "attribute[LAMPS_OUT]: this attribute is required"),
        ({"attribute[LAMPS_OUT]": "many"}, 400, "attribute[LAMPS_OUT]"),
        ({"attribute[COLOUR]": "red"}, 400, "attribute[COLOUR]"),
        ({"attribute[FAULTS][]": ["DARK", "GREEN"]}, 400, "attribute[FAULTS]"),
        ({"service_code": ""}, 400, "service_code is required"),
        ({"service_code": "unicorns"}, 404, "service_code"),
        ({"jurisdiction_id": "sfgov.org"}, 404, "jurisdiction_id"),
        ({"lat": "", "long": ""}, 400, "required: lat and long"),
        ({"lat": ""}, 400, "both longitude and latitude"),
        ({"lat": "31.2", "long": "121.5"}, 400, "outside the city"),
        ({"lat": "91"}, 400, "lat: "),
        ({"long": "nan"}, 400, "long: "),
        ({"address_id": "999999"}, 400, "address_id: "),
        ({"phone": "call me"}, 400, "phone: "),
        ({"description": "x" * 4001}, 400, "description: "),
        ({"description": "a\x00b"}, 400, "description: "),
        ({"description": "a\x1bb"}, 400, "description: "),
        ({"lat": ["39.7", "39.8"]}, 400, "lat: is given twice"),
        ({f"attribute[A{n}]": "1" for n in range(1000)}, 400, "at most 200 fields"),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_what_cannot_be_taken_leaves_nothing(
    desk: Desk, change: dict[str, Any], status: int, said: str, form: str
) -> None:
    before = await desk.counts()
    answer = await posts(desk, form, **{**LAMP, **change})
    is_error(answer, status, said)
    assert await desk.counts() == before


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/json", b'{"service_code": "street_lamp"}', "application/x-www-form-urlencoded"),
        ("application/json", b'{"a": "\\ud800"}', "surrogate"),
        ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "form"),
        ("", b"api_key=x", "form"),
        ("application/x-www-form-urlencoded", b"description=%ED%A0%80", "UTF-8"),
        ("application/x-www-form-urlencoded", b"description=\xff\xfe", "UTF-8"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(1000)), "200 fields"),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 10_000_000, "1000000 bytes"),
        ("multipart/form-data", b"--x--", "boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense\r\n", "multipart/form-data"),
        ("multipart/form-data; boundary=x", _parts(1000), "Too many fields"),
        ("multipart/form-data; boundary=x; charset=klingon", _parts(1), "api_key"),
        ("multipart/form-data; boundary=x", _parts(1, b"a\x00b"), "control character"),
        ("multipart/form-data; boundary=x", _parts(1, b"x" * 70_000), "exceeded maximum size"),
        ("multipart/form-data; boundary=x", b"nonsense", "Invalid multipart"),
    ],
)
async def test_other_bodies_are_refused_cheaply(desk: Desk, kind: str, body: bytes, said: str) -> None:
    before = await desk.counts()
    headers = {"Content-Type": kind} if kind else {}
    answer = await desk.client.post(f"{V2}/requests.json", content=body, headers=headers)
    assert answer.status_code in (400, 403), answer.text
    assert said in answer.text
    assert await desk.counts() == before


async def test_multipart_is_taken_without_files_only(desk: Desk) -> None:
    fields = {name: (None, value) for name, value in {**LAMP, "api_key": desk.key}.items()}
    url = f"{V2}/requests.json"
    assert (await desk.client.post(url, files=fields)).status_code == 200
    before = await desk.counts()
    with_file = {**fields, "media": ("a.jpg", b"\xff\xd8\xff", "image/jpeg")}
    is_error(await desk.client.post(url, files=with_file), 400, "media: files are not taken here")
    assert await desk.counts() == before
    # A browser sends the field of a file nobody chose as a part without a name.
    empty = {**fields, "media": ("", b"", "application/octet-stream")}
    assert (await desk.client.post(url, files=empty)).status_code == 200


async def test_the_same_key_and_form_are_the_same_request(desk: Desk) -> None:
    headers = {"Idempotency-Key": "open311-once"}
    first = await posts(desk, headers=headers, **LAMP)
    again = await posts(desk, headers=headers, **LAMP)
    assert first.content == again.content
    assert again.headers["content-type"] == "application/json; charset=utf-8"
    is_error(await posts(desk, headers=headers, **{**LAMP, "lat": "39.8"}), 400, "Idempotency-Key")


async def test_a_media_url_that_is_not_kept_is_said_so(desk: Desk) -> None:
    answer = await posts(desk, **LAMP, media_url="http://p.test/1.jpg", headers={"Accept-Language": "en"})
    assert "media_url was not kept" in answer.json()[0]["service_notice"]


async def test_discovery_tells_the_address_that_was_set(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.flat.settings, "public_url", "https://12345.example.org/")
    found = (await desk.client.get("/open311/discovery.json", headers={"Host": "evil"})).json()
    assert found["endpoints"][0]["url"] == f"https://12345.example.org{V2}"
