"""A city's daily counts, made up by a seed: usual days, surges of the whole city, known outbreaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.scoring.domain.policy.hotspots import Kin, Level, Series
from services.scoring.domain.policy.season import Days, Season
from shared.city.policy_scoring import Hotspots
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import UnitLevel

WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 1.0, 0.9, 0.8)
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outbreak:
    """One series gets so many more requests on each of these days."""

    unit: int
    category: int
    start: int
    days: int
    extra: float


@dataclass(slots=True)
class MadeUp:
    """Requests by unit, category and day; what is in them is known."""

    first: date
    counts: Counts
    outbreaks: list[Outbreak] = field(default_factory=list)

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def totals(self, category: int) -> Mapping[date, int]:
        city = self.counts[:, category, :].sum(axis=0)
        return {self.day(number): int(count) for number, count in enumerate(city)}


def make_up(
    seed: int, *, units: int, categories: int, days: int, per_day: float, first: date
) -> tuple[MadeUp, np.random.Generator]:
    """So many requests a day in all, unevenly spread; days of a series vary by 1 to 2.5 times Poisson's."""
    chance = np.random.default_rng(seed)
    sizes = chance.lognormal(0.0, 0.6, units)[:, None] * chance.lognormal(0.0, 0.4, (units, categories))
    shares = 1 / np.arange(1, categories + 1) ** 0.9
    level = sizes * shares
    level *= per_day / level.sum()
    dispersion = chance.uniform(1.01, 2.5, (units, categories))
    phase = chance.uniform(0, 365, categories)
    numbers = np.arange(days)
    season = 1 + 0.3 * np.sin(2 * np.pi * (numbers[None, :] - phase[:, None]) / 364)
    weekday = np.array([WEEKDAYS[(first + timedelta(days=int(number))).weekday()] for number in numbers])
    usual = season * weekday[None, :] * _surges(chance, categories, days)
    mean = level[:, :, None] * usual[None, :, :]
    size = mean / (dispersion[:, :, None] - 1)
    counts = chance.negative_binomial(size, 1 / dispersion[:, :, None])
    return MadeUp(first, counts), chance


def _surges(chance: np.random.Generator, categories: int, days: int) -> NDArray[np.float64]:
    """A storm, a price: five days of one category, everywhere; one in a month of each."""
    found = np.ones((categories, days))
    for category in range(categories):
        for start in chance.integers(0, days, days // 30):
            found[category, start : start + 5] *= chance.uniform(1.3, 2.0)
    return found


def break_out(made: MadeUp, chance: np.random.Generator, outbreaks: list[Outbreak]) -> None:
    """Put them in."""
    for each in outbreaks:
        days = slice(each.start, each.start + each.days)
        made.counts[each.unit, each.category, days] += chance.poisson(each.extra, each.days)
    made.outbreaks += outbreaks


def level_of(
    made: MadeUp, day: int, days: Days, seasons: Mapping[CategoryCode, Season], rules: Hotspots
) -> Level:
    """What the database would answer for the day."""
    found = list(_series(made, day, days, seasons, rules))
    return Level(UnitLevel.STREET, made.counts.shape[0], found)


def _series(
    made: MadeUp, day: int, days: Days, seasons: Mapping[CategoryCode, Season], rules: Hotspots
) -> Iterator[Series]:
    ends = day + 1 - rules.longest
    for category in range(made.counts.shape[1]):
        season = seasons[code(category)]
        factors = np.array([season.factors[each] for each in days.baseline])
        before = made.counts[:, category, ends - rules.baseline_days : ends]
        baseline = before.sum(axis=1)
        level = baseline[:, None] / season.exposure * factors[None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.nan_to_num(((before - level) ** 2 / level).sum(axis=1))
        kin = Kin(int(baseline.sum()), float(spread.sum()), int((baseline > 0).sum()))
        windows = [made.counts[:, category, day + 1 - many : day + 1].sum(axis=1) for many in rules.windows]
        for unit in np.flatnonzero(windows[-1] >= rules.min_cases):
            recent = tuple(int(window[unit]) for window in windows)
            place = UnitCode(f"U{unit:04d}")
            yield Series(place, code(category), recent, int(baseline[unit]), float(spread[unit]), kin)


def code(category: int) -> CategoryCode:
    return CategoryCode(f"C{category:02d}")
