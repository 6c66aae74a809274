"""Numbers: percentiles, medians, and one measured figure beside its goal."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, its goal in words, whether it was kept (None: no goal)."""

    name: str
    value: str
    goal: str = ""
    kept: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "kept", False: "missed"}[self.kept]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("what", "measured", "goal", ""), *((f.name, f.value, f.goal, f.verdict) for f in figures)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|---|", *lines[1:]])
