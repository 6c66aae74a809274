"""未诉先办: which series of daily counts has more than chance explains, over many series at once.

A series is one category in one street or community. What is expected is its own level times weekday, season
and tide; how far chance goes is a negative binomial, whose variance has two parts: days of a series differ
more than Poisson's would, and its level is known from few requests only. False alarms are held down over all
series of a level together (Benjamini and Hochberg 1995). Measured in docs/scoring.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import exp, fsum, lgamma, log, log1p

from services.scoring.domain.hotspot import Excess, Place
from services.scoring.domain.policy.season import Season
from shared.city.policy_scoring import Hotspots
from shared.city.units import Units
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import UnitLevel

PRIOR = 0.5
"""Before its own requests are counted a series is what its category is on average, by so many requests."""
KIN_DAYS = 28
"""A series' dispersion is its category's, with the weight of so many days, and its own."""


@dataclass(frozen=True, slots=True)
class Kin:
    """All series of a category at one level."""

    cases: int
    """In the baseline."""
    spread: float
    """Sum of Pearson's statistics over the series that had any requests."""
    series: int
    """How many had any."""


@dataclass(frozen=True, slots=True)
class Series:
    """One category in one place: what is counted of it."""

    unit: UnitCode
    category: CategoryCode
    recent: tuple[int, ...]
    """Requests in each window."""
    baseline: int
    """Requests in the baseline."""
    spread: float
    """Pearson's statistic of its days; 0 without requests."""
    kin: Kin


@dataclass(frozen=True, slots=True)
class Level:
    """Streets, or communities: one family of series, corrected together."""

    level: UnitLevel
    units: int
    """How many there are: those without requests were looked at as well."""
    series: Sequence[Series]
    """Those that have enough requests to be a hot spot."""


@dataclass(frozen=True, slots=True)
class Found:
    """A day's hot spots, the clearest first."""

    new: list[Excess]
    still: list[Excess]
    """What was one already, and goes on."""


def detect(
    levels: Iterable[Level],
    seasons: Mapping[CategoryCode, Season],
    rules: Hotspots,
    known: Collection[Place] = (),
) -> Found:
    """The hot spots of a day at all levels. What is known as one is not asked for again: it would let false
    ones through beside it, day after day. It goes on while its own p alone is small enough.
    """
    new: list[Excess] = []
    still: list[Excess] = []
    alarming = float(rules.false_alarms)
    for level in levels:
        weighed = [_clearest(each, level, seasons[each.category], rules) for each in level.series]
        there = [each for each in weighed if each]
        fresh = [each for each in there if each.place not in known]
        looked_at = level.units * len(seasons) - (len(there) - len(fresh))
        new += controlled(fresh, looked_at, alarming)
        still += [each for each in there if each.place in known and each.p_value <= alarming]
    return Found(sorted(new, key=_clarity), sorted(still, key=_clarity))


def _clarity(excess: Excess) -> tuple[float, Place]:
    return excess.q_value, excess.place


def without_wider(found: Found, units: Units) -> list[Excess]:
    """The new ones; a street is none beside those of its communities that are most of it."""
    there = [*found.new, *found.still]
    return [each for each in found.new if sum(_below(each, there, units)) * 2 < each.surplus]


def _below(street: Excess, found: Sequence[Excess], units: Units) -> Iterable[float]:
    for each in found:
        is_part = each.unit != street.unit and units.is_within(each.unit, street.unit)
        if is_part and each.category == street.category:
            yield each.surplus


def controlled(found: Sequence[Excess], looked_at: int, false_alarms: float) -> list[Excess]:
    """Benjamini and Hochberg: those that stand when so many were looked at, with what they are worth then."""
    ordered = sorted(found, key=lambda each: each.p_value, reverse=True)
    raw = [each.p_value * looked_at / (len(ordered) - place) for place, each in enumerate(ordered)]
    adjusted = zip(ordered, accumulate(raw, min), strict=True)
    return [replace(each, q_value=min(1.0, worth)) for each, worth in adjusted if worth <= false_alarms]


def _clearest(series: Series, level: Level, season: Season, rules: Hotspots) -> Excess | None:
    """The window that is least explained by chance; having looked at several costs as many times its p."""
    weighed = [
        _weigh(series, level, season, rules, window)
        for window, cases in enumerate(series.recent)
        if cases >= rules.min_cases
    ]
    if not weighed:
        return None
    best = min(weighed, key=lambda each: each.p_value)
    return replace(best, p_value=min(1.0, best.p_value * len(rules.windows)))


def _weigh(series: Series, level: Level, season: Season, rules: Hotspots, window: int) -> Excess:
    cases, exposure = series.recent[window], season.exposure
    # Gamma-Poisson: a series that had nothing in the baseline is not expected to have nothing for ever.
    usual = max(series.kin.cases, 1) / (level.units * exposure)
    drawn = (PRIOR + series.baseline) / (PRIOR / usual + exposure)
    # A place that always had much more than others of a rare matter would be drawn far below what it had.
    per_day = max(drawn, series.baseline / exposure)
    alone = per_day * season.windows[window]
    tide = season.tide(window, cases, alone)
    expected = alone * tide
    dispersion = _dispersion(series, rules.baseline_days)
    known = (PRIOR + series.baseline) / dispersion
    variance = dispersion * expected + expected**2 / known
    return Excess(
        series.unit,
        series.category,
        level.level,
        rules.windows[window],
        cases,
        expected,
        per_day,
        season.factor,
        tide,
        dispersion,
        tail(cases, expected, variance) if cases > expected else 1.0,
    )


def _dispersion(series: Series, days: int) -> float:
    freedom = days - 1
    of_kin = series.kin.spread / (series.kin.series * freedom) if series.kin.series else 1.0
    own = (series.spread, freedom) if series.baseline else (0.0, 0)
    return max(1.0, (KIN_DAYS * of_kin + own[0]) / (KIN_DAYS + own[1]))


def tail(cases: int, mean: float, variance: float) -> float:
    """How likely so many or more are: a negative binomial's upper tail, summed.

    Not by a library: scipy is 143 MB for this sum of a few terms. The tests hold it against scipy's.
    """
    # At the limit it is Poisson's; a little above it the same sum serves for both.
    size = mean**2 / max(variance - mean, mean * 1e-6)
    spread = log1p(mean / size)
    log_odds = log(mean) - log(size + mean)

    def mass(count: int) -> float:
        ways = lgamma(size + count) - lgamma(size) - lgamma(count + 1)
        return exp(ways - size * spread + count * log_odds)

    # Upwards, where terms only become smaller: one minus the rest would lose what is rare.
    terms, count = [mass(cases)], cases
    while terms[-1] > terms[0] * 1e-12:
        count += 1
        terms.append(terms[-1] * exp(log_odds) * (size + count - 1) / count)
    return min(1.0, fsum(terms))
