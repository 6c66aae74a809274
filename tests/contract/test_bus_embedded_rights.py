"""On the embedded engine a service's role may send, read, and move its own group only."""

import asyncio
import contextlib
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from shared.bus.embedded import EmbeddedBus, prepare
from shared.bus.embedded.link import Link
from shared.bus.embedded.records import ALLOCATE
from shared.bus.port import BusBusy, Message
from shared.events.topics import Topic
from shared.store.migrate import prepare as prepare_schema

pytestmark = pytest.mark.postgres
TOPIC = Topic("test.rights", 2, False, "key", "A test's own.")


@pytest.fixture(scope="module")
async def mason(database: str) -> str:
    """The address of a service role `mason`; another group, `potter`, has committed something."""
    await prepare_schema(database, "mason", "of-a-test")
    admin = await asyncpg.connect(database)
    await asyncio.gather(*(prepare_again(database) for _ in range(3)))
    await prepare(admin, ["mason"])
    await admin.execute("INSERT INTO bus.claim VALUES ('potter', 'test.rights', 0, $1, 7)", uuid4())
    await admin.close()
    bus = EmbeddedBus(database)
    await bus.create_topics([TOPIC])
    await bus.close()
    address = make_url(database).set(username="mason", password="of-a-test")
    return address.render_as_string(hide_password=False)


async def prepare_again(database: str) -> None:
    connection = await asyncpg.connect(database)
    await prepare(connection)
    await connection.close()


async def test_it_sends_reads_and_commits_for_its_own_group(mason: str) -> None:
    bus = EmbeddedBus(mason)
    await bus.producer().send([Message(TOPIC.name, b"k", b"1", ())])
    consumer = await bus.consumer("mason", [TOPIC.name], instance="1")
    [place] = [p for p in consumer.assigned() if await consumer.high_water(p)]
    assert await consumer.poll(place, wait=20)
    await consumer.commit({place: 1})
    assert (await bus.lag("mason", [TOPIC.name]))[place] == 0
    await consumer.close()
    await bus.close()


async def test_who_falls_silent_while_it_sends_holds_up_nobody(
    mason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than a busy machine keeps us waiting between two statements, shorter than the other's patience.
    monkeypatch.setattr("shared.bus.embedded.link.ABANDONED", 1.0)
    silent, other = Link(mason, connections=1), EmbeddedBus(mason)
    sent = False
    with contextlib.suppress(BusBusy):
        async with silent.connection() as connection, connection.transaction():
            for place in range(TOPIC.partitions):
                await connection.fetchrow(ALLOCATE, TOPIC.name, place, 1)
            async with asyncio.timeout(20):
                await other.producer().send([Message(TOPIC.name, b"k", b"2", ())])
                sent = True
    assert sent
    await silent.close()
    await other.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bus.record",
        "UPDATE bus.record SET value = NULL",
        "DELETE FROM bus.log",
        "UPDATE bus.log SET topic = 'x'",
        "DELETE FROM bus.claim",
        "TRUNCATE bus.member",
        "DROP TABLE bus.record",
        "CREATE TABLE bus.mine (a int)",
        "INSERT INTO bus.claim VALUES ('potter', 'test.rights', 1, NULL, 0)",
        "INSERT INTO bus.member VALUES ('potter', '1', gen_random_uuid(), '{}', now())",
    ],
)
async def test_everything_else_is_refused(mason: str, statement: str) -> None:
    connection = await asyncpg.connect(mason)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_another_group_can_be_neither_seen_nor_moved(mason: str, database: str) -> None:
    connection = await asyncpg.connect(mason)
    try:
        assert await connection.fetch("SELECT * FROM bus.claim WHERE \"group\" = 'potter'") == []
        assert (
            await connection.execute('UPDATE bus.claim SET "offset" = 0 WHERE "group" = \'potter\'')
            == "UPDATE 0"
        )
    finally:
        await connection.close()
    admin = await asyncpg.connect(database)
    assert await admin.fetchval('SELECT "offset" FROM bus.claim WHERE "group" = \'potter\'') == 7
    await admin.close()
