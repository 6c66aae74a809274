"""三率 over HTTP on a real Postgres: the month worked out by hand, and every number opened to its cases."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.event import listen

from services.scoring.api import export_files
from services.scoring.store.equipment import EXPORTS_AT_ONCE
from shared.events.fact import LAST
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.kit.case_story import (
    DONGHUASHI,
    HOUSING,
    POLICE,
    YANQING,
    YONGNING,
    ZHENZHUQUAN,
    Story,
)
from tests.kit.ledger import BY_HAND, a_month

pytestmark = pytest.mark.postgres
MEASURES = ("response", "contact", "resolution", "satisfaction")


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring after the month, in small batches; some cases are joined before their target is known."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        stories = sorted(a_month(), key=lambda story: story.name)
        await desk.delivers([heard for story in stories for heard in story.heard], at_once=7)
        yield desk


class Undone(Exception):
    """What was done is not to stay."""


def sums(rates: dict[str, Any]) -> list[tuple[Decimal, int]]:
    return [(Decimal(rates[name]["numerator"]), rates[name]["denominator"]) for name in MEASURES]


def by_hand(unit: str) -> list[tuple[Decimal, int]]:
    return [(Decimal(top), bottom) for top, bottom in BY_HAND[unit]]


async def test_streets_are_ranked_by_the_composite(desk: Desk) -> None:
    answer = await desk.reads("rates", period="2026-11", level="street")
    assert [(unit["unit"], unit["rank"], unit["composite"]) for unit in answer["units"]] == [
        (ZHENZHUQUAN, 1, "0.6700"),
        (DONGHUASHI, 2, "0.6500"),
        (YONGNING, None, None),
    ]
    assert answer["units"][0]["name"] == "珍珠泉乡"
    assert answer["units"][0]["satisfaction"]["rate"] == "0.6333"
    assert [sums(unit) for unit in answer["units"]] == [
        by_hand(unit) for unit in (ZHENZHUQUAN, DONGHUASHI, YONGNING)
    ]


async def test_the_answer_says_by_which_rules_and_that_they_are_no_official_ones(desk: Desk) -> None:
    rules = (await desk.reads("rates"))["rules"]
    assert (rules["policy_version"], rules["official"]) == ("2026.1", False)
    assert "not an official city rule" in rules["source"]
    assert Decimal(rules["resolution_weight"]) == Decimal("0.5")


async def test_current_period_is_the_one_the_clock_stands_in(desk: Desk) -> None:
    period = (await desk.reads("rates", level="city"))["period"]
    assert period == {
        "label": "2026-11",
        "starts": "2026-10-19T12:00:00+08:00",
        "ends": "2026-11-19T12:00:00+08:00",
        "settled": "2026-11-20T12:00:00+08:00",
        "is_current": True,
        "state": "open",
        "cases": None,
    }


@pytest.mark.parametrize("unit", BY_HAND)
async def test_a_unit_is_the_sum_of_its_own_and_of_the_units_below(desk: Desk, unit: str) -> None:
    answer = await desk.reads(f"rates/{unit}", period="2026-11")
    assert sums(answer["whole"]) == by_hand(unit)
    parts = [sums(part) for part in (answer["own"], *answer["parts"])]
    added = [
        (sum(top for top, _ in column), sum(n for _, n in column)) for column in zip(*parts, strict=True)
    ]
    assert added == sums(answer["whole"])


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("unit", BY_HAND)
async def test_every_number_opens_to_the_cases_behind_it(desk: Desk, unit: str, measure: str) -> None:
    lines = await desk.pages(f"rates/{unit}/cases", measure=measure, period="2026-11")
    top, bottom = by_hand(unit)[MEASURES.index(measure)]
    assert sum(Decimal(line["numerator"]) for line in lines) == top
    assert len({(line["case_id"], line["because"]) for line in lines}) == len(lines) == bottom
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


async def test_proactive_cases_are_apart_and_open_too(desk: Desk) -> None:
    whole = (await desk.reads(f"rates/{ZHENZHUQUAN}", period="2026-11"))["whole"]
    assert sums(whole["proactive"]) == [(Decimal(1), 1)] * 4
    lines = await desk.pages(
        f"rates/{ZHENZHUQUAN}/cases", measure="resolution", period="2026-11", proactive="true"
    )
    assert [line["case_id"] for line in lines] == [str(Story("found").case_id)]


async def test_joined_case_counts_for_the_lead_at_the_end_of_the_joining(desk: Desk) -> None:
    page = await desk.reads(f"cases/{Story('chained').case_id}")
    counted = {line["measure"]: line["unit"] for line in page["lines"]}
    assert counted == {
        "response": YONGNING,
        "contact": ZHENZHUQUAN,
        "resolution": ZHENZHUQUAN,
        "satisfaction": ZHENZHUQUAN,
    }


async def test_a_case_opens_down_to_the_facts(desk: Desk) -> None:
    story = Story("redone")
    page = await desk.reads(f"cases/{story.case_id}")
    told = {str(heard.envelope.id) for each in a_month() if each.name == "redone" for heard in each.heard}
    stamps = [
        order[step]["event"] for order in page["orders"] for step in ("dispatched", "signed", "resolved")
    ]
    assert len(stamps) == 6
    assert told >= {*stamps, *(result["heard"]["event"] for result in page["results"])}
    assert [(result["round"], result["scored"]) for result in page["results"]] == [(1, True), (2, False)]


async def test_departments_are_ranked_by_how_they_came_and_cancelled_whistles_do_not_count(
    desk: Desk,
) -> None:
    answer = await desk.reads("departments", period="2026-11")
    rows = [
        (row["unit"], row["called"], row["signed_rate"], row["reported_rate"], row["average_score"])
        for row in answer["departments"]
    ]
    assert rows == [(HOUSING, 1, "1.0000", "1.0000", "5.0000"), (POLICE, 1, "1.0000", "0.0000", "2.0000")]
    (whistle,) = await desk.pages(f"departments/{HOUSING}/whistles", period="2026-11")
    assert whistle["case_id"] == str(Story("whistled").case_id)
    page = await desk.reads(f"cases/{Story('whistled').case_id}")
    assert [each["whistle_id"] for each in page["whistles"]] == [whistle["whistle_id"]]


async def test_periods_are_listed_newest_first(desk: Desk) -> None:
    periods = await desk.reads("periods")
    assert [(period["label"], period["is_current"]) for period in periods] == [
        ("2026-11", True),
        ("2026-10", False),
    ]
    (city,) = (await desk.reads("rates", level="city", period="current"))["units"]
    # Proactive ones are counted apart, while a period is open and when it is frozen.
    assert [period["cases"] for period in periods] == [city["cases"], 1]
    with suppress(Undone):
        async with desk.flat.store.work() as work:
            frozen = await work.months.freeze("2026-11")
            raise Undone
    assert frozen.cases == city["cases"]


async def test_the_last_period_that_a_fact_can_lie_in_is_listed_and_hides_no_other(desk: Desk) -> None:
    far = Story("far", now=LAST - timedelta(days=8)).registered().dispatched(YONGNING)
    await desk.delivers(far.heard)
    assert [period["label"] for period in await desk.reads("periods")] == ["2200-01", "2026-11", "2026-10"]
    assert (await desk.reads(f"rates/{YONGNING}", period="2200-01"))["whole"]["cases"] == 1


async def test_redelivery_after_the_inbox_was_pruned_changes_nothing(desk: Desk) -> None:
    before = await desk.ledger()
    await desk.forgets_what_it_heard()
    await desk.delivers([heard for story in a_month() for heard in story.heard])
    assert await desk.ledger() == before


async def test_a_unit_sees_the_ranking_but_opens_its_own_cases_only(desk: Desk) -> None:
    async def status(path: str, unit: str | None, **query: Any) -> int:
        return (await desk.asks(path, unit=unit, role="unit", **query)).status_code

    behind = {"measure": "resolution", "period": "2026-11"}
    assert await status("rates", YONGNING, period="2026-11") == 200
    assert await status(f"rates/{ZHENZHUQUAN}", YONGNING) == 200
    assert await status(f"rates/{YONGNING}/cases", YONGNING, **behind) == 200
    assert await status(f"rates/{YONGNING}/cases", YANQING, **behind) == 200
    assert await status(f"rates/{ZHENZHUQUAN}/cases", YONGNING, **behind) == 403
    assert await status(f"rates/{YANQING}/cases", YONGNING, **behind) == 403
    assert await status(f"rates/{YONGNING}/cases", None, **behind) == 403
    assert await status(f"departments/{POLICE}/whistles", HOUSING) == 403


async def test_a_unit_opens_a_case_it_had_a_part_in_and_knows_of_no_other(desk: Desk) -> None:
    async def status(name: str, unit: str) -> int:
        return (await desk.asks(f"cases/{Story(name).case_id}", unit=unit, role="unit")).status_code

    assert await status("cross-town", YONGNING) == 200
    assert await status("chained", ZHENZHUQUAN) == 200
    assert await status("whistled", HOUSING) == 200
    assert await status("plain", YONGNING) == 404
    assert await status("never told", YONGNING) == 404


@pytest.mark.parametrize(
    ("path", "query", "status", "named"),
    [
        ("rates", {"period": "2026-13"}, 422, "period"),
        ("rates", {"period": "yesterday"}, 422, "period"),
        ("rates", {"level": "planet"}, 422, "level"),
        (f"rates/{YONGNING}/cases", {}, 422, "measure"),
        (f"rates/{YONGNING}/cases", {"measure": "luck"}, 422, "measure"),
        (f"rates/{YONGNING}/cases", {"measure": "response", "cursor": "forged"}, 422, "cursor"),
        ("rates/999999", {}, 404, "999999"),
        ("rates/999999/cases", {"measure": "response"}, 404, "999999"),
        ("cases/not-an-id", {}, 422, "case_id"),
    ],
)
async def test_bad_questions_are_refused_by_name(
    desk: Desk, path: str, query: dict[str, str], status: int, named: str
) -> None:
    answer = await desk.asks(path, **query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert named in answer.text


async def test_nobody_and_citizens_are_not_told(desk: Desk) -> None:
    assert (await desk.client.get("/v1/rates")).status_code == 401
    assert (await desk.asks("rates", role="citizen")).status_code == 403


def acts() -> dict[str, Any]:
    """What is asked to be done, all of it refused."""
    nobody = UUID(int=7)
    exclusion = {"case_id": str(nobody), "period": "2026-11", "reason": "groundless", "evidence": ["ab" * 32]}
    problems = [{"category": name, "title": name} for name in ("parking", "noise")]
    topic = {"period": "2026-11", "unit": "999", "theme": "x", "problems": problems, "lead": POLICE}
    return {
        "exclusions": exclusion,
        f"exclusions/{nobody}/reviews": {"upheld": True},
        "topics": topic,
        "months/2026-11/close": None,
    }


async def test_whoever_acts_does_not_wait_for_a_second_connection_with_one_in_hand(desk: Desk) -> None:
    """As many at once as there are connections would stop one another, and everybody else."""
    headers = {**desk.token("supervisor"), "If-Match": "*"}
    answers = await asyncio.gather(
        *(
            desk.client.post(f"/v1/{path}", json=body, headers=headers)
            for path, body in acts().items()
            for _ in range(desk.flat.settings.database_pool)
        )
    )
    told = {answer.json()["reason"] for answer in answers}
    assert told == {"unknown_case", "unknown_exclusion", "no_such_unit", "period_not_settled"}


async def test_so_many_whole_ledgers_are_exported_at_once_and_no_more(desk: Desk) -> None:
    """Each has a connection for minutes: all others who read would wait for one."""
    places = desk.flat.equipment.exporting
    for _ in range(EXPORTS_AT_ONCE):
        await places.acquire()
    refused = await desk.asks("exports/rates", period="2026-11")
    assert (refused.status_code, refused.json()["reason"]) == (503, "exports_under_way")
    assert int(refused.headers["Retry-After"]) > 0
    assert (await desk.client.get("/v1/exports/rates")).status_code == 401
    places.release()
    for _ in range(2):
        assert (await desk.asks("exports/rates", period="2026-11")).status_code == 200
    for _ in range(EXPORTS_AT_ONCE - 1):
        places.release()


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=9999999-", "bytes=nonsense"])
async def test_an_exports_file_goes_with_its_answer_whatever_part_is_asked_for(
    desk: Desk, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    headers = {**desk.token("supervisor"), "Range": asked}
    answer = await desk.client.get("/v1/exports/rates", params={"period": "2026-11"}, headers=headers)
    assert answer.status_code in {206, 400, 416}
    assert not os.listdir(tmp_path)


async def test_an_export_that_is_refused_half_way_holds_no_transaction(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is somebody else's next."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(export_files, "MOST_OF_A_SHEET", 1)
    returned: list[bool] = []
    listen(desk.flat.store.engine.sync_engine, "checkin", lambda held, _: returned.append(is_open(held)))
    told = {"unit": "110000", "period": "2026-11", "format": "xlsx"}
    answer = await desk.client.get("/v1/exports/cases", params=told, headers=desk.token("supervisor"))
    assert (answer.status_code, answer.json()["reason"]) == (422, "too_many_rows")
    assert returned
    assert not any(returned)
    assert not os.listdir(tmp_path)


def is_open(held: Any) -> bool:
    """Whether a session is in the middle of a transaction."""
    return bool(held.driver_connection.is_in_transaction())
