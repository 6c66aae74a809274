"""双考核: how departments came when a whistle called them, and what citizens said of the cases they led."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.rates import NOTHING, Tally
from shared.city.policy_scoring import Appraisal

WORST, BEST = 1, 5
"""The least and the most a blower gives."""


@dataclass(frozen=True, slots=True)
class CallSum:
    """What the lines of one department and measure add up to."""

    unit: str
    measure: CallMeasure
    tally: Tally


@dataclass(frozen=True, slots=True)
class DepartmentStanding:
    """A department's calls of one period, and its composite as a lead."""

    unit: str
    calls: Mapping[CallMeasure, Tally]
    citizens: Fraction | None

    def tally(self, measure: CallMeasure) -> Tally:
        return self.calls.get(measure, NOTHING)

    @property
    def signed_rate(self) -> Fraction | None:
        return self.tally(CallMeasure.SIGNED).rate

    @property
    def reported_rate(self) -> Fraction | None:
        return self.tally(CallMeasure.REPORTED_IN).rate

    @property
    def average_score(self) -> Fraction | None:
        """1 (did nothing) to 5 (solved it), over the calls that are scored; held within, as a rate is."""
        mean = self.tally(CallMeasure.RESULT).mean
        return None if mean is None else min(max(mean, Fraction(WORST)), Fraction(BEST))

    def streets(self, rules: Appraisal) -> Fraction | None:
        """What streets say; None while one of the three is not known."""
        result = None if self.average_score is None else self.average_score / BEST
        parts = [
            (rules.whistle.signed, self.signed_rate),
            (rules.whistle.reported_in, self.reported_rate),
            (rules.whistle.result, result),
        ]
        known = [Fraction(weight) * part for weight, part in parts if part is not None]
        return sum(known, Fraction(0)) if len(known) == len(parts) else None

    def double(self, rules: Appraisal) -> Fraction | None:
        """双考核 in one figure; None while citizens or streets have said nothing."""
        streets = self.streets(rules)
        if streets is None or self.citizens is None:
            return None
        return Fraction(rules.citizens) * self.citizens + Fraction(rules.streets) * streets


def departments(
    sums: Iterable[CallSum], citizens: Mapping[str, Fraction | None], rules: Appraisal
) -> list[DepartmentStanding]:
    """Every department that was called, best first: by the double appraisal, then by what streets say."""
    calls: dict[str, dict[CallMeasure, Tally]] = {}
    for each in sums:
        mine = calls.setdefault(each.unit, {})
        mine[each.measure] = mine.get(each.measure, NOTHING) + each.tally
    found = [DepartmentStanding(unit, tallies, citizens.get(unit)) for unit, tallies in sorted(calls.items())]
    return sorted(found, key=lambda standing: _merit(standing, rules), reverse=True)


def _merit(standing: DepartmentStanding, rules: Appraisal) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    ordered = (
        standing.double(rules),
        standing.streets(rules),
        standing.reported_rate,
        standing.average_score,
    )
    worst = Fraction(-1)
    first, second, third, fourth = (worst if part is None else part for part in ordered)
    return first, second, third, fourth
