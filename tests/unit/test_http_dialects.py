"""A foreign protocol below one path writes its own errors; everywhere else they are problem documents."""

from fastapi import APIRouter, FastAPI, Request, Response

from shared.http.app import make_app
from shared.http.auth import Auth
from shared.http.callers import Caller
from shared.http.idempotency import Fingerprints
from shared.http.openapi import OWN_ERRORS
from shared.http.paging import Cursors
from shared.http.problems import Problem
from tests.kit.http_door import client, is_problem


def spoken(problem: Problem, path: str) -> Response:
    return Response(f"{problem.status} at {path}", 418, media_type="text/plain")


def a_bilingual_app() -> FastAPI:
    routes = APIRouter()

    @routes.post("/foreign/things", openapi_extra={OWN_ERRORS: True})
    async def take(request: Request) -> Response:
        await request.body()
        raise RuntimeError("13800138000")

    async def nobody(_: str) -> Caller:
        raise AssertionError

    return make_app(
        "test",
        "1",
        [routes],
        service="test",
        auth=Auth(nobody),
        cursors=Cursors(b"k" * 32),
        fingerprints=Fingerprints(b"f" * 32),
        dialects={"/foreign/": spoken},
    )


async def test_the_door_the_routes_and_bugs_answer_in_the_dialect() -> None:
    async with client(a_bilingual_app()) as http:
        unknown = await http.get("/foreign/nothing")
        wrong = await http.delete("/foreign/things")
        nul = await http.get("/foreign/things?a=%00")
        large = await http.post("/foreign/things", content=b"x" * 1_000_001)
        bug = await http.post("/foreign/things", content=b"x")
        is_problem(await http.get("/else"), 404, "not_found")
    assert [answer.text for answer in (unknown, wrong, nul, large, bug)] == [
        "404 at /foreign/nothing",
        "405 at /foreign/things",
        "422 at /foreign/things",
        "413 at /foreign/things",
        "500 at /foreign/things",
    ]
    assert {answer.status_code for answer in (unknown, wrong, nul, large, bug)} == {418}


async def test_a_foreign_operation_has_no_problems_in_the_description() -> None:
    async with client(a_bilingual_app()) as http:
        described = (await http.get("/openapi.json")).json()["paths"]["/foreign/things"]["post"]
    assert OWN_ERRORS not in described
    assert "application/problem+json" not in str(described)
    assert "HTTPValidationError" not in str(described)
