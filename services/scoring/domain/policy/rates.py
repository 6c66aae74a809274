"""Sums over the unit tree, rates, ranking. Exact: fractions until somebody is shown one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.policy.lines import Measure
from shared.city.policy import Score
from shared.city.units import Units
from shared.kernel.words import UnitLevel

PLACES = 4
ROUNDING = "half up, to 4 places, only when shown; ranking uses the exact value"


@dataclass(frozen=True, slots=True)
class Tally:
    """Numerator, denominator, and how many may still be signed in time."""

    numerator: Decimal = Decimal(0)
    denominator: int = 0
    undecided: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.undecided + other.undecided,
        )

    @property
    def rate(self) -> Fraction | None:
        """None when nothing was counted: no rate is not a rate of zero."""
        return Fraction(self.numerator) / self.denominator if self.denominator else None


NOTHING = Tally()
Tallies = Mapping[Measure, Tally]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the ledger's lines of one unit, measure and side add up to."""

    unit: str
    measure: Measure
    proactive: bool
    tally: Tally


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

    def composite(self, score: Score) -> Fraction | None:
        """综合得分 by the policy's weights; None while one of the three has no rate."""
        parts = [
            (score.weights.response, self.tally(responding(score)).rate),
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
    tallies: dict[bool, dict[Measure, Tally]] = {False: {}, True: {}}
    for each in sums:
        if each.unit == unit:
            side = tallies[each.proactive]
            side[each.measure] = side.get(each.measure, NOTHING) + each.tally
    return Standing(unit, tallies[False], tallies[True])


def ranking(
    standings: Mapping[str, Standing], units: Units, level: UnitLevel, score: Score
) -> tuple[Ranked, ...]:
    """排名: the units of one level by composite, equals by volume; full equals share a place."""
    of_level = (code for code in standings if units.knows(code) and units.get(code).level is level)
    group = [standings[code] for code in of_level]
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


def shown(exact: Fraction | None) -> Decimal | None:
    """The value as it is shown: the only place that rounds, from the exact fraction in one step."""
    if exact is None:
        return None
    scaled = exact * 10**PLACES
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-PLACES)
