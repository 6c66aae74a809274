"""未诉先办: what chance explains, what many series cost, and what a day is expected to be."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from services.scoring.domain.hotspot import Excess
from services.scoring.domain.policy import alarms
from services.scoring.domain.policy.hotspots import (
    Found,
    Kin,
    Level,
    Series,
    controlled,
    detect,
    tail,
    without_wider,
)
from services.scoring.domain.policy.season import Days, Season, season_of
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import UnitLevel
from tests.kit.case_story import DONGHUASHI, NANLI, SHANGHAI, ZHENZHUQUAN
from tests.kit.city import beijing
from tests.kit.outbreaks import code, level_of, make_up

CITY = beijing()
RULES = CITY.policy.hotspots
DAY = date(2026, 6, 30)
DAYS = Days.before(DAY, RULES)
PARKING = CategoryCode("parking")


@settings(max_examples=60)
@given(
    st.integers(1, 400),
    st.floats(1e-3, 200, allow_nan=False),
    st.floats(1.0001, 20, allow_nan=False),
)
def test_the_tail_is_the_negative_binomials(cases: int, mean: float, dispersion: float) -> None:
    size = mean / (dispersion - 1)
    exact = float(nbinom.sf(cases - 1, size, 1 / dispersion))
    assert tail(cases, mean, mean * dispersion) == pytest.approx(exact, rel=1e-6, abs=1e-280)


def an_excess(p_value: float, *, unit: str = "A", cases: int = 20, expected: float = 5.0) -> Excess:
    return Excess(UnitCode(unit), PARKING, UnitLevel.STREET, 7, cases, expected, 0.7, 1.0, 1.0, 1.0, p_value)


def test_many_series_are_corrected_as_in_the_paper() -> None:
    """The fifteen values of Benjamini and Hochberg (1995), section 3.2: four stand at 0.05."""
    values = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
              0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000)  # fmt: skip
    found = controlled([an_excess(each) for each in values], 15, 0.05)
    assert sorted(each.p_value for each in found) == [0.0001, 0.0004, 0.0019, 0.0095]
    # Series without requests were looked at too: the same values among ten times as many.
    found = controlled([an_excess(each) for each in values], 150, 0.05)
    assert sorted(each.p_value for each in found) == [0.0001, 0.0004]


def flat(per_day: int = 100) -> Season:
    first = DAYS.first
    return season_of(
        {first + timedelta(days=number): per_day for number in range((DAY - first).days + 1)},
        DAYS,
        CITY.calendar,
    )


def found(recent: tuple[int, ...], *, baseline: int = 56, spread: float = 55.0) -> list[Excess]:
    kin = Kin(baseline * 300, spread * 300, 300)
    series = Series(DONGHUASHI, PARKING, recent, baseline, spread, kin)
    return detect([Level(UnitLevel.STREET, 349, [series])], {PARKING: flat()}, RULES).new


def test_a_weeks_outbreak_is_a_hot_spot_and_an_ordinary_week_is_none() -> None:
    assert found((1, 4, 9)) == []
    (excess,) = found((6, 17, 30))
    assert (excess.unit, excess.category, excess.cases) == (DONGHUASHI, PARKING, 30)
    assert excess.q_value <= 0.05
    assert 5 < excess.expected < 8


def test_what_is_known_goes_on_by_its_own_figures_and_is_not_found_again() -> None:
    kin = Kin(56 * 300, 55.0 * 300, 300)
    series = [Series(DONGHUASHI, PARKING, recent, 56, 55.0, kin) for recent in ((3, 8, 17), (1, 3, 7))]
    for each, goes_on in zip(series, (True, False), strict=True):
        level = Level(UnitLevel.STREET, 349, [each])
        found = detect([level], {PARKING: flat()}, RULES, {(DONGHUASHI, PARKING)})
        assert (found.new, bool(found.still)) == ([], goes_on)
        assert detect([level], {PARKING: flat()}, RULES).new == []


def test_the_same_week_is_ordinary_where_days_always_vary_so_much() -> None:
    assert found((6, 17, 30), spread=55.0 * 12) == []


def test_an_ordinary_week_is_none_where_nobody_else_has_the_matter() -> None:
    """Seven in a week beside one a day for eight weeks, of a matter that no other street ever had."""
    kin = Kin(56, 55.0, 1)
    series = Series(DONGHUASHI, PARKING, (1, 3, 7), 56, 55.0, kin)
    assert detect([Level(UnitLevel.STREET, 349, [series])], {PARKING: flat(1)}, RULES).new == []
    storm = replace(series, recent=(6, 17, 30))
    (excess,) = detect([Level(UnitLevel.STREET, 349, [storm])], {PARKING: flat(1)}, RULES).new
    assert excess.expected == pytest.approx(7, rel=0.1)


def test_few_requests_are_none_however_little_was_expected() -> None:
    assert found((4, 4, 4), baseline=0, spread=0.0) == []
    assert found((5, 5, 5), baseline=0, spread=0.0) != []


def test_what_lifts_the_whole_city_is_no_hot_spot() -> None:
    alone = found((6, 17, 30))
    storm = replace(flat(), counted=(400, 1200, 2800))
    kin = Kin(56 * 300, 55.0 * 300, 300)
    series = Series(DONGHUASHI, PARKING, (6, 17, 30), 56, 55.0, kin)
    assert alone
    assert detect([Level(UnitLevel.STREET, 349, [series])], {PARKING: storm}, RULES).new == []


def test_weekdays_and_the_year_before_shape_what_is_expected() -> None:
    totals = {}
    for number in range(800):
        day = DAY - timedelta(days=number)
        summer = 2 if day.month in (6, 7, 8) else 1
        totals[day] = summer * (140 if day.weekday() == 0 else 20 if day.weekday() == 6 else 90)
    season = season_of(totals, DAYS, CITY.calendar)
    monday = next(day for day in DAYS.baseline if day.weekday() == 0 and CITY.calendar.is_workday(day))
    sunday = next(day for day in DAYS.baseline if day.weekday() == 6 and not CITY.calendar.is_workday(day))
    assert season.factors[monday] > 3 * season.factors[sunday]
    # The last of June was twice the level of most of its baseline a year ago, too.
    assert 1.2 < season.factor <= 2
    assert season_of(totals, Days.before(date(2026, 5, 20), RULES), CITY.calendar).factor == pytest.approx(
        1, abs=0.1
    )


def test_a_holiday_is_a_sunday_and_a_weekend_that_is_worked_a_monday() -> None:
    days = Days.before(date(2026, 11, 20), RULES)
    totals = {day: 10 if day.weekday() == 6 else 100 for day in days.baseline}
    season = season_of(totals, days, CITY.calendar)
    holiday = date(2026, 10, 1)
    assert not CITY.calendar.is_workday(holiday)
    assert holiday.weekday() < 5
    assert season.factors[holiday] == min(season.factors.values())


def test_a_street_is_none_beside_the_community_that_is_most_of_it() -> None:
    street = an_excess(1e-9, unit=DONGHUASHI, cases=30, expected=6.0)
    community = an_excess(1e-9, unit=NANLI, cases=16, expected=1.0)
    elsewhere = an_excess(1e-9, unit=ZHENZHUQUAN)
    kept = without_wider(Found([street, elsewhere], [community]), CITY.units)
    assert [each.unit for each in kept] == [ZHENZHUQUAN]
    small = replace(community, cases=9)
    assert without_wider(Found([street, small], []), CITY.units) == [street, small]


def test_a_quiet_city_raises_no_more_alarms_than_the_policy_puts_up_with() -> None:
    """Fifteen days of 300 series without an outbreak: at 0.05 a day one would be expected at most."""
    made, _ = make_up(11, units=60, categories=5, days=455, per_day=1_000, first=date(2024, 9, 2))
    totals = {code(category): made.totals(category) for category in range(5)}
    alarms_raised = 0
    for number in range(440, 455):
        days = Days.before(made.day(number), RULES)
        seasons = {each: season_of(counts, days, CITY.calendar) for each, counts in totals.items()}
        alarms_raised += len(detect([level_of(made, number, days, seasons, RULES)], seasons, RULES).new)
    assert alarms_raised <= 3


@pytest.mark.parametrize(
    ("looked", "hour", "day"),
    [
        (None, 1, 28),
        (None, 2, 29),
        (date(2026, 11, 29), 23, None),
        (date(2026, 11, 27), 12, 28),
        (date(2026, 6, 1), 12, 23),
    ],
)
def test_a_day_is_looked_at_once_it_is_over_and_none_is_left_out(
    looked: date | None, hour: int, day: int | None
) -> None:
    now = datetime(2026, 11, 30, hour, tzinfo=SHANGHAI)
    expected = None if day is None else date(2026, 11, day)
    assert alarms.next_day(looked, RULES.longest, now) == expected
