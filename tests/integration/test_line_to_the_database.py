"""F13, F15, F16: the database is silent, far, cut off or full: reports are refused for a moment, and each is
registered once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from services.intake.app import SERVICE
from shared.service import flat_of, let_go
from shared.store import engine
from tests.integration.intake_desk import Desk, intake_desk
from tests.kit.line import Line, line_to
from tests.kit.people import eventually

pytestmark = pytest.mark.postgres
MANY = 6
AT_REST = "SELECT count(*) AS n FROM cases"
FULL_DISK = """
CREATE FUNCTION intake.no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON intake.event_log FOR EACH ROW EXECUTE FUNCTION intake.no_room()
"""
ROOM = "DROP FUNCTION intake.no_room() CASCADE"


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Intake at the database itself, to see what is there."""
    async with intake_desk(database, tmp_path_factory.mktemp("line-keys")) as desk:
        yield desk


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[tuple[Line, int]]:
    url = make_url(desk.settings.database_url.get_secret_value())
    async with line_to(str(url.host), url.port or 0) as line:
        yield line


@pytest.fixture
async def far(
    desk: Desk, line: tuple[Line, int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The same intake at the end of a line, with little patience and few connections."""
    monkeypatch.setattr(engine, "POOL_WAIT", 1.0)
    monkeypatch.setattr(engine, "PATIENCE", 2.0)
    url = make_url(desk.settings.database_url.get_secret_value()).set(host="127.0.0.1", port=line[1])
    told = SecretStr(url.render_as_string(hide_password=False))
    settings = desk.settings.model_copy(update={"database_url": told, "database_pool": 2})
    flat = flat_of(SERVICE, settings, clock=desk.clock, city=desk.flat.city)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flat.app), base_url="http://intake") as client:
        # Known from here on, and connected; a new key each time, so that the statement was made there too.
        await eventually(lambda: reports(desk, client, [uuid4().hex]), until=all_taken, what="a first report")
        yield client
    await let_go(flat)


async def reports(desk: Desk, client: httpx.AsyncClient, keys: Sequence[str]) -> list[httpx.Response]:
    """Many at once, each under its key."""
    told = {"channel": "app", "kind": "complaint", "text": "路灯不亮。"}
    named = [{"X-Api-Key": desk.key, "Idempotency-Key": key} for key in keys]
    sent = [client.post("/v1/cases", json=told, headers=headers) for headers in named]
    async with asyncio.timeout(60):
        return await asyncio.gather(*sent)


async def test_no_requests_are_sent_to_a_release_whose_tables_are_not_there_yet(
    desk: Desk, far: httpx.AsyncClient, database: str
) -> None:
    admin = await asyncpg.connect(database)
    try:
        assert (await far.get("/health/ready")).json()["checks"]["tables"] == "ok"
        before = await admin.fetchval("SELECT version_num FROM intake.alembic_version")
        await admin.execute("UPDATE intake.alembic_version SET version_num = '0001'")
        answer = await far.get("/health/ready")
        assert (answer.status_code, answer.json()["failed"]) == (503, ["tables"])
        await admin.execute("UPDATE intake.alembic_version SET version_num = $1", before)
        assert (await far.get("/health/ready")).status_code == 200
    finally:
        await admin.close()


def keys_of(what: str) -> list[str]:
    return [f"{what}-{number}" for number in range(MANY)]


def all_refused(answers: Sequence[httpx.Response]) -> bool:
    """Each as a problem that says when to come again."""
    return refused(answers) == len(answers)


def refused(answers: Sequence[httpx.Response]) -> int:
    """How many were not taken; each of them as a problem that says when to come again."""
    others = [answer for answer in answers if answer.status_code != 201]
    for answer in others:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert int(answer.headers["retry-after"]) >= 1
    return len(others)


async def taken(desk: Desk, client: httpx.AsyncClient, keys: Sequence[str]) -> list[httpx.Response]:
    """Asked again until all are: with so little patience a busy machine is told to wait now and then."""
    return await eventually(lambda: reports(desk, client, keys), until=all_taken, what="every report taken")


def all_taken(answers: Sequence[httpx.Response]) -> bool:
    return {answer.status_code for answer in answers} == {201}


async def cases(desk: Desk) -> int:
    return int((await desk.rows(AT_REST))[0]["n"])


async def test_a_silent_database_is_not_waited_for_without_end(
    desk: Desk, far: httpx.AsyncClient, line: tuple[Line, int]
) -> None:
    before, keys = await cases(desk), keys_of("silent")
    line[0].fall_silent()
    lists = [far.get("/v1/cases", headers=desk.token("dispatcher")) for _ in range(MANY)]
    told, *told_of_lists = await asyncio.gather(reports(desk, far, keys), *lists)
    assert all_refused([*told, *told_of_lists])
    line[0].restore()
    await taken(desk, far, keys)
    assert await cases(desk) == before + MANY


async def test_an_answer_lost_between_database_and_intake_is_given_when_asked_again(
    desk: Desk, far: httpx.AsyncClient, line: tuple[Line, int]
) -> None:
    before, keys = await cases(desk), keys_of("lost")
    line[0].lose_answers()
    asking = asyncio.create_task(reports(desk, far, keys))
    await eventually(lambda: cases(desk), until=lambda n: n > before, what="the first commit")
    line[0].cut()
    line[0].restore()
    assert refused(await asking)
    answers = await taken(desk, far, keys)
    assert any("idempotent-replayed" in answer.headers for answer in answers)
    assert await cases(desk) == before + MANY


async def test_a_far_database_that_is_cut_off_again_and_again_keeps_each_report_once(
    desk: Desk, far: httpx.AsyncClient, line: tuple[Line, int]
) -> None:
    before, keys = await cases(desk), keys_of("far")
    line[0].delay = 0.15
    broken = 0
    for part in (keys[:3], keys):
        line[0].asked.clear()
        asking = asyncio.create_task(reports(desk, far, part))
        await line[0].asked.wait()
        line[0].cut()
        broken += refused(await asking)
    assert broken
    await taken(desk, far, keys)
    assert await cases(desk) == before + MANY


async def test_a_full_disk_is_told_and_leaves_nothing_half_written(desk: Desk, database: str) -> None:
    """As the database says it; what it does itself when it cannot write its own log is its own affair."""
    admin, keys = await asyncpg.connect(database), keys_of("full")
    before = await desk.counts()
    await admin.execute(FULL_DISK)
    assert all_refused(await reports(desk, desk.client, keys))
    assert await desk.counts() == before
    await admin.execute(ROOM)
    await admin.close()
    assert all_taken(await reports(desk, desk.client, keys))
    assert (await desk.counts())["cases"] == before["cases"] + MANY
