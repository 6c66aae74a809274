"""A cursor leads on in its own list, and nowhere else."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st

from shared.http.paging import Asked, Cursors, Key, Page
from shared.http.refusals import MalformedCursor
from tests.kit.http_door import an_app, client, is_problem

NUMBERS = range(1, 126)


def _list(path: str) -> APIRouter:
    routes = APIRouter()

    @routes.get(path)
    async def numbers(asked: Asked, odd: bool = False) -> Page[int]:
        after = asked.after[0] if asked.after else 0
        assert isinstance(after, int)
        rows: Sequence[int] = [n for n in NUMBERS if n > after and (n % 2 or not odd)][: asked.fetch]
        return asked.page(rows, position=lambda n: (n,), item=lambda n: n)

    return routes


def _http() -> httpx.AsyncClient:
    return client(an_app(_list("/numbers"), _other()))


def _other() -> APIRouter:
    routes = APIRouter()

    @routes.get("/others")
    async def others(asked: Asked) -> Page[int]:
        return asked.page([], position=lambda n: (n,), item=lambda n: n)

    return routes


async def test_following_the_cursor_gives_every_row_once() -> None:
    found: list[int] = []
    cursor: str | None = None
    async with _http() as http:
        while True:
            page = (
                await http.get("/numbers", params={"limit": 30, **({"cursor": cursor} if cursor else {})})
            ).json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
    assert found == list(NUMBERS)


async def test_the_last_full_page_has_no_next() -> None:
    async with _http() as http:
        assert (await http.get("/numbers?limit=125")).json()["next"] is None
        assert (await http.get("/numbers?limit=124")).json()["next"] is not None


async def test_fifty_are_given_when_nobody_says_how_many() -> None:
    async with _http() as http:
        assert len((await http.get("/numbers")).json()["items"]) == 50


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
async def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    async with _http() as http:
        problem = is_problem(await http.get(f"/numbers?limit={limit}"), 422, "invalid")
    assert problem["errors"][0]["field"] == "limit"


async def test_a_cursor_of_another_query_is_refused() -> None:
    async with _http() as http:
        cursor = (await http.get("/numbers?limit=10")).json()["next"]
        assert (await http.get(f"/numbers?limit=20&cursor={cursor}")).status_code == 200
        for address in ("/numbers?odd=true", "/others?"):
            problem = is_problem(await http.get(f"{address}&cursor={cursor}"), 422, "malformed_cursor")
            assert problem["errors"][0]["field"] == "cursor"


async def test_a_cursor_that_was_touched_is_refused() -> None:
    async with _http() as http:
        cursor = (await http.get("/numbers?limit=10")).json()["next"]
        raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        raw[-2] ^= 1
        touched = base64.urlsafe_b64encode(bytes(raw)).decode()
        for bad in (touched, "", "abc", "!", "路", "a" * 1000, cursor[:-2]):
            answer = await http.get("/numbers", params={"cursor": bad})
            is_problem(answer, 422, "malformed_cursor")


KEYS = st.one_of(
    st.text(), st.integers(-(2**53), 2**53), st.none(), st.booleans(), st.uuids(),
    st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


@given(st.lists(KEYS, max_size=3).map(tuple), st.binary())
def test_what_a_cursor_holds_comes_back_as_it_was(position: tuple[Key, ...], query: bytes) -> None:
    cursors = Cursors(b"s" * 32)
    assert cursors.read(cursors.write(position, query=query), query=query) == position


def test_a_cursor_of_another_secret_is_refused() -> None:
    cursor = Cursors(b"a" * 32).write((datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)), query=b"q")
    with pytest.raises(MalformedCursor):
        Cursors(b"b" * 32).read(cursor, query=b"q")
