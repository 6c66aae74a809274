"""双考核, the other half: how departments came when a whistle called them."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class DepartmentStanding:
    """A department's whistles of one period; a cancelled whistle is not counted."""

    unit: str
    called: int
    signed_in_time: int
    reported_in_time: int
    scored: int
    score_sum: int

    @property
    def signed_rate(self) -> Fraction | None:
        return Fraction(self.signed_in_time, self.called) if self.called else None

    @property
    def reported_rate(self) -> Fraction | None:
        return Fraction(self.reported_in_time, self.called) if self.called else None

    @property
    def average_score(self) -> Fraction | None:
        """1 (did nothing) to 5 (solved it), over the whistles that are scored."""
        return Fraction(self.score_sum, self.scored) if self.scored else None
