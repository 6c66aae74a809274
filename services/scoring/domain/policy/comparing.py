"""Before and after with an interval: what was measured, and how far chance alone could have moved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Span:
    """Days one after the other, both ends among them."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def compared(starts: date, days: int, since: date | None, upto: date) -> tuple[Span, Span]:
    """So many days before the measures, and as many from their first on: of those only that were counted. A
    day that was not is no day without requests.
    """
    one, many = timedelta(days=1), timedelta(days=days)
    known = since or upto + one
    before = Span(max(known, starts - many), min(upto, starts - one))
    return before, Span(max(known, starts), min(upto, starts + many - one))


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval; None where there is nothing to estimate from."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """So much of so many. A numerator may be broken: basically satisfied counts 0.9."""

    numerator: float
    denominator: int

    @property
    def value(self) -> float | None:
        return min(max(self.numerator / self.denominator, 0.0), 1.0) if self.denominator > 0 else None


def wilson(share: Share) -> Interval | None:
    """A proportion's score interval (Wilson 1927). For answers between 0 and 1 it is wider than needed."""
    value, many = share.value, share.denominator
    if value is None:
        return None
    middle = (value + Z**2 / (2 * many)) / (1 + Z**2 / many)
    half = Z / (1 + Z**2 / many) * sqrt(value * (1 - value) / many + Z**2 / (4 * many**2))
    return Interval(value, max(0.0, middle - half), min(1.0, middle + half))


def difference(before: Share, after: Share) -> Interval | None:
    """After less before (Newcombe 1998, method 10)."""
    one, two = wilson(after), wilson(before)
    if one is None or two is None:
        return None
    found = one.estimate - two.estimate
    low = sqrt((one.estimate - one.low) ** 2 + (two.high - two.estimate) ** 2)
    high = sqrt((one.high - one.estimate) ** 2 + (two.estimate - two.low) ** 2)
    return Interval(found, found - low, found + high)


@dataclass(frozen=True, slots=True)
class Volume:
    """Requests on each of some days."""

    days: Sequence[int]

    @property
    def cases(self) -> int:
        return sum(self.days)

    @property
    def spread(self) -> float:
        """Pearson's statistic around the mean."""
        mean = self.cases / len(self.days) if self.days else 0.0
        return sum((day - mean) ** 2 for day in self.days) / mean if mean else 0.0


def ratio(before: Volume, after: Volume) -> Interval | None:
    """How many times as many a day as before; days that vary more than Poisson's widen it (quasi-Poisson)."""
    if not before.days or not after.days:
        return None
    variance = _log_variance(before, after)
    return _around(log(_rate(after) / _rate(before)), variance)


def ratio_beside(before: Volume, after: Volume, rest_before: Volume, rest_after: Volume) -> Interval | None:
    """The same beside how the rest of the city moved: what the season did is no merit."""
    own, rest = ratio(before, after), ratio(rest_before, rest_after)
    if own is None or rest is None:
        return None
    variance = _log_variance(before, after) + _log_variance(rest_before, rest_after)
    return _around(log(own.estimate / rest.estimate), variance)


def _rate(volume: Volume) -> float:
    # Half a request beside none: a ratio of nothing is no number.
    return (volume.cases or 0.5) / len(volume.days)


def _log_variance(before: Volume, after: Volume) -> float:
    freedom = len(before.days) + len(after.days) - 2
    dispersion = max(1.0, (before.spread + after.spread) / freedom) if freedom > 0 else 1.0
    return dispersion * (1 / (before.cases or 0.5) + 1 / (after.cases or 0.5))


def _around(middle: float, variance: float) -> Interval:
    half = Z * sqrt(variance)
    return Interval(exp(middle), exp(middle - half), exp(middle + half))
