"""考核周期 that the policy cuts otherwise from now on: what is closed stays, and a replay agrees."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from deploy.verifying import verify
from services.scoring.app import SERVICE
from shared.bus.replay import replay
from shared.city.city import City
from shared.city.policy_scoring import Period
from shared.kernel.words import Satisfied, Solved
from shared.store.running_city import CityUnsound, RunningCity
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.integration.scoring_month import AFTER, MEASURES, by_now, message, posts, streets, sums
from tests.kit.case_story import SHANGHAI, handled
from tests.kit.city import beijing
from tests.kit.forty_cases import PERIOD, A, B, C, forty

pytestmark = pytest.mark.postgres

MONTHLY = {"kind": "calendar_month", "settle": "24h", "source": "ours"}
BETWEEN = datetime(2026, 12, 24, 9, 0, tzinfo=SHANGHAI)
"""In the first period of another cut; in December by the calendar."""


def cut_by(period: dict[str, Any]) -> City:
    city = beijing()
    kept = {"version": "2027.1", "period": Period.model_validate(period)}
    return replace(city, policy=city.policy.model_copy(update=kept))


def cut_otherwise() -> City:
    """By the calendar since January, when "basically satisfied" counts less too; before, as ever."""
    policy = beijing().policy
    city = cut_by({**MONTHLY, "since": "2027-01", "before": policy.period.model_dump(mode="json")})
    less = {"basically_satisfied": Decimal("0.8"), "since": "2027-01", "before": policy.score}
    score = policy.score.model_copy(update=less)
    return replace(city, policy=city.policy.model_copy(update={"score": score}))


def told_between() -> list[Any]:
    """A case of these days, and work of the closed month that is given down late."""
    fresh = handled("fresh", A, now=BETWEEN).judged(Solved.YES, Satisfied.BASICALLY)
    told = {story.name: story for story in forty()}["c6"]
    told.now = BETWEEN
    told.judged(Solved.NO, Satisfied.NOT, round_=2, scored=False).returned(C)
    return [*fresh.heard, *told.heard[-2:]]


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring with the month of the forty cases closed. The tests of this file follow one another."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        await desk.delivers([heard for story in forty() for heard in story.heard], at_once=11)
        desk.clock.until(AFTER)
        assert (await posts(desk, f"months/{PERIOD}/close", None, who="boss")).status_code == 202
        assert await desk.rings("close_month") == 1
        yield desk


@pytest.mark.parametrize(
    "period",
    [
        MONTHLY,
        {**MONTHLY, "kind": "cut_day", "cut_day": 20},
        {**MONTHLY, "kind": "cut_day", "cut_day": 19, "cut_at": "12:00", "settle": "48h"},
        {**MONTHLY, "since": "2026-11", "before": {**MONTHLY, "kind": "cut_day", "cut_day": 19}},
    ],
)
async def test_a_policy_that_moves_the_ends_of_a_closed_month_is_not_worked_by(
    desk: Desk, period: dict[str, Any]
) -> None:
    moved = RunningCity(cut_by(period), SERVICE.reads_city)
    async with desk.flat.store.read() as connection:
        with pytest.raises(CityUnsound, match=r"2026-11 .*period\.since.*period\.before"):
            await moved.look(connection, desk.clock.now())
        assert not moved.is_settled
        for city in (cut_otherwise(), beijing()):
            assert await RunningCity(city, SERVICE.reads_city).look(connection, desk.clock.now())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"partly_solved": Decimal("0.1")}, "2026-11"),
        ({"partly_solved": Decimal("0.1"), "since": "2026-11"}, "2026-11"),
        ({"basically_satisfied": Decimal("0.8"), "since": "2026-12"}, "2026-12"),
    ],
)
async def test_what_an_answer_counts_is_not_changed_in_a_period_that_has_begun(
    desk: Desk, changed: dict[str, Any], named: str
) -> None:
    city = beijing()
    before = {"before": city.policy.score} if "since" in changed else {}
    score = city.policy.score.model_copy(update={**changed, **before})
    other = replace(city, policy=city.policy.model_copy(update={"version": "2027.1", "score": score}))
    async with desk.flat.store.read() as connection:
        with pytest.raises(CityUnsound, match=rf"{named} .*score\.since.*score\.before"):
            await RunningCity(other, SERVICE.reads_city).look(connection, desk.clock.now())


async def test_a_policy_since_a_period_that_has_begun_is_not_worked_by(desk: Desk) -> None:
    """It had begun when the one before was closed."""
    before = beijing().policy.period.model_dump(mode="json")
    moved = RunningCity(cut_by({**MONTHLY, "since": "2026-12", "before": before}), SERVICE.reads_city)
    async with desk.flat.store.read() as connection:
        with pytest.raises(CityUnsound, match=r"2026-12 .*period\.since.*period\.before"):
            await moved.look(connection, desk.clock.now())


async def test_the_first_period_of_another_cut_takes_what_comes_after_the_close(desk: Desk) -> None:
    frozen, page = await streets(desk), (await desk.reads(f"months/{PERIOD}"))["period"]
    async with by_now(desk, cut_otherwise()):
        desk.clock.until(BETWEEN)
        await desk.delivers(told_between())
        assert await streets(desk) == frozen
        assert (await desk.reads(f"months/{PERIOD}"))["period"] == page
        for unit in (A, B, C):
            for name, (top, bottom) in zip(MEASURES, sums(frozen[unit]), strict=True):
                lines = await desk.pages(f"rates/{unit}/cases", measure=name, period=PERIOD)
                assert sum(Decimal(line["numerator"]) for line in lines) == top
                assert sum(line["denominator"] for line in lines) == bottom
        current = (await desk.reads("rates"))["period"]
        assert (current["label"], current["starts"]) == ("2027-01", "2026-12-19T12:00:00+08:00")
        following = await streets(desk, "current")
        said = following[A]["satisfaction"]
        assert (said["numerator"], said["denominator"], said["late"]) == ("0.8", 1, 0)
        for period, worth in ((PERIOD, "0.9"), ("2026-10", "0.9"), ("2027-01", "0.8")):
            assert (await desk.reads("rates", period=period))["rules"]["basically_satisfied"] == worth


async def test_it_is_closed_when_it_ends_and_a_replay_agrees_on_both_sides(desk: Desk, database: str) -> None:
    heard = [*(each for story in forty() for each in story.heard), *told_between()]
    async with by_now(desk, cut_otherwise()):
        desk.clock.until(datetime(2027, 1, 31, 12, 0, tzinfo=SHANGHAI))
        assert (await desk.reads("months/2027-01"))["hindrance"] == "period_not_settled"
        desk.clock.until(datetime(2027, 2, 2, tzinfo=SHANGHAI))
        assert (await posts(desk, "months/2027-01/close", None, who="boss")).status_code == 202
        assert await desk.rings("close_month") == 1
        async with desk.flat.store.read() as connection:
            # The period to come has begun and is closed: who starts again under the same policy goes on.
            again = RunningCity(cut_otherwise(), SERVICE.reads_city)
            assert await again.look(connection, desk.clock.now())
            with pytest.raises(CityUnsound, match="2027-01"):
                await RunningCity(beijing(), SERVICE.reads_city).look(connection, desk.clock.now())
        await desk.flat.bus.producer().send([message(each) for each in heard])
        await replay(desk.flat.store, desk.flat.bus, since=datetime(2020, 1, 1, tzinfo=SHANGHAI))
        found = await verify(desk.flat, database, lambda _line: None)
    assert [(month.period, month.is_same, month.differing) for month in found] == [
        (PERIOD, True, ()),
        ("2027-01", True, ()),
    ]
