"""月结: a period that is being closed, or closed with the hash of what was frozen."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.scoring.domain.lifecycle import MonthState
from shared.city.city import City
from shared.city.policy import Policy
from shared.city.policy_scoring import Appraisal, Classes, Period, Score, Supervision


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a closed period's ledger comes to."""

    lines: int
    cases: int
    exclusions: int
    sha256: str


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """The policy's rules by which a month's sums become composites, classes and recommendations."""

    score: Score
    classes: Classes
    supervision: Supervision
    appraisal: Appraisal
    period: Period | None = None
    """How it was cut; None: its close was asked for before this was kept."""
    following: Score | None = None
    """What the period that had begun by then was to be judged by; None: the same."""

    @classmethod
    def of_policy(cls, policy: Policy, period: str, begun: str) -> "JudgedBy":
        score, following = policy.score.of(period), policy.score.of(begun)
        return cls(score, policy.classes, policy.supervision, policy.appraisal, policy.period, following)


@dataclass(frozen=True, slots=True)
class Month:
    """One period on its way to being closed; a period nobody asked to close has none."""

    period: str
    state: MonthState
    asked_by: str
    asked_at: datetime
    policy_version: str
    closed_at: datetime | None = None
    frozen: Frozen | None = None
    rules: JudgedBy | None = None
    """Those of the instant the close was asked for; None: it was asked for before they were kept."""
    divisions: str | None = None
    """The hash of those it was closed with; None: not closed yet, or before they were kept."""
    traces_late: bool | None = None
    """Whether an exclusion also took out what was adjusted of a line that had come late for its period; None:
    not closed yet, or before that was so.
    """
    version: int = 0

    def judged(self, city: City) -> City:
        """The city with the rules this month is read by, whatever its policy says by now."""
        if self.rules is None:
            return city
        kept = {
            "version": self.policy_version,
            "score": self.rules.score,
            "classes": self.rules.classes,
            "supervision": self.rules.supervision,
            "appraisal": self.rules.appraisal,
        }
        return replace(city, policy=city.policy.model_copy(update=kept))


def judged_in(period: str, city: City) -> City:
    """The city with the weights of a period whose close nobody asked for yet."""
    score = city.policy.score
    if score.of(period) is score:
        return city
    return replace(city, policy=city.policy.model_copy(update={"score": score.of(period)}))
