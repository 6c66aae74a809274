"""诉求量: a case is one case, however many units led it, in its own month and in those after."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy.event import listen, remove

from deploy.verifying import Verdict, verify
from shared.bus.replay import replay
from shared.kernel.words import Ruling
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.integration.scoring_month import AFTER, asked, exports, message, posts, streets
from tests.kit.case_story import POLICE, SHANGHAI, Story
from tests.kit.forty_cases import PERIOD, A, B, C

pytestmark = pytest.mark.postgres
FOLLOWING = "2026-12"


def divided() -> Story:
    """A signed, then a conference gave it to B."""
    story = Story("divided").registered().dispatched(A).signed(A).ruled(Ruling.DIVIDE, None, B)
    return story.dispatched(B).signed(B)


def told() -> list[Story]:
    """Two cases of A's, of which one was divided, and one of C's."""
    return [divided(), *(Story(unit).registered().dispatched(unit).signed(unit) for unit in (A, C))]


def taken_later() -> list[Any]:
    """After the close a ruling takes C's order away, and a second conference gives the divided case to C."""
    taken, twice = told()[-1], divided()
    before = len(taken.heard), len(twice.heard)
    taken.now = twice.now = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
    taken.returned(C).ruled(Ruling.REDIRECT, C, B).dispatched(B)
    twice.ruled(Ruling.DIVIDE, None, C).dispatched(C)
    return [*taken.heard[before[0] :], *twice.heard[before[1] :]]


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring with those cases. The tests of this file follow one another through two months."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        await desk.delivers([heard for story in told() for heard in story.heard])
        yield desk


async def counted(desk: Desk, period: str) -> dict[str, int]:
    """The cases of each street; every place that tells them tells the same."""
    found = {unit: rates["cases"] for unit, rates in (await streets(desk, period)).items()}
    for unit, many in found.items():
        lines = await desk.pages(f"rates/{unit}/cases", measure="response", period=period)
        assert sum(line["cases"] for line in lines) == many
        rows = await exports(desk, "cases", "csv", unit=unit, period=period)
        assert sum(int(row["cases"]) for row in rows) == many
    (city,) = (await desk.reads("rates", period=period, level="city"))["units"]
    (listed,) = [each for each in await desk.reads("periods") if each["label"] == period]
    month = await desk.reads(f"months/{period}")
    assert {city["cases"], listed["cases"], month["cases"]} == {sum(found.values())}
    return {unit: many for unit, many in found.items() if many}


async def deletes(admin_dsn: str, where: str) -> None:
    """The bus keeps some facts no longer."""
    connection: Any = await asyncpg.connect(admin_dsn)  # type: ignore[no-untyped-call]
    try:
        await connection.execute(f"DELETE FROM bus.record WHERE {where}")
    finally:
        await connection.close()


async def closes(desk: Desk, period: str, at: datetime) -> None:
    desk.clock.until(at)
    assert (await posts(desk, f"months/{period}/close", None, who="boss")).status_code == 202
    assert await desk.rings("close_month") == 1


async def test_staff_who_see_all_units_act_for_their_own_alone(desk: Desk) -> None:
    """A street's analyst sees every case, and is no supervisor: neither of exclusions nor of topics."""

    async def refusal(method: str, path: str, body: Any, *roles: str, unit: str | None) -> tuple[int, str]:
        headers = {**desk.token(*roles, unit=unit), "If-Match": "*"}
        answer = await desk.client.request(method, f"/v1/{path}", json=body, headers=headers)
        return answer.status_code, answer.json()["reason"]

    task = {"number": 1, "title": "题", "unit": B, "due": "2026-12-20"}
    whose, plan = asked(C), {"starts": "2026-12-01", "tasks": [task]}
    assert await refusal("POST", "exclusions", whose, "unit", "analyst", unit=B) == (404, "unknown_case")
    assert await refusal("POST", "exclusions", whose, "unit", unit=None) == (403, "no_unit")
    problems = [{"category": name, "title": name} for name in ("parking", "noise")]
    where = {"period": FOLLOWING, "unit": "110101", "theme": "停车", "lead": POLICE}
    made = await posts(desk, "topics", {**where, "problems": problems}, who="boss")
    path = made.headers["Location"].removeprefix("/v1/")
    assert await refusal("PUT", f"{path}/plan", plan, "unit", "analyst", unit=B) == (403, "not_your_topic")
    assert await refusal("PUT", f"{path}/plan", plan, "unit", unit=None) == (403, "no_unit")


async def test_a_divided_case_is_one_case_of_the_unit_that_led_it_first(desk: Desk) -> None:
    assert await counted(desk, PERIOD) == {A: 2, C: 1}
    await closes(desk, PERIOD, AFTER)
    assert await counted(desk, PERIOD) == {A: 2, C: 1}
    assert (await desk.reads(f"months/{PERIOD}"))["frozen"]["cases"] == 3


async def test_what_is_taken_away_after_the_close_takes_its_case_along(desk: Desk) -> None:
    await desk.delivers(taken_later())
    assert await counted(desk, PERIOD) == {A: 2, C: 1}
    assert await counted(desk, FOLLOWING) == {B: 1, C: -1}
    await closes(desk, FOLLOWING, datetime(2026, 12, 21, tzinfo=SHANGHAI))
    assert await counted(desk, FOLLOWING) == {B: 1, C: -1}


async def test_a_line_written_before_cases_were_told_is_counted_as_it_was_then(desk: Desk) -> None:
    old = Story("old", now=datetime(2026, 12, 21, 9, 0, tzinfo=SHANGHAI)).registered()
    old.dispatched(A).signed(A).ruled(Ruling.DIVIDE, None, B).dispatched(B)
    await desk.delivers(old.heard)
    assert await counted(desk, "2027-01") == {A: 1}
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql("UPDATE score_lines SET cases = NULL WHERE period = '2027-01'")
    assert await counted(desk, "2027-01") == {A: 1, B: 1}
    # Whatever is heard of it now is counted by the rule of now.
    old.signed(B)
    await desk.delivers(old.heard[-1:])
    assert await counted(desk, "2027-01") == {A: 1}


async def test_a_replay_agrees(desk: Desk, database: str) -> None:
    heard = [*(each for story in told() for each in story.heard), *taken_later()]
    await desk.flat.bus.producer().send([message(each) for each in heard])
    await replay(desk.flat.store, desk.flat.bus, since=datetime(2020, 1, 1, tzinfo=SHANGHAI))
    found = await verify(desk.flat, database, lambda _line: None)
    assert [(month.period, month.is_same) for month in found] == [(PERIOD, True), (FOLLOWING, True)]


async def test_what_the_bus_has_deleted_proves_nothing_against_a_month(desk: Desk, database: str) -> None:
    """A topic that keeps its facts for thirty days cannot tell of the month before."""
    async with desk.flat.store.work() as work:
        month = await work.months.get(FOLLOWING)
    await deletes(database, "topic = 'jiesu.case' AND \"offset\" < 5")
    deleted, _ = await verify(desk.flat, database, lambda _line: None)
    assert (deleted.verdict, deleted.changed) == (Verdict.UNKNOWN, ())
    assert any(place.startswith("jiesu.case, partition ") for place in deleted.gone)
    await deletes(database, "topic = 'jiesu.score'")
    assert month.frozen
    told = [(each.published, each.kept, each.verdict) for each in await verify(desk.flat, database, print)]
    assert (len(told), told[-1]) == (2, (None, month.frozen.sha256, Verdict.UNKNOWN))


async def test_facts_that_came_late_before_are_read_by_a_replay_alone(desk: Desk) -> None:
    """After an outage there are a million of them, and each batch and each reviewer would wait for all."""
    assert await desk.rows("SELECT 1 FROM late_facts") == []
    asked_for: list[str] = []

    def note(*said: Any) -> None:
        asked_for.append(said[2])

    engine = desk.flat.store.engine.sync_engine
    late = Story("late", now=datetime(2026, 11, 5, 9, 0, tzinfo=SHANGHAI)).registered().dispatched(B)
    listen(engine, "before_cursor_execute", note)
    await desk.delivers(late.heard)
    assert (await posts(desk, "exclusions", asked(C), who="boss")).json()["reason"] == "period_closed"
    remove(engine, "before_cursor_execute", note)
    assert any("FROM months" in each for each in asked_for)
    assert not any("FROM late_facts" in each for each in asked_for)
    assert len(await desk.rows("SELECT 1 FROM late_facts")) == 2
