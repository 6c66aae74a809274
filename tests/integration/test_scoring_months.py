"""月结 on a real Postgres: exclusions by two, the close, what comes late, and the replay that must agree."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from deploy.verifying import Verdict, verify
from services.scoring import handlers
from services.scoring.domain.commands import AskExclusion
from services.scoring.store import freezing
from shared.bus.replay import replay
from shared.kernel.ids import ExclusionId, new_id
from shared.kernel.words import DeclineReason
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.integration.scoring_month import (
    AFTER,
    DOCUMENT,
    MEASURES,
    another_policy,
    asked,
    by_hand,
    by_now,
    changes,
    divided_anew,
    excludes,
    exports,
    led_by_nobody,
    message,
    posts,
    readings,
    streets,
    summed,
    sums,
    told_late,
)
from tests.kit.accessible import faults
from tests.kit.case_story import POLICE, SHANGHAI, YANQING, Story
from tests.kit.exported import READERS
from tests.kit.forty_cases import EXCLUDED, PERIOD, SHOWN, A, B, C, D, N, forty, pairs

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring after the forty cases. The tests of this file follow one another through the month."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        stories = (*forty(), *led_by_nobody())
        await desk.delivers([heard for story in stories for heard in story.heard], at_once=11)
        yield desk


async def test_a_unit_excludes_nothing_alone_and_no_reviewer_decides_twice(desk: Desk) -> None:
    made = await posts(desk, "exclusions", asked("c6", note="面谈记录在案"), who="zhang", unit=C)
    assert made.status_code == 201, made.text
    key, tag = made.json()["exclusion_id"], made.headers["ETag"]
    path = f"exclusions/{key}/reviews"
    assert (await posts(desk, path, {"upheld": True}, who="zhang", unit=C)).status_code == 403
    first = await posts(desk, path, {"upheld": True}, who="first", tag=tag)
    assert first.json()["state"] == "seconded"
    again = await posts(desk, path, {"upheld": True}, who="first")
    assert (again.status_code, again.json()["reason"]) == (403, "had_a_hand")
    assert (await posts(desk, path, {"upheld": True}, who="second", tag=tag)).status_code == 412
    assert (await streets(desk))[C]["resolution"]["denominator"] == 6
    second = await posts(desk, path, {"upheld": True}, who="second")
    assert second.json()["state"] == "in_force"
    assert [each["signature"]["by"] for each in second.json()["reviews"]] == ["first", "second"]
    assert (await streets(desk))[C]["resolution"]["denominator"] == 5


async def test_a_refused_exclusion_is_contested_once_and_decided_by_a_third(desk: Desk) -> None:
    made = await posts(desk, "exclusions", asked("b11"), who="li", unit=B)
    key = made.json()["exclusion_id"]
    refused = await posts(desk, f"exclusions/{key}/reviews", {"upheld": False}, who="first")
    assert refused.json()["state"] == "refused"
    path = f"exclusions/{key}/appeal"
    stranger = await posts(desk, path, {"evidence": []}, who="wang", unit=A)
    assert (stranger.status_code, (await posts(desk, path, {"evidence": []}, who="boss")).status_code) == (
        404,
        403,
    )
    lodged = await posts(desk, path, {"evidence": [DOCUMENT], "note": "见听证"}, who="li", unit=B)
    assert lodged.json()["state"] == "appealed"
    decision = f"{path}/decision"
    assert (await posts(desk, decision, {"upheld": True}, who="first")).status_code == 403
    granted = await posts(desk, decision, {"upheld": True}, who="third")
    assert (granted.json()["state"], granted.json()["appeal_verdict"]["upheld"]) == ("in_force", True)


async def test_what_cannot_be_excluded_is_refused_by_name_and_leaves_nothing(desk: Desk) -> None:
    async def refusal(body: dict[str, Any], **who: Any) -> tuple[int, str]:
        answer = await posts(desk, "exclusions", body, **({"who": "asker"} | who))
        return answer.status_code, answer.text

    before = await desk.counts()
    expected = [
        (await refusal(asked("c6")), 409, "asked_already"),
        (await refusal(asked("a14", period="2026-10")), 409, "counts_not_then"),
        (await refusal(asked("a14", evidence=[])), 422, "evidence"),
        (await refusal(asked("a14", evidence=[DOCUMENT, DOCUMENT])), 422, "evidence"),
        (await refusal(asked("a14", evidence=["not a hash"])), 422, "evidence"),
        (await refusal(asked("a14", reason="because")), 422, "reason"),
        (await refusal(asked("a14", period="soon")), 422, "period"),
        (await refusal(asked("never told")), 404, "unknown_case"),
        (await refusal(asked("a14"), who="chen", unit=C), 404, "unknown_case"),
    ]
    for (status, text), wanted, named in expected:
        assert (status, named in text) == (wanted, True), text
    assert await desk.counts() == before


async def test_rates_are_right_to_the_last_digit_with_and_without_the_excluded(desk: Desk) -> None:
    for name in set(EXCLUDED) - {"c6", "b11"}:
        await excludes(desk, name)
    everything, applied = await streets(desk, exclusions="ignored"), await streets(desk)
    for unit, (all_of_it, without, second_reading) in SHOWN.items():
        assert sums(everything[unit]) == pairs(unit, applied=False)
        assert sums(applied[unit]) == pairs(unit, applied=True)
        assert everything[unit]["composite"] == all_of_it
        assert (applied[unit]["composite"], applied[unit]["composite_other_reading"]) == (
            without,
            second_reading,
        )
    assert [applied[unit]["rank"] for unit in (C, B, A)] == [1, 2, 3]
    assert [applied[unit]["group_rank"] for unit in (C, B, A)] == [1, 1, 2]
    group = await desk.reads("rates", period=PERIOD, group="ecological")
    assert [unit["unit"] for unit in group["units"]] == [B, A]
    assert (await desk.asks("rates", group="hills")).json()["errors"][0]["field"] == "group"


@pytest.mark.parametrize("exclusions", ["applied", "ignored"])
@pytest.mark.parametrize("unit", [A, N, YANQING])
async def test_every_number_opens_to_its_cases_in_both_readings(
    desk: Desk, unit: str, exclusions: str
) -> None:
    for measure, (top, bottom) in zip(MEASURES, pairs(unit, applied=exclusions == "applied"), strict=True):
        lines = await desk.pages(f"rates/{unit}/cases", measure=measure, period=PERIOD, exclusions=exclusions)
        assert sum(Decimal(line["numerator"]) for line in lines) == top
        assert sum(line["denominator"] for line in lines) == bottom


async def test_a_unit_sees_its_own_exclusions_and_knows_of_no_other(desk: Desk) -> None:
    mine = await desk.reads("exclusions", period=PERIOD, role="unit", unit=C)
    assert [each["case_id"] for each in mine["items"]] == [str(Story("c6").case_id)]
    everything = await desk.pages("exclusions", period=PERIOD)
    assert len(everything) == len(EXCLUDED)
    other = next(each for each in everything if each["unit"] is None)["exclusion_id"]
    assert (await desk.asks(f"exclusions/{other}", role="unit", unit=C)).status_code == 404


async def test_a_period_is_not_closed_or_judged_before_its_time(desk: Desk) -> None:
    preview = await desk.reads(f"months/{PERIOD}")
    assert (preview["can_be_closed"], preview["hindrance"]) == (False, "period_not_settled")
    assert preview["exclusions"] == {"in_force": 5}
    early = await posts(desk, f"months/{PERIOD}/close", None, who="boss")
    assert (early.status_code, "period_not_settled" in early.text) == (409, True)
    assert (await desk.reads("months/2006-11"))["hindrance"] == "nothing_counts"
    assert "nothing_counts" in (await posts(desk, "months/2006-11/close", None, who="boss")).text
    for path in ("classes", "supervision"):
        answer = await desk.asks(path, period=PERIOD)
        assert (answer.status_code, "period_not_closed" in answer.text) == (409, True)
    assert (await desk.asks(f"months/{PERIOD}", role="citizen")).status_code == 403
    assert (await posts(desk, f"months/{PERIOD}/close", None, who="li", unit=B)).status_code == 403


async def test_an_exclusion_asked_for_by_two_at_once_is_one_and_the_second_is_told_of_it(desk: Desk) -> None:
    key, case_id = ExclusionId(new_id()), Story("a7").case_id
    ask = AskExclusion(key, case_id, PERIOD, DeclineReason.GROUNDLESS, (DOCUMENT,), None, "asker", None)
    async with desk.flat.store.work() as work:
        await handlers.ask_exclusion(work, ask)
        second = await desk.beside(work, posts(desk, "exclusions", asked("a7"), who="another"))
    answer = (await second).json()
    assert (answer["status"], answer["reason"], str(key) in answer["detail"]) == (409, "asked_already", True)


async def test_the_close_freezes_the_month_with_a_hash_and_says_so(desk: Desk) -> None:
    before = await streets(desk)
    pending = await posts(desk, "exclusions", asked("a6"), who="asker")
    desk.clock.until(AFTER)
    assert (await desk.reads(f"months/{PERIOD}"))["can_be_closed"]
    closing = await posts(desk, f"months/{PERIOD}/close", None, who="boss")
    assert (closing.status_code, closing.json()["period"]["state"]) == (202, "closing")
    looked_up = await summed(desk, freezing.LINES_LOOKED_UP)
    assert sorted(await asyncio.gather(desk.rings("close_month"), desk.rings("close_month"))) == [0, 1]
    assert await desk.rings("close_month") == 0
    # Two sessions sum up, one of which sees nothing written of whose joined lines are: it is the same.
    assert looked_up == await summed(desk, freezing.LINES)
    month = await desk.reads(f"months/{PERIOD}")
    assert (month["period"]["state"], month["asked_by"]) == ("closed", "boss")
    assert (month["frozen"]["exclusions"], month["frozen"]["cases"]) == (5, 35)
    (listed,) = [each for each in await desk.reads("periods") if each["label"] == PERIOD]
    assert listed["cases"] == month["cases"] == 35
    assert len(month["frozen"]["sha256"]) == 64
    assert {unit: sums(rates) for unit, rates in (await streets(desk)).items()} == {
        unit: sums(rates) for unit, rates in before.items()
    }
    said = [row["type"] for row in await desk.said(PERIOD)]
    # Published for the units below the city, two districts, and the street that has a community.
    published = ["jiesu.rates.published.v1"] * 4
    assert said[-6:] == ["jiesu.month.close_asked.v1", "jiesu.month.closed.v1", *published]
    (closed,) = [row["payload"] for row in await desk.said(PERIOD) if "month.closed" in row["type"]]
    assert closed["sha256"] == month["frozen"]["sha256"]
    key = pending.json()["exclusion_id"]
    late = await posts(desk, f"exclusions/{key}/reviews", {"upheld": True}, who="first")
    assert (late.status_code, "period_closed" in late.text) == (409, True)
    another = await posts(desk, "exclusions", asked("a8"), who="asker")
    assert (another.status_code, "period_closed" in another.text) == (409, True)
    twice = await posts(desk, f"months/{PERIOD}/close", None, who="boss")
    assert (twice.status_code, "move_not_allowed" in twice.text) == (409, True)


async def test_an_export_holds_what_the_ranking_shows_and_the_lines_behind_it(desk: Desk) -> None:
    """Of each format the same; numerators and denominators of the lines add up to the rate."""
    shown = (await desk.reads("rates", period=PERIOD))["units"]
    exported = {name: await exports(desk, "rates", name) for name in READERS}
    assert exported["csv"][0]["state"] == "closed"
    for rows in exported.values():
        assert [row["unit"] for row in rows] == [unit["unit"] for unit in shown]
        for row, unit in zip(rows, shown, strict=True):
            assert float(row["composite"]) == float(unit["composite"])
            assert int(row["response_denominator"]) == unit["response"]["denominator"]
    for name in READERS:
        rows = await exports(desk, "cases", name, unit=C)
        assert {row["state"] for row in rows} == {"closed"}
        asked = [row for row in rows if str(row["proactive"]).lower() in ("false", "0")]
        mine = [row for row in asked if row["measure"] == "resolution"]
        there = next(unit for unit in shown if unit["unit"] == C)["resolution"]
        assert sum(int(row["denominator"]) for row in mine) == there["denominator"]
        assert sum(float(row["numerator"]) for row in mine) == float(there["numerator"])


async def test_an_export_of_another_units_cases_is_refused_by_name(desk: Desk) -> None:
    for query, status, reason in (
        ({"unit": "110101"}, 403, "not_your_unit"),
        ({"unit": "999"}, 404, "unknown_unit"),
        ({"unit": C, "period": "2026-13"}, 422, "unreadable_period"),
        ({"unit": C, "format": "pdf"}, 422, "invalid"),
    ):
        answer = await desk.client.get(
            "/v1/exports/cases", params={"period": PERIOD, **query}, headers=desk.token("unit", unit=C)
        )
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert await exports(desk, "cases", "csv", unit=C, role="unit", of=C)


async def test_the_report_of_a_closed_month_is_a_page_with_its_hash(desk: Desk) -> None:
    month = await desk.reads(f"months/{PERIOD}")
    for lang in ("zh-CN", "en"):
        answer = await desk.asks(f"months/{PERIOD}/report", role="unit", unit=C, lang=lang)
        assert (answer.status_code, answer.headers["content-language"]) == (200, lang)
        assert answer.headers["content-type"].startswith("text/html")
        assert month["frozen"]["sha256"] in answer.text
        assert SHOWN[C][1] in answer.text
        assert faults(answer.text, lang) == []
    open_one = await desk.asks("months/current/report")
    assert (open_one.status_code, open_one.json()["reason"]) == (409, "period_not_closed")
    assert (await desk.asks(f"months/{PERIOD}/report", lang="de")).status_code == 422


async def test_what_comes_late_counts_in_the_next_period_and_says_so(desk: Desk) -> None:
    frozen = await desk.reads(f"rates/{A}", period=PERIOD)
    await desk.delivers(told_late())
    assert await desk.reads(f"rates/{A}", period=PERIOD) == frozen
    following = await streets(desk, "2026-12")
    assert following[A]["satisfaction"] == {
        "numerator": "0.9",
        "denominator": 1,
        "undecided": 0,
        "late": 1,
        "adjustments": 0,
        "rate": "0.9000",
    }
    # c3's order counts for the community now: taken from the street, given to the community, nothing in sum.
    assert (following[C]["response"]["denominator"], following[C]["response"]["adjustments"]) == (0, 2)
    lines = await desk.pages(f"rates/{C}/cases", measure="response", period="2026-12")
    found = [(line["unit"], line["denominator"], line["late_from"], line["number"] > 0) for line in lines]
    assert sorted(found) == [(C, -1, PERIOD, True), (N, 1, PERIOD, True)]
    month = await desk.reads(f"months/{PERIOD}")
    assert month["lateness"] == {"facts": 5, "late_lines": 4, "adjustments": 3}
    assert (following[B]["response"]["late"], following[B]["contact"]["denominator"]) == (1, 0)


async def test_a_closed_month_is_read_by_the_divisions_it_was_closed_with(desk: Desk) -> None:
    before = await readings(desk)
    async with by_now(desk, divided_anew()):
        assert await readings(desk) == before
        # What is open is read by those of now: an adjustment of N's lies there.
        assert N in [each["unit"] for each in (await desk.reads(f"rates/{A}", period="2026-12"))["parts"]]


async def test_what_comes_late_of_an_excluded_case_is_excluded_too(desk: Desk) -> None:
    applied, everything = await streets(desk, "2026-12"), await streets(desk, "2026-12", exclusions="ignored")
    assert (applied[A]["response"]["numerator"], applied[A]["response"]["adjustments"]) == ("0", 0)
    assert (everything[A]["response"]["denominator"], everything[A]["response"]["adjustments"]) == (-1, 1)
    asked = {"measure": "response", "period": "2026-12", "exclusions": "ignored"}
    (line,) = await desk.pages(f"rates/{A}/cases", **asked)
    assert (line["late_from"], line["excluded"], line["denominator"]) == (PERIOD, True, -1)


async def test_an_answer_that_nobody_was_led_to_before_the_close_stays_with_nobody(desk: Desk) -> None:
    for name in ("joined to unheard", "joined to undecided"):
        page = await desk.reads(f"cases/{Story(name).case_id}")
        assert {(line["measure"], line["unit"]) for line in page["lines"]} == {
            (measure, None) for measure in MEASURES[1:]
        }
    for unit in (B, D):
        frozen = await desk.reads(f"rates/{unit}", period=PERIOD)
        behind = await desk.pages(f"rates/{unit}/cases", measure="contact", period=PERIOD)
        assert len(behind) == frozen["whole"]["contact"]["denominator"]


async def test_all_periods_together_are_the_ledger_as_it_is_known_now(desk: Desk) -> None:
    rows = await desk.rows(
        "SELECT measure, sum(numerator) AS top, sum(denominator) AS bottom FROM score_lines GROUP BY measure"
    )
    # The forty cases with nothing left out, the answer of a9 that came late, a14's order taken away, two
    # unsigned orders and two answers that count for nobody.
    (response, contact, resolution, satisfaction) = (("32", 42), ("33", 37), ("19", 37), ("20.0", 36))
    assert {row["measure"]: (row["top"], row["bottom"]) for row in rows} == {
        name: (Decimal(top), bottom)
        for name, (top, bottom) in zip(MEASURES, (response, contact, resolution, satisfaction), strict=True)
    }


async def test_a_later_period_waits_for_nobody_once_the_earlier_one_is_closed(desk: Desk) -> None:
    desk.clock.passes(days=31)
    assert (await desk.reads("months/2026-12"))["can_be_closed"]
    classes = await desk.reads("classes", period=PERIOD)
    assert {each["unit"]: (each["street_class"], each["reason"]) for each in classes["streets"]} == {
        A: (None, "too_few_orders"),
        B: (None, "too_few_orders"),
        C: (None, "too_few_orders"),
    }
    assert "ours" in classes["rules"]["source"]
    supervision = await desk.reads("supervision", period=PERIOD)
    assert [(each["unit"], each["step"]) for each in supervision["recommended"]] == [
        (C, "remind"),
        (B, "remind"),
        (A, "remind"),
    ]
    assert supervision["recommended"][0]["figures"] == [{"period": PERIOD, "composite": "0.7840"}]


async def test_a_month_of_late_lines_is_frozen_as_it_was_read(desk: Desk) -> None:
    before = await streets(desk, "2026-12")
    asked = await posts(desk, "months/2026-12/close", None, who="boss")
    assert (asked.status_code, await desk.rings("close_month")) == (202, 1)
    assert (await desk.reads("months/2026-12"))["period"]["state"] == "closed"
    assert await streets(desk, "2026-12") == before


async def test_a_closed_month_is_read_by_the_rules_it_was_closed_by(desk: Desk) -> None:
    before = await readings(desk)
    async with by_now(desk, another_policy()):
        assert await readings(desk) == before
        rules = (await desk.reads("rates", period="current"))["rules"]
        assert (rules["policy_version"], Decimal(rules["response_weight"])) == ("2027.1", Decimal("0.8"))


async def test_departments_open_to_their_calls_and_the_appraisal_says_how_it_is_weighed(desk: Desk) -> None:
    answer = await desk.reads("departments", period=PERIOD)
    assert (answer["departments"], answer["appraisal"]["reported_in"]) == ([], "0.40")
    assert (await desk.asks(f"departments/{POLICE}/whistles", measure="luck")).status_code == 422


async def test_a_replay_of_the_topics_comes_to_the_same_hash_and_a_forged_fact_does_not(
    desk: Desk, database: str
) -> None:
    producer = desk.flat.bus.producer()
    heard = [each for story in (*forty(), *led_by_nobody()) for each in story.heard]
    await producer.send([message(each) for each in (*heard, *heard[:50], *told_late())])
    # What scoring itself said lies in its log; what stood in the outbox goes out by the same way.
    await replay(desk.flat.store, desk.flat.bus, since=datetime(2020, 1, 1, tzinfo=SHANGHAI))
    lines: list[str] = []
    month, following = await verify(desk.flat, database, lines.append)
    assert (following.is_same, following.lines) == (True, 8)
    assert (month.period, month.is_same, month.differing) == (PERIOD, True, ())
    assert month.replayed == (await desk.reads(f"months/{PERIOD}"))["frozen"]["sha256"]
    assert lines[-1].endswith("facts folded, all there are")
    forged = Story("a5b").registered().dispatched(A).signed(A)
    await producer.send([message(each) for each in forged.heard])
    other, _ = await verify(desk.flat, database, lines.append)
    assert (other.is_same, other.differing) == (False, (f"{A} response",))
    assert not await desk.rows("SELECT datname FROM pg_database WHERE datname LIKE 'jiesu_verify_%'")


async def test_a_ledger_changed_by_hand_is_found_out(desk: Desk, database: str) -> None:
    await by_hand(desk, "UPDATE month_sums SET numerator = numerator + 1", A, "resolution")
    await by_hand(desk, "UPDATE score_lines SET numerator = 1", B, "satisfaction")
    await by_hand(desk, "UPDATE month_sums SET sha256 = sha256('x')", C, "contact")
    await changes(desk, 'UPDATE months SET frozen = frozen || \'{"sha256": "x"}\'')
    month, following = await verify(desk.flat, database, lambda _line: None)
    assert set(month.changed) == {f"{A} resolution", f"{B} satisfaction", f"{C} contact"}
    assert (following.changed, following.kept, following.verdict) == ((), "x", Verdict.DIFFERS)
