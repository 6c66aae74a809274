"""月报: what is told of a closed month: the city, districts and streets, and how classes moved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.policy import classes, placing, publishing
from services.scoring.domain.policy.placing import Placed
from services.scoring.domain.policy.rates import Sum
from shared.city.city import City
from shared.kernel.words import StreetClass, UnitLevel

Class = StreetClass | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A street whose class is another one now."""

    unit: str
    before: StreetClass
    now: StreetClass
    change: Fraction | None


@dataclass(frozen=True, slots=True)
class Monthly:
    """A month's figures, excluded cases left out."""

    city: Placed | None
    districts: tuple[Placed, ...]
    streets: tuple[Placed, ...]
    classed: Mapping[Class, int]
    """How many streets are in each class; None: in none."""
    between: Mapping[tuple[StreetClass, StreetClass], int]
    """From which class to which, stays among them."""
    moved: tuple[Moved, ...]


def compile_month(
    now: Sequence[Sum], before: Sequence[Sum], earlier: Sequence[Sum], city: City, was: City
) -> Monthly:
    """`earlier`: the month before the one before, beside which its classes were given; `was`: the city with
    the rules and divisions of the month before.
    """
    whole = placing.place(now, before, city, UnitLevel.CITY)
    streets = placing.place(now, before, city, UnitLevel.STREET)
    then = placing.place(before, (), was, UnitLevel.STREET)
    composites = {
        each.standing.unit: each.before.composite
        for each in streets
        if each.before is not None and each.before.composite is not None
    }
    is_now = _classes(streets, composites, city)
    classed_before = _classes(then, publishing.composites(earlier, was.units, was.policy.score), was)
    both = [
        (unit, old, new)
        for unit, new in is_now.items()
        if new is not None and (old := classed_before.get(unit)) is not None
    ]
    changes = {each.standing.unit: each.change for each in streets}
    return Monthly(
        whole[0] if whole else None,
        tuple(placing.place(now, before, city, UnitLevel.DISTRICT)),
        tuple(streets),
        Counter(is_now.values()),
        Counter((old, new) for _, old, new in both),
        tuple(Moved(unit, old, new, changes[unit]) for unit, old, new in both if old is not new),
    )


def _classes(placed: Sequence[Placed], before: Mapping[str, Fraction], city: City) -> dict[str, Class]:
    ranked = [each.ranked for each in placed]
    found = classes.classify(ranked, before, city.policy.classes)
    return {each.unit: each.street_class for each in found}
