"""四类街乡镇 and 五步督办: what follows from closed months by the policy's thresholds: to recommend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.policy.rates import Ranked
from shared.city.policy_scoring import Classes, Supervision
from shared.kernel.words import StreetClass, SupervisionStep


@dataclass(frozen=True, slots=True)
class Classed:
    """A street's class with the figures that put it there."""

    unit: str
    street_class: StreetClass | None
    """None: too few orders, or no composite."""
    composite: Fraction | None
    before: Fraction | None
    """The composite of the month before."""
    volume: int
    reason: str
    """Which rule decided, by name."""


def classify(now: Sequence[Ranked], before: Mapping[str, Fraction], rules: Classes) -> tuple[Classed, ...]:
    """Each street with its class, in the order given."""
    return tuple(_classed(each, before.get(each.standing.unit), rules) for each in now)


def _classed(ranked: Ranked, before: Fraction | None, rules: Classes) -> Classed:
    volume, composite = ranked.standing.volume, ranked.composite
    found, reason = _class(composite, before, volume, rules)
    return Classed(ranked.standing.unit, found, composite, before, volume, reason)


def _class(
    composite: Fraction | None, before: Fraction | None, volume: int, rules: Classes
) -> tuple[StreetClass | None, str]:
    if composite is None:
        return None, "no_composite"
    if volume < rules.min_orders:
        return None, "too_few_orders"
    if composite >= Fraction(rules.advanced):
        return StreetClass.ADVANCED, "at_least_advanced"
    if composite < Fraction(rules.governed):
        return StreetClass.GOVERNED, "below_governed"
    if composite >= Fraction(rules.rectifying):
        return StreetClass.PROGRESSING, "at_least_rectifying"
    if before is not None and composite - before >= Fraction(rules.progress):
        return StreetClass.PROGRESSING, "made_progress"
    return StreetClass.RECTIFYING, "below_rectifying"


@dataclass(frozen=True, slots=True)
class Figure:
    """One closed month's composite."""

    period: str
    composite: Fraction | None


@dataclass(frozen=True, slots=True)
class Recommended:
    """A step that is recommended for a unit, and the figures that caused it, newest first."""

    unit: str
    step: SupervisionStep
    below: Fraction
    figures: tuple[Figure, ...]


def supervise(months: Sequence[tuple[str, Mapping[str, Fraction]]], rules: Supervision) -> list[Recommended]:
    """The gravest step for each unit; `months` are closed ones, newest first. A month without a composite
    ends the row: nobody is blamed for what was not measured.
    """
    units = sorted(months[0][1]) if months else []
    found = [_gravest(unit, months, rules) for unit in units]
    return [each for each in found if each is not None]


def _gravest(
    unit: str, months: Sequence[tuple[str, Mapping[str, Fraction]]], rules: Supervision
) -> Recommended | None:
    for rung in reversed(rules.steps):
        row = tuple(Figure(period, composites.get(unit)) for period, composites in months[: rung.months])
        below = Fraction(rung.below)
        is_undercut = all(figure.composite is not None and figure.composite < below for figure in row)
        if len(row) == rung.months and is_undercut:
            return Recommended(unit, rung.step, below, row)
    return None
