"""What Open311's clients are refused: 400, 403 and 404 in both formats, and nothing is left behind."""

from typing import Any

import httpx
import pytest

from services.intake.app import SERVICE
from services.intake.store.api_keys import issue
from shared.service import flat_of, let_go
from tests.integration.intake_desk import NOON, Desk, desk, house
from tests.integration.open311_desk import LAMP, V2, is_error, parts, posts

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


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
        ("multipart/form-data; boundary=x", parts(1000), "Too many fields"),
        ("multipart/form-data; boundary=x; charset=klingon", parts(1), "api_key"),
        ("multipart/form-data; boundary=x", parts(1, b"a\x00b"), "control character"),
        ("multipart/form-data; boundary=x", parts(1, b"x" * 70_000), "exceeded maximum size"),
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


async def test_whoever_reads_without_a_key_is_counted_by_where_they_come_from(desk: Desk) -> None:
    """One address's minute is used up; another reads on, and who reports is counted by the key alone."""
    settings = desk.settings.model_copy(update={"open311_rate_limit_per_minute": 3})
    flat = flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)
    ways = [httpx.ASGITransport(flat.app, client=(address, 1)) for address in ("192.0.2.1", "192.0.2.2")]
    paths = [f"{V2}/services.json", f"{V2}/requests.xml", f"{V2}/tokens/1.json", f"{V2}/requests.xml"]
    async with (
        httpx.AsyncClient(transport=ways[0], base_url="http://intake") as busy,
        httpx.AsyncClient(transport=ways[1], base_url="http://intake") as other,
    ):
        answers = [await busy.get(path) for path in paths]
        reported = await busy.post(f"{V2}/requests.json", data={"api_key": desk.key, **LAMP})
        others = await other.get(f"{V2}/requests.xml")
    await let_go(flat)
    assert [answer.status_code for answer in answers] == [200, 200, 404, 429]
    is_error(answers[3], 429, "at most 3 requests a minute")
    assert 0 < int(answers[3].headers["retry-after"]) <= 20
    assert (reported.status_code, others.status_code) == (200, 200)
