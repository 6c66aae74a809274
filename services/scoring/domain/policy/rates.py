"""Sums over the unit tree, rates, ranking. Exact: fractions until somebody is shown one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.policy.lines import Measure
from shared.city.policy_scoring import Score
from shared.city.units import Units
from shared.kernel.words import UnitLevel

PLACES = 4
ROUNDING = "half up, to 4 places, only when shown; ranking uses the exact value"


@dataclass(frozen=True, slots=True)
class Tally:
    """Numerator, denominator, and what is worth knowing of the lines behind them."""

    numerator: Decimal = Decimal(0)
    denominator: int = 0
    undecided: int = 0
    """How many may still be signed in time."""
    cases: int = 0
    """How many cases were counted with them; adjustments take some back."""
    late: int = 0
    """How many came too late for the period they belong to."""
    adjustments: int = 0
    """How many are differences to lines of periods that are settled."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.undecided + other.undecided,
            self.cases + other.cases,
            self.late + other.late,
            self.adjustments + other.adjustments,
        )

    @property
    def mean(self) -> Fraction | None:
        """None when nothing was counted: no rate is not a rate of zero."""
        return Fraction(self.numerator) / self.denominator if self.denominator > 0 else None

    @property
    def rate(self) -> Fraction | None:
        """The same, held within 0 and 1: adjustments may take more off a small unit than it has."""
        mean = self.mean
        return None if mean is None else min(max(mean, Fraction(0)), Fraction(1))


NOTHING = Tally()
Tallies = Mapping[Measure, Tally]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the ledger's lines of one unit, measure and side add up to."""

    unit: str
    measure: Measure
    proactive: bool
    tally: Tally
    excluded: bool = False
    """Of cases that an exclusion in force takes out."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's tallies with everything below it; proactive ones apart, in no rate."""

    unit: str
    asked: Tallies = field(default_factory=dict)
    proactive: Tallies = field(default_factory=dict)

    def tally(self, measure: Measure) -> Tally:
        return self.asked.get(measure, NOTHING)

    @property
    def volume(self) -> int:
        """Dispatched orders: what decides between equals."""
        return self.tally(Measure.RESPONSE).denominator

    @property
    def cases(self) -> int:
        """诉求量: cases that it, or a unit below it, led first."""
        return self.tally(Measure.RESPONSE).cases

    def per_10k(self, residents: int | None) -> Fraction | None:
        """万人诉求量; None where nobody told how many live there."""
        return None if residents is None else Fraction(self.cases * 10_000, residents)

    def composite(self, score: Score, response: Measure | None = None) -> Fraction | None:
        """综合得分 by the policy's weights, in the policy's reading of response unless another one is named;
        None while one of the three has no rate.
        """
        parts = [
            (score.weights.response, self.tally(response or responding(score)).rate),
            (score.weights.resolution, self.tally(Measure.RESOLUTION).rate),
            (score.weights.satisfaction, self.tally(Measure.SATISFACTION).rate),
        ]
        weighed = [Fraction(weight) * rate for weight, rate in parts if rate is not None]
        return sum(weighed, Fraction(0)) if len(weighed) == len(parts) else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit's place among those of its level; None while it has no composite."""

    standing: Standing
    composite: Fraction | None
    rank: int | None


def responding(score: Score) -> Measure:
    """Which reading of response the policy puts into the composite."""
    return Measure.RESPONSE if score.response_denominator == "dispatched_orders" else Measure.CONTACT


def other_reading(score: Score) -> Measure:
    """The reading of response that the policy does not put into it."""
    return Measure.CONTACT if responding(score) is Measure.RESPONSE else Measure.RESPONSE


def without_excluded(sums: Iterable[Sum]) -> list[Sum]:
    """The reading that an exclusion takes effect in."""
    return [each for each in sums if not each.excluded]


def over_the_tree(sums: Iterable[Sum], units: Units) -> dict[str, Standing]:
    """Every unit with the sum of itself and all units below it."""
    asked: dict[str, dict[Measure, Tally]] = defaultdict(dict)
    proactive: dict[str, dict[Measure, Tally]] = defaultdict(dict)
    for each in sums:
        side = proactive if each.proactive else asked
        for unit in _upwards(each.unit, units):
            side[unit][each.measure] = side[unit].get(each.measure, NOTHING) + each.tally
    return {unit: Standing(unit, asked[unit], proactive[unit]) for unit in {*asked, *proactive}}


def _upwards(unit: str, units: Units) -> tuple[str, ...]:
    """A unit that the city has struck off since then keeps its numbers, under its own code."""
    return units.lineage(unit) if units.knows(unit) else (unit,)


def own(sums: Iterable[Sum], unit: str) -> Standing:
    """What lies with the unit itself and not below it."""
    return whole(unit, (each for each in sums if each.unit == unit))


def whole(name: str, sums: Iterable[Sum]) -> Standing:
    """All of these together, under one name."""
    tallies: dict[bool, dict[Measure, Tally]] = {False: {}, True: {}}
    for each in sums:
        side = tallies[each.proactive]
        side[each.measure] = side.get(each.measure, NOTHING) + each.tally
    return Standing(name, tallies[False], tallies[True])


def ranking(
    standings: Mapping[str, Standing], units: Units, level: UnitLevel, score: Score
) -> tuple[Ranked, ...]:
    """排名: the units of one level by composite, equals by volume; full equals share a place."""
    of_level = (code for code in standings if units.knows(code) and units.get(code).level is level)
    return ranked_among([standings[code] for code in of_level], score)


def ranked_among(group: Iterable[Standing], score: Score) -> tuple[Ranked, ...]:
    """The same of any units that are compared."""
    scored = [(standing, standing.composite(score)) for standing in group]
    scored.sort(key=lambda pair: pair[0].unit)
    scored.sort(key=lambda pair: _merit(*pair), reverse=True)
    ranked: list[Ranked] = []
    for place, (standing, composite) in enumerate(scored, 1):
        last = ranked[-1] if ranked else None
        equal = last and _merit(last.standing, last.composite) == _merit(standing, composite)
        rank = last.rank if last and equal else place
        ranked.append(Ranked(standing, composite, None if composite is None else rank))
    return tuple(ranked)


def _merit(standing: Standing, composite: Fraction | None) -> tuple[Fraction, int]:
    return (Fraction(-1) if composite is None else composite, standing.volume)


def shown(exact: Fraction | None, places: int = PLACES) -> Decimal | None:
    """The value as it is shown: the only place that rounds, from the exact fraction in one step."""
    if exact is None:
        return None
    scaled = exact * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places)
