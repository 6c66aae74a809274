"""What every service's app does around its routes: causes, headers, one line, metrics, a description."""

import json
import re
from threading import get_ident
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from structlog.testing import capture_logs

from shared.http.app import request_cause
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import IfMatch
from shared.http.paging import Asked, Page
from tests.kit.http_door import Report, an_app, client, is_problem

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CHAIN = "0193a000-0000-7000-8000-000000000001"


def _routes() -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.get("/cause")
    async def cause(request: Request) -> dict[str, Any]:
        found = request_cause(request)
        return {"id": found.causation_id, "chain": found.correlation_id, "trace": found.traceparent}

    @routes.get("/links/{secret}")
    async def link(secret: str) -> Response:
        return Response("<html>", headers={"Content-Security-Policy": "default-src 'self'"})

    @routes.post("/orders/{number}:sign")
    async def sign(
        number: int, report: Report, if_match: IfMatch, caller: Annotated[Caller, allow(Role.UNIT)]
    ) -> int:
        return number

    @routes.get("/orders")
    async def orders(asked: Asked) -> Page[Report]:
        return asked.page([], position=lambda _r: (), item=lambda r: r)

    @routes.get("/broken")
    async def broken(word: str) -> None:
        raise RuntimeError("caller 13800138000 said a secret")

    return routes


async def test_a_request_is_the_cause_of_what_follows() -> None:
    headers = {"X-Correlation-Id": CHAIN, "traceparent": TRACE}
    async with client(an_app(_routes())) as http:
        answer = await http.get("/v1/cause", headers=headers)
    cause = answer.json()
    assert UUID(cause["id"]).version == 7
    assert cause["chain"] == CHAIN == answer.headers["x-correlation-id"]
    assert cause["id"] == answer.headers["x-request-id"]
    assert cause["trace"] == answer.headers["traceparent"] != TRACE
    assert cause["trace"].split("-")[1] == TRACE.split("-")[1]


@pytest.mark.parametrize(
    "name", ["", "x", "13800138000", "call-13800138000", "a b c d e f", "a" * 65, "{}[]<>\"'"]
)
async def test_a_chain_with_a_strange_name_begins_anew(name: str) -> None:
    async with client(an_app(_routes())) as http:
        answer = await http.get("/v1/cause", headers={"X-Correlation-Id": name, "traceparent": name})
    assert answer.json()["chain"] == answer.json()["id"]
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", answer.json()["trace"])


async def test_problems_carry_the_same_headers_as_answers() -> None:
    async with client(an_app(_routes())) as http:
        for path in ("/v1/cause", "/nowhere", "/v1/broken?word=x", "/v1/cause?a=%00"):
            answer = await http.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert UUID(answer.headers["x-request-id"])


async def test_a_page_may_name_its_own_policy() -> None:
    async with client(an_app(_routes())) as http:
        answer = await http.get("/v1/links/abc")
    assert answer.headers["content-security-policy"] == "default-src 'self'"


async def test_the_log_has_the_template_and_nothing_the_caller_wrote() -> None:
    with capture_logs() as lines:
        async with client(an_app(_routes())) as http:
            await http.get("/v1/links/SECRET?phone=13800138000")
            await http.get("/v1/broken?word=SECRET")
            await http.get("/SECRET")
            await http.post("/v1/links/SECRET")
    told = [(line["route"], line["status"]) for line in lines if line["event"] == "request"]
    assert told == [
        ("/v1/links/{secret}", 200),
        ("/v1/broken", 500),
        ("unmatched", 404),
        ("/v1/links/{secret}", 405),
    ]
    assert "SECRET" not in repr(lines)
    assert "13800138000" not in repr(lines)


async def test_a_bug_is_logged_with_its_traceback() -> None:
    with capture_logs() as lines:
        async with client(an_app(_routes())) as http:
            is_problem(await http.get("/v1/broken?word=x"), 500, "internal_error")
    (bug,) = [line for line in lines if line["event"] == "bug"]
    assert "RuntimeError" in bug["exception"]
    assert "in broken" in bug["exception"]


async def test_requests_are_counted_by_template() -> None:
    async with client(an_app(_routes())) as http:
        await http.get("/v1/links/one")
        await http.get("/v1/links/two")
        await http.request("BREW", "/nowhere")
        scraped = (await http.get("/metrics")).text
    assert re.search(r'jiesu_http_requests_total\{[^}]*route="/v1/links/\{secret\}"[^}]*\} [2-9]', scraped)
    assert 'method="OTHER"' in scraped
    assert "/v1/links/one" not in scraped
    assert "BREW" not in scraped


def _document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def _operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {op["operationId"]: op for item in document["paths"].values() for op in item.values()}


def test_every_operation_describes_its_problems() -> None:
    for operation in _operations(_document(an_app(_routes()))).values():
        problems = {s: r for s, r in operation["responses"].items() if s == "default" or s >= "400"}
        assert {"400", "422", "429", "500", "503", "default"} <= set(problems)
        for response in problems.values():
            assert list(response["content"]) == ["application/problem+json"]


def test_what_an_operation_asks_for_decides_its_problems() -> None:
    operations = _operations(_document(an_app(_routes())))
    sign, orders = operations["sign"], operations["orders"]
    assert {"401", "403", "404", "409", "412", "413", "415", "428"} <= set(sign["responses"])
    assert not {"401", "412", "413", "428"} & set(orders["responses"])
    (if_match,) = [p for p in sign["parameters"] if p["name"] == "If-Match"]
    assert if_match["required"]
    assert "WWW-Authenticate" in sign["responses"]["401"]["headers"]


def test_operations_are_named_by_verbs_and_say_who_may() -> None:
    document = _document(an_app(_routes()))
    assert {"cause", "link", "sign", "orders", "live", "ready"} <= set(_operations(document))
    assert _operations(document)["sign"]["security"] == [{"bearer": ["unit"]}, {"apiKey": ["unit"]}]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "apiKey"}
    assert "security" not in _operations(document)["orders"]


def test_nothing_of_fastapi_s_own_errors_is_left() -> None:
    written = json.dumps(_document(an_app(_routes())))
    assert "ValidationError" not in written
    assert "#/components/schemas/Problem" in written


def test_the_description_of_a_body_is_as_strict_as_the_door() -> None:
    report = _document(an_app(_routes()))["components"]["schemas"]["Report"]
    assert report["additionalProperties"] is False
    assert report["properties"]["text"]["pattern"] == r"^[^\x00]*$"


async def test_the_description_is_served_and_made_beside_the_loop() -> None:
    app, makers = an_app(_routes()), list[int]()
    whole = app.openapi

    def made() -> dict[str, Any]:
        makers.append(get_ident())
        return whole()

    app.openapi = made  # type: ignore[method-assign]
    async with client(app) as http:
        for _ in range(2):
            assert (await http.get("/openapi.json")).json() == json.loads(json.dumps(whole()))
    assert len(makers) == 1
    assert makers[0] != get_ident()


def test_what_a_service_brings_is_in_the_state() -> None:
    assert an_app(state={"flat": "the flat"}).state.flat == "the flat"
