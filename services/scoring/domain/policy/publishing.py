"""What is published of a closed month: every unit's rates, place and class, with excluded cases left out."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from services.scoring.domain.month import Month
from services.scoring.domain.policy import classes, rates
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.rates import Ranked, Sum, Tally, shown
from shared.city.city import City
from shared.city.policy_scoring import Score
from shared.city.units import Units
from shared.events import scoring as say
from shared.kernel.ids import UnitCode
from shared.kernel.words import StreetClass, UnitLevel


def publish(
    month: Month, sums: Iterable[Sum], before: Iterable[Sum], *, city: City
) -> tuple[say.RatesPublished, ...]:
    """三率 for everybody: a fact for each unit that has others directly below it."""
    units, policy = city.units, city.policy
    standings = rates.over_the_tree(rates.without_excluded(sums), units)
    ranked = [each for level in UnitLevel for each in rates.ranking(standings, units, level, policy.score)]
    streets = rates.ranking(standings, units, UnitLevel.STREET, policy.score)
    classed = classes.classify(streets, composites(before, units, policy.score), policy.classes)
    of_street = {each.unit: each.street_class for each in classed}
    below: dict[str, list[say.UnitRates]] = {}
    for each in ranked:
        unit = units.get(each.standing.unit)
        if unit.parent_code is not None:
            below.setdefault(unit.parent_code, []).append(_rates(each, unit.level, of_street))
    return tuple(
        say.RatesPublished(
            period=month.period,
            below=UnitCode(parent),
            policy_version=month.policy_version,
            units=tuple(sorted(found, key=lambda rates: rates.unit)),
        )
        for parent, found in sorted(below.items())
    )


def composites(sums: Iterable[Sum], units: Units, score: Score) -> dict[str, Fraction]:
    """综合得分 of every street that has one, with excluded cases left out."""
    standings = rates.over_the_tree(rates.without_excluded(sums), units)
    ranked = rates.ranking(standings, units, UnitLevel.STREET, score)
    return {each.standing.unit: each.composite for each in ranked if each.composite is not None}


def _rates(ranked: Ranked, level: UnitLevel, of_street: Mapping[str, StreetClass | None]) -> say.UnitRates:
    unit = UnitCode(ranked.standing.unit)
    composite = shown(ranked.composite)
    return say.UnitRates(
        unit=unit,
        level=level,
        **{str(measure): _share(ranked.standing.tally(measure)) for measure in Measure},
        composite=None if composite is None else str(composite),
        rank=ranked.rank,
        street_class=of_street.get(unit),
    )


def _share(tally: Tally) -> say.Share:
    return say.Share(numerator=str(tally.numerator.normalize() + 0), denominator=tally.denominator)
