"""未诉先办 and 每月一题 on a real Postgres: days are counted and looked at once, a hot spot is said with its
evidence; a topic is chosen, planned, followed.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from services.scoring import handlers
from services.scoring.domain.policy.season import Days, season_of
from services.scoring.domain.topic import Choose, Problem
from shared.events.router import HotspotTakenUp
from shared.kernel.ids import CaseId, CategoryCode, HotspotId, TopicId, UnitCode, new_id
from shared.kernel.words import UnitLevel
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.kit.case_story import DONGHUASHI, POLICE, SHANGHAI
from tests.kit.city import beijing
from tests.kit.outbreaks import MadeUp, code, level_of

pytestmark = pytest.mark.postgres
CITY = beijing()
RULES = CITY.policy.hotspots
CATEGORIES = ("parking", "noise")
STREETS = [DONGHUASHI, *(u.code for u in CITY.units.acting() if u.level is UnitLevel.STREET)][:5]
LAST = date(2026, 11, 17)
MANY = 70
ENTRIES = """
INSERT INTO entries (case_id, registered_at, kind, category, place, proactive, redo, outcome, leads, orders,
                     results, heard, opened, version)
SELECT *, false, 0, 'open', '[]', '[]', '[]', '[]', '', 0
FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[]), CAST(:kinds AS text[]),
            CAST(:categories AS text[]), CAST(:places AS text[]))
"""


def counts() -> MadeUp:
    """A little of everything, and an outbreak of the last three days in the first street."""
    chance = np.random.default_rng(3)
    found = chance.poisson(0.8, (len(STREETS), len(CATEGORIES), MANY))
    found[0, 0, -3:] += (6, 7, 9)
    return MadeUp(LAST - timedelta(days=MANY - 1), found)


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        await puts(desk, counts())
        yield desk


async def puts(desk: Desk, made: MadeUp) -> None:
    """Entries as the fold leaves them; beside each of a street's requests, praise that asks for nothing."""
    rows: list[tuple[UUID, datetime, str, str, str]] = []
    for unit, category, number in np.argwhere(made.counts > 0):
        for each in range(int(made.counts[unit, category, number])):
            # The first minute of the city's day is still yesterday by UTC.
            at = datetime.combine(made.day(int(number)), time(0, each), tzinfo=SHANGHAI).astimezone(UTC)
            for kind in ("complaint", "praise"):
                rows.append((UUID(int=len(rows) + 1), at, kind, CATEGORIES[category], STREETS[unit]))
    columns = dict(zip(("ids", "at", "kinds", "categories", "places"), zip(*rows, strict=True), strict=True))
    async with desk.flat.store.work() as work:
        await work.connection.execute(text(ENTRIES), {name: list(each) for name, each in columns.items()})


async def said(desk: Desk) -> list[dict[str, Any]]:
    return await desk.rows("SELECT key, payload FROM event_log WHERE type = 'jiesu.hotspot.detected.v1'")


async def test_a_day_is_looked_at_once_and_what_stands_out_is_said_with_its_evidence(desk: Desk) -> None:
    assert await desk.rings("seek_hotspots") == 1
    assert await desk.rings("seek_hotspots") == 0
    (fact,) = await said(desk)
    assert (fact["payload"]["unit"], fact["payload"]["category"]) == (DONGHUASHI, "parking")
    (shown,) = await desk.pages("hotspots")
    assert shown["hotspot_id"] == fact["key"]
    assert shown["day"] == LAST.isoformat()
    assert shown["q_value"] <= 0.05
    assert shown["cases"] == len(shown["case_ids"]) == counts().counts[0, 0, -shown["days"] :].sum()
    kinds = await desk.rows("SELECT DISTINCT kind FROM entries WHERE case_id = ANY(:ids)", ids=[
        UUID(each) for each in shown["case_ids"]
    ])  # fmt: skip
    assert kinds == [{"kind": "complaint"}]


async def test_the_database_sums_up_a_series_as_it_is_defined(desk: Desk) -> None:
    made, days = counts(), Days.before(LAST, RULES)
    async with desk.flat.store.work() as work:
        totals = await work.daily.totals(days)  # type: ignore[attr-defined]
        for category, name in enumerate(CATEGORIES):
            known = {
                day: count for day, count in made.totals(category).items() if day >= days.first and count
            }
            assert totals[CategoryCode(name)] == known
        seasons = {each: season_of(totals[CategoryCode(each)], days, CITY.calendar) for each in CATEGORIES}
        streets, communities = await work.daily.levels(days, seasons)  # type: ignore[attr-defined]
    assert (streets.units, list(communities.series)) == (349, [])
    named = {code(number): seasons[name] for number, name in enumerate(CATEGORIES)}
    expected = {
        (STREETS[int(each.unit[1:])], CATEGORIES[int(each.category[1:])]): each
        for each in level_of(made, MANY - 1, days, named, RULES).series
    }
    found = {(each.unit, each.category): each for each in streets.series}
    assert found.keys() == expected.keys()
    for key, series in found.items():
        other = expected[key]
        assert (series.recent, series.baseline) == (other.recent, other.baseline)
        assert series.spread == pytest.approx(other.spread)
        assert (series.kin.cases, series.kin.series) == (other.kin.cases, other.kin.series)
        assert series.kin.spread == pytest.approx(other.kin.spread)


async def test_what_goes_on_the_next_day_is_no_new_hot_spot(desk: Desk) -> None:
    desk.clock.passes(days=1)
    assert await desk.rings("seek_hotspots") == 1
    assert len(await said(desk)) == 1
    (shown,) = await desk.pages("hotspots", within="110101", category="parking")
    assert shown["last_day"] == (LAST + timedelta(days=1)).isoformat()
    assert await desk.pages("hotspots", within="110119") == []


async def test_other_units_see_the_hot_spot_and_not_the_cases_behind_it(desk: Desk) -> None:
    (shown,) = await desk.pages("hotspots")
    case_id = CaseId(UUID(int=99))
    taken = HotspotTakenUp(
        case_id=case_id,
        hotspot_id=HotspotId(UUID(shown["hotspot_id"])),
        category=CategoryCode("parking"),
        sealed_words="sealed",
    )
    await desk.hears(taken, again=1)
    path = f"hotspots/{shown['hotspot_id']}"
    own = await desk.reads(path, role="unit", unit=DONGHUASHI)
    assert own["work_case_id"] == str(case_id)
    assert own["case_ids"] == shown["case_ids"]
    other = await desk.reads(path, role="unit", unit="110119203")
    assert (other["work_case_id"], other["case_ids"]) == (None, None)
    missing = await desk.asks(f"hotspots/{UUID(int=5)}")
    assert (missing.status_code, missing.json()["reason"]) == (404, "unknown_hotspot")
    assert (await desk.asks("hotspots", within="999")).json()["reason"] == "unknown_unit"


async def changes(
    desk: Desk, path: str, body: Any, *, unit: str | None = None, tag: str = "*", method: str = "POST"
) -> Any:
    headers = {**desk.token("unit" if unit else "supervisor", unit=unit), "If-Match": tag}
    return await desk.client.request(method, f"/v1/{path}", json=body, headers=headers)


def a_topic(**more: Any) -> dict[str, Any]:
    problems = [{"category": name, "title": f"{name} 治理"} for name in CATEGORIES]
    whole = {
        "period": "2026-12",
        "unit": "110101",
        "theme": "停车与噪声",
        "problems": problems,
        "lead": POLICE,
    }
    return {**whole, **more}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (a_topic(problems=[{"category": "parking", "title": "停车"}]), 422, "invalid"),
        (a_topic(problems=[{"category": "parking", "title": "停车"}] * 2), 422, "problem_twice"),
        (a_topic(lead=DONGHUASHI), 422, "not_a_department"),
        (a_topic(lead="D9"), 422, "no_such_unit"),
        (a_topic(period="2026-13"), 422, "unreadable_period"),
    ],
)
async def test_what_is_no_topic_is_refused_and_leaves_nothing(
    desk: Desk, body: Any, status: int, reason: str
) -> None:
    before = await desk.counts()
    answer = await changes(desk, "topics", body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert await desk.counts() == before
    assert (await changes(desk, "topics", a_topic(), unit=DONGHUASHI)).status_code == 403


async def test_a_topic_chosen_by_two_at_once_is_one_and_the_second_is_told_of_it(desk: Desk) -> None:
    problems = tuple(Problem(CategoryCode(name), name) for name in CATEGORIES)
    there, lead, key = UnitCode("110101"), UnitCode(POLICE), TopicId(new_id())
    async with desk.flat.store.work() as work:
        await handlers.choose_topic(work, Choose(key, "2027-01", there, "停车", problems, lead, "boss"))
        second = await desk.beside(work, changes(desk, "topics", a_topic(period="2027-01")))
    answer = (await second).json()
    assert (answer["status"], answer["reason"]) == (409, "topic_chosen_already")
    assert str(key) in answer["detail"]


async def test_a_topic_is_chosen_planned_done_and_followed(desk: Desk) -> None:
    ranked = await desk.reads("topics/candidates")
    first = ranked["candidates"][0]
    assert (first["category"], first["cases"] > 20) == ("parking", True)
    assert first["score"] == pytest.approx(sum(part["points"] for part in first["parts"]), abs=1e-3)
    made = await changes(desk, "topics", a_topic())
    assert made.status_code == 201, made.text
    path = made.headers["Location"].removeprefix("/v1/")
    again = await changes(desk, "topics", a_topic())
    assert (again.status_code, again.json()["reason"]) == (409, "topic_chosen_already")
    assert (await desk.asks(f"{path}/effect")).json()["reason"] == "not_planned"

    starts = LAST - timedelta(days=2)
    task = {"number": 1, "title": "施划车位", "unit": DONGHUASHI, "due": "2026-12-20"}
    plan = {"starts": starts.isoformat(), "tasks": [task, {**task, "number": 2, "unit": "110101"}]}
    put = {"method": "PUT", "tag": made.headers["ETag"]}
    twice = {**plan, "tasks": [task, {**task, "unit": "110101"}]}
    refused = await changes(desk, f"{path}/plan", twice, method="PUT")
    assert (refused.json()["reason"], refused.json()["errors"][0]["field"]) == ("task_twice", "tasks")
    never = await changes(desk, f"{path}/plan", {**plan, "starts": "0001-01-01"}, method="PUT")
    assert (never.status_code, never.json()["errors"][0]["field"]) == (422, "starts")
    foreign = await changes(desk, f"{path}/plan", plan, unit="110119203", method="PUT")
    assert (foreign.status_code, foreign.json()["reason"]) == (403, "not_your_topic")
    planned = await changes(desk, f"{path}/plan", plan, unit=POLICE, **put)
    assert planned.status_code == 200, planned.text
    assert (await changes(desk, f"{path}/plan", plan, unit=POLICE, **put)).status_code == 412
    assert (await changes(desk, f"{path}/close", {})).json()["reason"] == "tasks_open"
    for number, unit in ((1, DONGHUASHI), (2, POLICE)):
        done = await changes(desk, f"{path}/tasks/{number}/done", {"note": "已完成"}, unit=unit)
        assert done.status_code == 200, done.text
    beyond = await changes(desk, f"{path}/tasks/{10**20}/done", {})
    assert (beyond.status_code, beyond.json()["errors"][0]["field"]) == (422, "number")
    twice = await changes(desk, f"{path}/tasks/1/done", {})
    assert (twice.status_code, twice.json()["reason"]) == (409, "done_already")
    closed = await changes(desk, f"{path}/close", {"note": None})
    assert closed.json()["state"] == "closed"
    assert await desk.told(made.json()["topic_id"]) == [
        "topic.chosen", "topic.planned", "topic.task_done", "topic.task_done", "topic.closed"
    ]  # fmt: skip
    (listed,) = await desk.pages("topics", period="2026-12")
    assert listed == closed.json()

    effect = await desk.reads(f"{path}/effect")
    parking = effect["problems"][0]
    assert parking["before"]["cases"] == int(counts().counts[:, 0, :-3].sum())
    assert parking["after"]["cases"] == int(counts().counts[:, 0, -3:].sum())
    assert parking["volume"]["low"] < parking["volume"]["estimate"] < parking["volume"]["high"]
    assert parking["volume"]["low"] > 1
    assert parking["resolution"] is None
    # No day before the first that was counted is one without requests.
    assert parking["before"]["first"] == counts().first.isoformat()


async def test_a_topic_chosen_by_mistake_is_taken_back_and_another_takes_its_place(desk: Desk) -> None:
    made = await changes(desk, "topics", a_topic(period="2027-02"))
    path = made.headers["Location"].removeprefix("/v1/")
    for body, who, wanted in (
        ({"reason": ""}, {}, 422),
        ({}, {}, 422),
        ({"reason": "牵头单位有误"}, {"unit": POLICE}, 403),
        ({"reason": "牵头单位有误"}, {"tag": '"99"'}, 412),
    ):
        assert (await changes(desk, f"{path}/cancel", body, **who)).status_code == wanted
    cancelled = await changes(desk, f"{path}/cancel", {"reason": "牵头单位有误"})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled"), cancelled.text
    assert cancelled.json()["closed"]["note"] == "牵头单位有误"
    assert await desk.told(made.json()["topic_id"]) == ["topic.chosen", "topic.cancelled"]
    refused = await changes(desk, f"{path}/cancel", {"reason": "again"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "move_not_allowed")
    second = await changes(desk, "topics", a_topic(period="2027-02"))
    assert second.status_code == 201, second.text
    third = await changes(desk, "topics", a_topic(period="2027-02"))
    assert (third.status_code, second.json()["topic_id"] in third.json()["detail"]) == (409, True)
    listed = await desk.pages("topics", period="2027-02")
    assert [each["state"] for each in listed] == ["chosen", "cancelled"]


async def test_a_city_without_a_whole_baseline_expects_nothing_yet(desk: Desk) -> None:
    """Everything would be more than nothing."""
    async with desk.flat.store.work() as work:
        await work.connection.execute(text("DELETE FROM entries WHERE registered_at < '2026-10-10'"))
        await work.connection.execute(text("TRUNCATE hotspots, hotspot_days, daily_counts"))
    assert await desk.rings("seek_hotspots") == 1
    assert await desk.pages("hotspots") == []
