"""排名: a unit's place among all of its level and in its group, beside the month before and its residents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.scoring.domain.policy import rates
from services.scoring.domain.policy.rates import Ranked, Standing, Sum
from shared.city.city import City
from shared.kernel.words import UnitLevel


class Exclusions(StrEnum):
    """剔除 in two readings: with the excluded cases left out, or with them in."""

    APPLIED = "applied"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Placed:
    """One unit's figures with all they are compared with."""

    ranked: Ranked
    group: str | None
    group_rank: int | None
    before: Ranked | None
    """The same unit in the period before."""
    residents: int | None

    @property
    def standing(self) -> Standing:
        return self.ranked.standing

    @property
    def change(self) -> Fraction | None:
        """环比: how much the composite moved; None where one of the two has none."""
        if self.before is None or self.before.composite is None or self.ranked.composite is None:
            return None
        return self.ranked.composite - self.before.composite


def read(sums: Iterable[Sum], exclusions: Exclusions) -> list[Sum]:
    """The sums in one reading."""
    return rates.without_excluded(sums) if exclusions is Exclusions.APPLIED else list(sums)


def place(sums: Sequence[Sum], before: Sequence[Sum], city: City, level: UnitLevel) -> list[Placed]:
    """The units of one level, best first."""
    now = rates.ranking(rates.over_the_tree(sums, city.units), city.units, level, city.policy.score)
    then = rates.ranking(rates.over_the_tree(before, city.units), city.units, level, city.policy.score)
    of_unit = {each.standing.unit: each for each in then}
    group_ranks = _in_groups(now, city)
    return [_placed(each, of_unit, group_ranks, city) for each in now]


def alone(standing: Standing, city: City) -> Placed:
    """A part beside its whole: places are for the units of one level."""
    ranked = Ranked(standing, standing.composite(city.policy.score), None)
    return _placed(ranked, {}, {}, city)


def groups(sums: Sequence[Sum], city: City, level: UnitLevel) -> list[Ranked]:
    """The groups of comparison as wholes: the sum of their units of one level, best first."""
    of_group: dict[str, list[Sum]] = {}
    for each in sums:
        unit = city.units.at_level(each.unit, level) if city.units.knows(each.unit) else None
        group = city.groups.of(unit, city.units) if unit else None
        if group is not None:
            of_group.setdefault(group, []).append(each)
    wholes = [rates.whole(code, found) for code, found in of_group.items()]
    return list(rates.ranked_among(wholes, city.policy.score))


def _in_groups(now: Sequence[Ranked], city: City) -> Mapping[str, int | None]:
    of_group: dict[str, list[Standing]] = {}
    for each in now:
        group = city.groups.of(each.standing.unit, city.units)
        if group is not None:
            of_group.setdefault(group, []).append(each.standing)
    ranked = (rates.ranked_among(found, city.policy.score) for found in of_group.values())
    return {each.standing.unit: each.rank for found in ranked for each in found}


def _placed(
    ranked: Ranked, before: Mapping[str, Ranked], group_ranks: Mapping[str, int | None], city: City
) -> Placed:
    unit = ranked.standing.unit
    group = city.groups.of(unit, city.units)
    return Placed(ranked, group, group_ranks.get(unit), before.get(unit), city.population.of(unit))
