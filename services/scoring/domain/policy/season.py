"""What a day of a category is expected to be beside an average one: by its weekday, by the time of the year.

Learnt from the whole city, because a street's own days are too few to tell a Monday from chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.city.calendar import Calendar
from shared.city.policy_scoring import Hotspots

A_YEAR = timedelta(days=364)
"""Weeks, so that weekdays fall on weekdays."""
SUNDAY = 6
MONDAY = 0
CAUTION = 50
"""So many requests as expected are put beside what was counted: few requests make no season and no tide."""
ABOUT = timedelta(days=3)
"""The season is looked up a year ago, give or take these days."""
MOST = 2.0
"""A season does not more than double what is expected, and does not more than halve it."""

Totals = Mapping[date, int]
"""The city's requests of one category by day; days without any may be missing."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a decision about one day rests on."""

    baseline: tuple[date, ...]
    windows: tuple[tuple[date, ...], ...]

    @classmethod
    def before(cls, day: date, rules: Hotspots) -> "Days":
        """Windows that end with this day, and the baseline that ends where the longest of them begins."""
        last = day - timedelta(days=rules.longest)
        return cls(_upto(last, rules.baseline_days), tuple(_upto(day, many) for many in rules.windows))

    @property
    def first(self) -> date:
        return self.baseline[0]


@dataclass(frozen=True, slots=True)
class Season:
    """One category's expectations, as multiples of an average day of the baseline."""

    factors: Mapping[date, float]
    """Of each day of the baseline."""
    exposure: float
    """The baseline in average days."""
    windows: tuple[float, ...]
    """Each window in average days, with the time of the year in it."""
    factor: float
    """The time of the year alone."""
    expected: tuple[float, ...]
    """How many requests the whole city may expect in each window."""
    counted: tuple[int, ...]
    """How many there were."""

    def tide(self, window: int, cases: int, expected: float) -> float:
        """How much more than expected came from everywhere else: what lifts the whole city is no hot spot."""
        rest = self.counted[window] - cases
        return max(1.0, (rest + CAUTION) / (max(self.expected[window] - expected, 0.0) + CAUTION))


def season_of(totals: Totals, days: Days, calendar: Calendar) -> Season:
    """Weekdays and season of a category, from the city's days."""
    kind_of = _kinds(calendar)
    weekdays = _weekdays(totals, days.baseline, kind_of)
    factors = {day: weekdays[kind_of(day)] for day in days.baseline}
    exposure = sum(factors.values())
    factor = _time_of_year(totals, days)
    windows = tuple(factor * sum(weekdays[kind_of(day)] for day in window) for window in days.windows)
    level = sum(totals.get(day, 0) for day in days.baseline) / exposure
    return Season(
        factors,
        exposure,
        windows,
        factor,
        tuple(level * each for each in windows),
        tuple(sum(totals.get(day, 0) for day in window) for window in days.windows),
    )


def _upto(last: date, many: int) -> tuple[date, ...]:
    return tuple(last - timedelta(days=back) for back in reversed(range(many)))


def _kinds(calendar: Calendar) -> Callable[[date], int]:
    """A holiday is a Sunday, a weekend that is worked is a Monday."""

    def kind(day: date) -> int:
        is_weekend = day.weekday() >= 5
        if calendar.is_workday(day):
            return MONDAY if is_weekend else day.weekday()
        return day.weekday() if is_weekend else SUNDAY

    return kind


def _weekdays(totals: Totals, days: Sequence[date], kind_of: Callable[[date], int]) -> Sequence[float]:
    mean = _mean(totals, days)
    found = [[totals.get(day, 0) for day in days if kind_of(day) == kind] for kind in range(7)]
    return [(sum(counts) + CAUTION) / (mean * len(counts) + CAUTION) for counts in found]


def _time_of_year(totals: Totals, days: Days) -> float:
    """The same weeks a year ago, beside the weeks that were the baseline then."""
    then = [day - A_YEAR for day in days.baseline]
    mean = _mean(totals, then)
    if not mean:
        return 1.0
    longest = days.windows[-1]
    first, last = longest[0] - A_YEAR - ABOUT, longest[-1] - A_YEAR + ABOUT
    around = _upto(last, (last - first).days + 1)
    counted = sum(totals.get(day, 0) for day in around)
    found = (counted + CAUTION) / (mean * len(around) + CAUTION)
    return min(max(found, 1 / MOST), MOST)


def _mean(totals: Totals, days: Iterable[date]) -> float:
    counts = [totals.get(day, 0) for day in days]
    return sum(counts) / len(counts)
