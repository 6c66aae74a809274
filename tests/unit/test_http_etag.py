"""A change says which version it saw."""

import pytest
from fastapi import APIRouter, Response

from shared.http.etag import IfMatch, Seen, parse_if_match, tag
from shared.http.refusals import MalformedTag, VersionMoved
from tests.kit.http_door import an_app, client, is_problem


def _orders(current: int) -> APIRouter:
    routes = APIRouter()

    @routes.post("/orders/{number}:sign")
    async def sign(number: int, if_match: IfMatch, response: Response) -> int:
        if_match.check(current)
        tag(response, current + 1)
        return number

    return routes


async def test_the_version_that_was_seen_is_taken() -> None:
    async with client(an_app(_orders(3))) as http:
        for written in ('"3"', "*", '"2", "3"', ' "3" '):
            answer = await http.post("/orders/1:sign", headers={"If-Match": written})
            assert answer.status_code == 200
            assert answer.headers["etag"] == '"4"'


async def test_another_version_is_stale() -> None:
    async with client(an_app(_orders(3))) as http:
        for written in ('"2"', 'W/"3"', '"x"', '"03x"', '""'):
            problem = is_problem(
                await http.post("/orders/1:sign", headers={"If-Match": written}), 412, "version_moved"
            )
            assert problem["version"] == 3


async def test_no_version_is_a_428() -> None:
    async with client(an_app(_orders(3))) as http:
        is_problem(await http.post("/orders/1:sign"), 428, "version_not_named")


@pytest.mark.parametrize("written", ["3", "'3'", '"3', '"3" "4"', "", '"3",', '*, "3"'])
async def test_what_is_no_tag_is_refused(written: str) -> None:
    with pytest.raises(MalformedTag):
        parse_if_match(written)


async def test_a_malformed_tag_names_its_header() -> None:
    async with client(an_app(_orders(3))) as http:
        answer = await http.post("/orders/1:sign", headers={"If-Match": "3"})
    assert is_problem(answer, 422, "malformed_tag")["errors"][0]["field"] == "If-Match"


def test_a_star_matches_whatever_it_is_now() -> None:
    Seen(None).check(7)
    with pytest.raises(VersionMoved):
        Seen(frozenset({6})).check(7)
