"""The store on a real Postgres: one knock is one transaction; batches cost a handful of statements."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from services.survey import handlers
from services.survey.domain import commands as do
from services.survey.domain.model import Survey
from services.survey.store import SurveyWork
from shared.bus.shards import dsn_of as address_of
from shared.kernel.clock import ShiftedClock
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, EventId, new_id
from shared.store import bulk, inbox, migrate
from shared.store.busy import is_busy
from shared.store.engine import make_engine
from shared.store.outbox import SHARDS, shard_of
from shared.store.repository import VersionMoved
from shared.store.work import Store
from tests.kit.city import beijing
from tests.kit.flats import PASSWORD, SERVICES, dsn_of, furnish

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
async def dsn(database: str) -> str:
    await furnish(database, ["survey", "grid"])
    return dsn_of(database, "survey")


@pytest.fixture
async def store(dsn: str) -> AsyncIterator[Store[SurveyWork]]:
    engine = make_engine(dsn, pool=5, application_name="tests")
    yield Store(SurveyWork, engine, clock=ShiftedClock(timedelta), city=beijing())
    await engine.dispose()


async def rows(store: Store[SurveyWork], query: str, *arguments: Any) -> list[Any]:
    async with store.read() as connection:
        return list(await connection.exec_driver_sql(query, arguments))


def a_case() -> CaseId:
    return CaseId(new_id())


async def a_case_in(store: Store[SurveyWork], case_id: CaseId) -> None:
    async with store.work() as work:
        await handlers.note_case(work, do.NoteCase(case_id, has_phone=True))


async def test_state_and_facts_commit_together_and_count_from_one(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    await a_case_in(store, case_id)
    async with store.work() as work:
        await handlers.schedule(work, case_id)
    async with store.work() as work:
        await handlers.cancel(work, case_id, joined_go_on=False)
    said = await rows(
        store,
        "SELECT type, sequence, key, aggregatetype FROM event_log WHERE aggregateid = $1 ORDER BY sequence",
        str(case_id),
    )
    assert [tuple(row) for row in said] == [
        ("jiesu.callback.scheduled.v1", 1, str(case_id), "survey"),
        ("jiesu.callback.cancelled.v1", 2, str(case_id), "survey"),
    ]
    unsent = await rows(
        store,
        "SELECT o.shard FROM outbox o JOIN event_log e USING (recorded_at, id) WHERE e.key = $1",
        str(case_id),
    )
    assert [row[0] for row in unsent] == [shard_of(str(case_id))] * 2
    assert 0 <= shard_of(str(case_id)) < SHARDS


async def test_a_knock_that_fails_leaves_nothing(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    store.committed.clear()
    with pytest.raises(RuntimeError, match="after all"):
        async with store.work() as work:
            await handlers.note_case(work, do.NoteCase(case_id, has_phone=True))
            await handlers.schedule(work, case_id)
            await work.flush()
            raise RuntimeError("not after all")
    assert await rows(store, "SELECT 1 FROM surveys WHERE case_id = $1", case_id) == []
    assert await rows(store, "SELECT 1 FROM event_log WHERE key = $1", str(case_id)) == []
    assert not store.committed.is_set()


async def test_what_a_knock_held_goes_with_it(store: Store[SurveyWork]) -> None:
    gc.disable()
    try:
        async with store.work() as work:
            await handlers.note_case(work, do.NoteCase(a_case(), has_phone=True))
            held = weakref.ref(work.surveys)
        assert held() is None, "what only the collector frees stays as long as a batch of the next ones"
    finally:
        gc.enable()


async def test_the_relay_is_woken_by_a_commit_that_said_something(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    await a_case_in(store, case_id)
    assert not store.committed.is_set()
    async with store.work() as work:
        await handlers.schedule(work, case_id)
    assert store.committed.is_set()


async def test_an_aggregate_comes_back_as_it_was_kept(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    await a_case_in(store, case_id)
    async with store.work() as work:
        await handlers.schedule(work, case_id)
        kept = await work.surveys.get(case_id)
    async with store.work() as work:
        assert await work.surveys.get(case_id) == kept
        assert await work.surveys.with_callback(kept.rounds[0].callback_id) == kept


async def test_two_knocks_on_one_aggregate_wait_for_each_other(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    await a_case_in(store, case_id)
    entered = asyncio.Event()

    async def second() -> Survey:
        await entered.wait()
        async with store.work() as work:
            await handlers.cancel(work, case_id, joined_go_on=False)
            return await work.surveys.get(case_id)

    waiting = asyncio.create_task(second())
    async with store.work() as work:
        await work.surveys.get(case_id)
        entered.set()
        await _until_somebody_waits(store)
        await handlers.schedule(work, case_id)
    assert [one.state for one in (await waiting).rounds] == ["cancelled"]


async def _until_somebody_waits(store: Store[SurveyWork]) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(60):
        while not (await rows(store, query))[0][0]:
            await asyncio.sleep(0)


async def test_a_state_decided_on_another_version_is_refused(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    await a_case_in(store, case_id)
    async with store.work() as work:
        await work.surveys.get(case_id)
        with pytest.raises(VersionMoved):
            await work.surveys.keep(Decision(Survey(case_id, True, version=7)))


async def test_two_first_writers_of_one_aggregate_do_not_both_win(store: Store[SurveyWork]) -> None:
    case_id = a_case()
    with pytest.raises(VersionMoved):
        async with store.work() as late:
            assert await late.surveys.find(case_id) is None
            await a_case_in(store, case_id)
            await handlers.note_case(late, do.NoteCase(case_id, has_phone=False))
    async with store.work() as work:
        assert (await work.surveys.get(case_id)).has_phone


async def test_a_batch_costs_as_many_statements_as_one(store: Store[SurveyWork]) -> None:
    await _statements(store, 1)  # What a new session asks about types is asked once.
    assert await _statements(store, 200) == await _statements(store, 1)


async def _statements(store: Store[SurveyWork], count: int) -> int:
    cases = [a_case() for _ in range(count)]
    async with _counted(store) as made:
        async with store.work() as work:
            await inbox.accept(work.connection, "survey", [EventId(new_id()) for _ in cases])
            await work.surveys.preload(cases)
            for case_id in cases:
                await handlers.note_case(work, do.NoteCase(case_id, has_phone=True))
                await handlers.schedule(work, case_id)
        assert len(made) > 0
    found = await rows(store, "SELECT count(*) FROM callbacks WHERE case_id = ANY($1)", cases)
    assert found[0][0] == count
    return len(made)


@asynccontextmanager
async def _counted(store: Store[SurveyWork]) -> AsyncIterator[list[str]]:
    """Every statement, whichever way it goes to the driver."""
    made: list[str] = []

    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        made.append(statement)

    def listen(lent: Any, *_: Any) -> None:
        lent.driver_connection.add_query_logger(heard)

    async def heard(query: Any) -> None:
        made.append(query.query)

    event.listen(store.engine.sync_engine, "before_cursor_execute", count)
    event.listen(store.engine.sync_engine, "checkout", listen)
    yield made
    await asyncio.sleep(0)
    event.remove(store.engine.sync_engine, "before_cursor_execute", count)
    event.remove(store.engine.sync_engine, "checkout", listen)


async def test_both_ways_to_a_statement_stand_in_one_transaction(store: Store[SurveyWork]) -> None:
    heard = EventId(uuid4())
    with pytest.raises(RuntimeError, match="after all"):
        async with store.work() as work:
            await inbox.accept(work.connection, "survey", [heard])
            counted = text("SELECT count(*) FROM inbox WHERE event_id = :heard")
            assert (await work.connection.execute(counted, {"heard": heard})).scalar_one() == 1
            await work.connection.execute(text("DELETE FROM outbox"))
            raise RuntimeError("not after all")
    assert await rows(store, "SELECT 1 FROM inbox WHERE event_id = $1", heard) == []


async def test_sessions_the_database_ended_are_replaced(store: Store[SurveyWork]) -> None:
    async with store.read(), store.read():
        pass
    await _end_sessions(store)
    for _ in range(3):
        await a_case_in(store, a_case())


async def test_a_session_that_dies_in_a_knock_is_not_lent_again(store: Store[SurveyWork]) -> None:
    with pytest.raises(Exception) as failed:
        async with store.work() as work:
            await _end_sessions(store)
            await work.surveys.find(a_case())
    assert is_busy(failed.value)
    await a_case_in(store, a_case())


async def test_a_knock_broken_off_while_it_begins_spoils_no_later_one(store: Store[SurveyWork]) -> None:
    """The driver took every later knock on that session for a part of it: refused, or never committed."""
    onlooker: Any = await asyncpg.connect(address_of(store.engine))  # type: ignore[no-untyped-call]
    for turns in range(100):
        knocking = asyncio.create_task(a_case_in(store, a_case()))
        for _ in range(turns):
            await asyncio.sleep(0)
        knocking.cancel()
        await asyncio.wait([knocking])
        kept = a_case()
        await a_case_in(store, kept)
        assert await onlooker.fetchval("SELECT count(*) FROM surveys WHERE case_id = $1", kept) == 1
    await onlooker.close()


async def _end_sessions(store: Store[SurveyWork]) -> None:
    """As a restart of the database does; returns when the other ends have noticed."""
    admin: Any = await asyncpg.connect(address_of(store.engine))  # type: ignore[no-untyped-call]
    try:
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name = 'tests'"
        )
    finally:
        await admin.close()
    await asyncio.sleep(0)


async def test_a_violated_rule_is_told_as_ever(store: Store[SurveyWork]) -> None:
    row = {"case_id": a_case(), "has_phone": True, "rounds": "[]", "joined": "[]", "handled": False}
    with pytest.raises(IntegrityError, match="pk_surveys"):
        async with store.work() as work:
            await bulk.insert(work.connection, work.surveys.TABLE, [{**row, "version": 0}] * 2)


async def test_the_inbox_knows_what_was_heard(store: Store[SurveyWork]) -> None:
    first, second = EventId(uuid4()), EventId(uuid4())
    async with store.work() as work:
        assert await inbox.accept(work.connection, "survey", [first]) == {first}
    async with store.work() as work:
        assert await inbox.accept(work.connection, "survey", [first, second]) == {second}
        assert await inbox.accept(work.connection, "another", [first]) == {first}


@pytest.mark.parametrize("name", SERVICES)
async def test_tables_and_migrations_say_the_same(database: str, name: str) -> None:
    from deploy.commands.migrate import schema_of

    await furnish(database, [name])
    await asyncio.to_thread(lambda: asyncio.run(migrate.check(dsn_of(database, name), schema_of(name))))


NEIGHBOUR = [
    "SELECT * FROM survey.surveys",
    "INSERT INTO survey.outbox (shard, id) VALUES (0, gen_random_uuid())",
    "UPDATE survey.surveys SET has_phone = true",
    "CREATE TABLE survey.mine (id int)",
    "DROP TABLE survey.surveys",
    "SET ROLE survey",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
]


@pytest.mark.parametrize("statement", NEIGHBOUR)
async def test_a_service_cannot_touch_its_neighbours_schema(database: str, dsn: str, statement: str) -> None:
    connection: Any = await asyncpg.connect(dsn_of(database, "grid"))  # type: ignore[no-untyped-call]
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_wrong_password_does_not_enter(database: str, dsn: str) -> None:
    wrong = dsn.replace(PASSWORD, "guessed")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)  # type: ignore[no-untyped-call]


async def test_who_waits_for_a_session_is_not_overtaken_by_who_comes_again(store: Store[SurveyWork]) -> None:
    served = dict.fromkeys(range(20), 0)
    ahead: list[int] = []

    async def asks(name: int) -> None:
        for _ in range(20):
            async with store.read() as connection:
                served[name] += 1
                ahead.append(served[name] - min(served.values()))
                await connection.exec_driver_sql("SELECT 1")

    await asyncio.gather(*map(asks, served))
    # One that has its turn, and one that has it but whose session is still being looked at.
    assert max(ahead) <= 2
