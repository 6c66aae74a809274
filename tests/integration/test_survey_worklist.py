"""The worklist on a large day: ten thousand callbacks due at once, twenty callers, and none given twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.survey import handlers
from services.survey.domain.model import RoundState
from services.survey.domain.policy.calling import LEASE
from services.survey.store import queries
from shared.kernel.ids import new_id
from tests.integration.survey_desk import NOON, Desk, survey_desk

pytestmark = pytest.mark.postgres
MANY, CALLERS = 10_000, 20


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with survey_desk(database, tmp_path_factory.mktemp("survey-keys")) as desk:
        yield desk


async def like(desk: Desk, database: str, callback_id: str, many: int) -> None:
    """So many callbacks more like this one, each due a second after the other, as rows in bulk."""
    survey = (
        await desk.rows(
            "SELECT * FROM surveys WHERE case_id = (SELECT case_id FROM callbacks WHERE callback_id = :id)",
            id=UUID(callback_id),
        )
    )[0]
    row = (await desk.rows("SELECT * FROM callbacks WHERE callback_id = :id", id=UUID(callback_id)))[0]
    del row["open_from"]  # computed
    surveys: list[Any] = []
    callbacks: list[Any] = []
    for number in range(many):
        case_id, own, due = new_id(), new_id(), row["due_at"] + timedelta(seconds=number)
        rounds = [{**survey["rounds"][0], "callback_id": str(own), "due_at": due.isoformat()}]
        surveys.append(tuple({**survey, "case_id": case_id, "rounds": json.dumps(rounds)}.values()))
        changed = {**row, "callback_id": own, "case_id": case_id, "due_at": due}
        callbacks.append(tuple(changed.values()))
    connection = await asyncpg.connect(database)
    try:
        for table, rows, columns in (("surveys", surveys, survey), ("callbacks", callbacks, row)):
            records = [[json.dumps(v) if isinstance(v, list) else v for v in each] for each in rows]
            await connection.copy_records_to_table(
                table, records=records, columns=list(columns), schema_name="survey"
            )
            await connection.execute(f"ANALYZE survey.{table}")
    finally:
        await connection.close()


async def test_ten_thousand_due_callbacks_are_claimed_by_twenty_callers_and_none_is_given_twice(
    desk: Desk, database: str
) -> None:
    await like(desk, database, await desk.callback(), MANY - 1)
    desk.clock.at = NOON + timedelta(hours=4)
    given: dict[str, list[UUID]] = {}

    async def calls(by: str) -> None:
        taken = given.setdefault(by, [])
        # One at a time and by the handful: whoever takes either way meets whoever takes the other.
        for many in cycle((1, 50, 1, 49)):
            async with desk.flat.store.work() as work:
                found = await handlers.claim_next(work, by, many)
            if not found:
                return
            taken.extend(callback_id for _, callback_id in found)

    await asyncio.gather(*(calls(f"caller-{number}") for number in range(CALLERS)))
    everything = [one for taken in given.values() for one in taken]
    assert len(everything) == len(set(everything)) == MANY
    assert all(given.values()), "somebody was left without work"
    rows = await desk.rows("SELECT claimed_by, count(*) AS n FROM callbacks GROUP BY claimed_by")
    assert {row["claimed_by"]: row["n"] for row in rows} == {by: len(taken) for by, taken in given.items()}
    (other,) = await desk.rows(
        "SELECT count(*) AS n FROM callbacks WHERE claimed_until <> :until", until=desk.clock.at + LEASE
    )
    assert other["n"] == 0


async def test_what_is_over_is_in_nobodys_hand_and_is_not_looked_for(desk: Desk) -> None:
    async with desk.flat.store.read() as connection:
        await connection.close()
        for state in set(RoundState) - {RoundState.SCHEDULED}:
            asked = {"kind": None, "state": state, "after": None, "limit": 50}
            asked |= {"due_before": None, "case_id": None}
            assert await queries.worklist(connection, held=("caller-1", NOON), **asked) == []
    caller = desk.token("caller", sub="caller-1")
    answer = await desk.client.get("/v1/callbacks?mine=true&state=completed", headers=caller)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_who_read_contacts_is_found_by_an_index_of_callers(desk: Desk) -> None:
    plan = await desk.plan(
        "SELECT * FROM readings WHERE by = 'caller-1' ORDER BY at DESC, reading_id DESC LIMIT 50"
    )
    assert "ix_readings_by_at_reading_id" in plan
    assert "Sort" not in plan
