"""部门报到统计: how the departments that were called in a period came, and what their blowers said of it."""

from dataclasses import dataclass

from shared.kernel.ids import UnitCode


@dataclass(frozen=True, slots=True)
class Came:
    """One department's calls as they stand; taken-back whistles left out. What counts is scoring's to say."""

    unit: UnitCode
    called: int
    signed_in_time: int
    contacted_in_time: int
    reported_in: int
    reported_in_time: int
    on_site: int
    acted: int
    overdue: int
    """Calls of which a step ran over and was told."""
    scored: int
    points: int
    """What the blowers gave, together."""

    @property
    def average_score(self) -> float | None:
        """1 (did nothing) to 5 (solved it); None where nobody was scored."""
        return round(self.points / self.scored, 2) if self.scored else None
