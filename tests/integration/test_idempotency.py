"""The same request, sent again, is done once and answered the same; on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Response
from sqlalchemy import Column, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.http import answers
from shared.http.answers import Answer
from shared.http.idempotency import OnceOnly
from shared.http.wire import Wire
from shared.kernel.errors import Conflict
from shared.store.engine import make_engine
from shared.store.tables import service_metadata
from tests.kit.http_door import Issuer, an_app, an_auth, client, is_problem


class Wish(Wire):
    text: str


@dataclass
class Knock:
    connection: AsyncConnection


NAMED = {"Location": "/v1/wishes/1", "ETag": '"1"', "X-Other": "not kept"}


@dataclass
class House:
    """A door with one room behind it: wishes are written down."""

    engine: AsyncEngine
    inside: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    refuse: bool = False

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Knock]:
        async with self.engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '300ms'"))
            yield Knock(connection)

    def routes(self) -> APIRouter:
        routes = APIRouter(prefix="/v1")

        @routes.post("/wishes", status_code=201, response_model=Wish)
        async def wish(wanted: Wish, once: OnceOnly) -> Response:
            async with self.work() as work:
                return await once(work, status=201, answer=lambda: self.write(work, wanted), headers=NAMED)

        return routes

    async def write(self, work: Knock, wanted: Wish) -> Wish:
        await work.connection.execute(text("INSERT INTO wishes VALUES (:t)"), {"t": wanted.text})
        if wanted.text == "slow":
            self.inside.set()
            await self.go_on.wait()
        if self.refuse:
            raise Conflict("not now")
        return wanted

    async def wishes(self) -> list[str]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text("SELECT text FROM wishes ORDER BY 1"))).scalars())


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    """The tables, empty."""
    engine = make_engine(database, pool=8, application_name="test")
    metadata = service_metadata()
    Table("wishes", metadata, Column("text", Text))
    mine = MetaData()
    for name in ("idempotency", "wishes"):
        metadata.tables[name].to_metadata(mine)
    async with engine.begin() as connection:
        await connection.run_sync(mine.drop_all)
        await connection.run_sync(mine.create_all)
    yield House(engine)
    await engine.dispose()


async def _wish(
    house: House, words: str = "a lamp", key: str | None = "k1", http: httpx.AsyncClient | None = None
) -> httpx.Response:
    headers = {b"Idempotency-Key": key.encode("latin-1")} if key is not None else {}
    async with client(an_app(house.routes())) as own:
        return await (http or own).post("/v1/wishes", json={"text": words}, headers=headers)


async def test_the_same_request_is_done_once_and_answered_the_same(house: House) -> None:
    first, second = await _wish(house), await _wish(house)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for header in ("content-type", "location", "etag"):
        assert first.headers[header] == second.headers[header]
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await house.wishes() == ["a lamp"]


async def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    await _wish(house)
    problem = is_problem(await _wish(house, "a bench"), 422, "idempotency_key_reused")
    assert problem["errors"][0]["field"] == "Idempotency-Key"
    assert await house.wishes() == ["a lamp"]


async def test_without_a_key_everything_is_done(house: House) -> None:
    await _wish(house, key=None)
    await _wish(house, key=None)
    assert await house.wishes() == ["a lamp", "a lamp"]


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\xe8\xb7\xaf", "a\tb"])
async def test_a_key_of_the_wrong_shape_is_refused(house: House, key: str) -> None:
    is_problem(await _wish(house, key=key), 422, "malformed_key")
    assert await house.wishes() == []


async def test_the_longest_key_is_taken(house: House) -> None:
    assert (await _wish(house, key="a" * 255)).status_code == 201


async def test_two_callers_may_have_the_same_key(house: House) -> None:
    issuer = Issuer()
    async with client(an_app(house.routes(), auth=an_auth(issuer))) as http:
        for subject, words in (("p1", "a lamp"), ("p2", "a bench")):
            http.headers["Authorization"] = f"Bearer {issuer.token(subject=subject)}"
            assert (await _wish(house, words, http=http)).status_code == 201
    assert await house.wishes() == ["a bench", "a lamp"]


async def test_a_refusal_leaves_the_key_free(house: House) -> None:
    house.refuse = True
    is_problem(await _wish(house), 409, "conflict")
    house.refuse = False
    assert (await _wish(house)).status_code == 201
    assert await house.wishes() == ["a lamp"]


async def test_the_second_of_two_at_once_waits_for_the_first(house: House) -> None:
    first = asyncio.create_task(_wish(house, "slow"))
    await house.inside.wait()
    second = asyncio.create_task(_wish(house, "slow"))
    await _until_somebody_waits(house.engine)
    house.go_on.set()
    answers_given = await asyncio.gather(first, second)
    assert [answer.status_code for answer in answers_given] == [201, 201]
    assert [("idempotent-replayed" in answer.headers) for answer in answers_given] == [False, True]
    assert await house.wishes() == ["slow"]


async def test_who_waits_too_long_is_told_to_come_back(house: House) -> None:
    first = asyncio.create_task(_wish(house, "slow"))
    await house.inside.wait()
    second = await _wish(house, "slow")
    is_problem(second, 409, "same_request_under_way")
    assert second.headers["retry-after"] == "1"
    house.go_on.set()
    assert (await first).status_code == 201


async def test_when_the_first_fails_the_second_does_it(house: House) -> None:
    house.refuse = True
    first = asyncio.create_task(_wish(house, "slow"))
    await house.inside.wait()
    second = asyncio.create_task(_wish(house, "slow"))
    await _until_somebody_waits(house.engine)
    house.go_on.set()
    is_problem(await first, 409, "conflict")
    is_problem(await second, 409, "conflict")
    assert await house.wishes() == []


async def test_thirty_at_once_are_one(house: House) -> None:
    given = await asyncio.gather(*(_wish(house) for _ in range(30)))
    assert {answer.status_code for answer in given} <= {201, 409}
    assert await house.wishes() == ["a lamp"]


def _row(key: str, body: bytes = b"{}") -> Answer:
    return Answer("p1", key, b"f", 201, (("content-type", "application/json"),), body)


async def test_a_batch_is_written_in_one_statement_and_says_which_were_new(house: House) -> None:
    async with house.engine.begin() as connection:
        assert await answers.write(connection, [_row("a"), _row("b")]) == {("p1", "a"), ("p1", "b")}
        assert await answers.write(connection, [_row("c"), _row("b", b"other")]) == {("p1", "c")}
        found = await answers.read(connection, [("p1", "a"), ("p1", "b"), ("p2", "a")])
    assert found == {("p1", "a"): _row("a"), ("p1", "b"): _row("b")}


async def test_two_batches_with_the_same_keys_do_not_deadlock(house: House) -> None:
    async def batch(keys: list[str]) -> set[Any]:
        async with house.engine.begin() as connection:
            return await answers.write(connection, [_row(key) for key in keys])

    keys = [f"k{number:03}" for number in range(200)]
    written = await asyncio.gather(*(batch(keys[::step]) for step in (1, -1, 1, -1)))
    assert sum(len(pairs) for pairs in written) == len(keys)


WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def _until_somebody_waits(engine: AsyncEngine) -> None:
    async with asyncio.timeout(60), engine.connect() as connection:
        while not (await connection.execute(WAITING)).scalar_one():
            await connection.rollback()
