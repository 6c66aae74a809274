"""每月一题: which categories are worth a month, by a score whose every part is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from services.scoring.domain.policy.comparing import Interval, Share, Volume, ratio
from shared.city.policy_scoring import Topics
from shared.city.responsibilities import ItemKind, ResponsibilityList
from shared.kernel.ids import CategoryCode


@dataclass(frozen=True, slots=True)
class Matter:
    """A category's last days beside as many before them."""

    category: CategoryCode
    now: Volume
    before: Volume | None
    """None: not counted yet then."""
    streets: Sequence[int]
    """Requests in each street that had any."""
    resolution: Share

    @property
    def growth(self) -> Interval | None:
        return None if self.before is None else ratio(self.before, self.now)

    @property
    def spread(self) -> float:
        """Over how many streets, as if each had as many (inverse Simpson)."""
        whole = sum(self.streets)
        return whole**2 / sum(each**2 for each in self.streets) if whole else 0.0


@dataclass(frozen=True, slots=True)
class Values:
    """What a candidate is ranked by; None where nothing is known."""

    volume: float
    growth: float | None
    spread: float
    unresolved: float | None
    shared: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: how it is, how many of the candidates it is above, its weight."""

    name: str
    value: float | None
    place: float
    weight: float

    @property
    def points(self) -> float:
        return self.place * self.weight


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category with its score."""

    matter: Matter
    parts: tuple[Part, ...]

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)


def rank(matters: Sequence[Matter], responsibilities: ResponsibilityList, rules: Topics) -> list[Candidate]:
    """The candidates, best first; equals by volume."""
    there = [matter for matter in matters if matter.now.cases >= rules.min_cases]
    shared = {item.category for item in responsibilities.items if item.kind is ItemKind.SHARED}
    values = [_values(matter, shared) for matter in there]
    columns: Mapping[str, list[float | None]] = {
        each.name: [getattr(value, each.name) for value in values] for each in fields(Values)
    }
    made = [
        Candidate(
            matter,
            tuple(
                Part(name, column[index], _place(column[index], column), float(getattr(rules.weights, name)))
                for name, column in columns.items()
            ),
        )
        for index, matter in enumerate(there)
    ]
    return sorted(made, key=lambda each: (-each.score, -each.matter.now.cases, each.matter.category))


def _values(matter: Matter, shared: set[str]) -> Values:
    growth, resolved = matter.growth, matter.resolution.value
    return Values(
        volume=float(matter.now.cases),
        growth=growth.estimate if growth else None,
        spread=matter.spread,
        unresolved=None if resolved is None else 1 - resolved,
        shared=1.0 if matter.category in shared else 0.0,
    )


def _place(value: float | None, column: Sequence[float | None]) -> float:
    """The share of the others that it is above, equals by half; nothing known, nothing gained."""
    if value is None or len(column) < 2:
        return 0.0
    others = [each for each in column if each is not None]
    below = sum(each < value for each in others) + (sum(each == value for each in others) - 1) / 2
    return below / (len(column) - 1)
