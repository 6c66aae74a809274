"""What scoring says: exclusions and appeals decided, months closed, the rates that were frozen, hot spots,
topics of the month.
"""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.fact import Count, Fact, Instant, Signed
from shared.events.topics import SCORE, Topic
from shared.kernel.ids import CaseId, CategoryCode, ExclusionId, HotspotId, TopicId, UnitCode
from shared.kernel.words import DeclineReason, StreetClass, UnitLevel

SOURCE_SCORING = "scoring"


class PeriodFact(Fact):
    """Something about a period; everything about one keeps its order."""

    SOURCE: ClassVar[str] = SOURCE_SCORING
    TOPICS: ClassVar[tuple[Topic, ...]] = (SCORE,)

    period: str
    """The month it ends in: 2026-11."""

    def key(self) -> str:
        return self.period


class ExclusionFact(PeriodFact):
    """Something about one case that is not to count in one period."""

    exclusion_id: ExclusionId
    case_id: CaseId


class ExclusionAsked(ExclusionFact):
    """剔除: somebody asks that a case does not count."""

    TYPE: ClassVar[str] = "jiesu.exclusion.asked"

    reason: DeclineReason
    evidence: tuple[str, ...]
    """SHA-256 of each document, in hex; the documents stay where they are."""


class ExclusionReviewed(ExclusionFact):
    """The first of two reviewers is for it."""

    TYPE: ClassVar[str] = "jiesu.exclusion.reviewed"


class ExclusionDecided(ExclusionFact):
    """Two reviewers agreed that the case does not count in the period, or one of them did not."""

    TYPE: ClassVar[str] = "jiesu.exclusion.decided"

    reason: DeclineReason
    upheld: bool


class AppealLodged(ExclusionFact):
    """申诉: a refused exclusion is contested."""

    TYPE: ClassVar[str] = "jiesu.appeal.lodged"


class AppealDecided(ExclusionFact):
    """Somebody else looked at it again."""

    TYPE: ClassVar[str] = "jiesu.appeal.decided"

    upheld: bool
    """Whether the case is excluded now."""


class MonthCloseAsked(PeriodFact):
    """The period is to be closed: exclusions and appeals are over, what comes from now on is late."""

    TYPE: ClassVar[str] = "jiesu.month.close_asked"

    insisted: bool = False
    """Whether it was asked for whatever the ledger had not heard yet."""


class MonthClosed(PeriodFact):
    """月结: the ledger of the period is frozen; a replay must come to the same hash."""

    TYPE: ClassVar[str] = "jiesu.month.closed"

    starts: Instant
    ends: Instant
    settled: Instant
    """Until when a fact had to be said to count in it."""
    policy_version: str
    lines: Count
    cases: Signed
    """Below zero where rulings took more cases of settled months away than the month has of its own."""
    exclusions: Count
    sha256: str


class Share(BaseModel):
    """A frozen rate: what it is made of. The numerator is exact, as text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    numerator: str
    denominator: Signed
    """Below zero where differences to settled months take more off a unit than it has of its own."""


class UnitRates(BaseModel):
    """One unit's frozen figures with everything below it, excluded cases left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: UnitCode
    level: UnitLevel
    response: Share
    contact: Share
    resolution: Share
    satisfaction: Share
    composite: str | None
    rank: Count | None
    street_class: StreetClass | None


class RatesPublished(PeriodFact):
    """三率 of a closed month: the units directly below one unit."""

    TYPE: ClassVar[str] = "jiesu.rates.published"

    below: UnitCode
    policy_version: str
    units: tuple[UnitRates, ...]


class HotspotDetected(Fact):
    """未诉先办: of one category more requests came in a place than chance explains; with the evidence."""

    TYPE: ClassVar[str] = "jiesu.hotspot.detected"
    SOURCE: ClassVar[str] = SOURCE_SCORING
    TOPICS: ClassVar[tuple[Topic, ...]] = (SCORE,)

    hotspot_id: HotspotId
    category: CategoryCode
    unit: UnitCode
    """The street, or the community where it is no wider than that."""
    day: date
    """The last day counted."""
    days: Count
    """How many days up to it."""
    cases: Count
    expected: float
    p_value: float
    """Of these days alone."""
    q_value: float
    """With regard to all that was looked at: the share of false ones among all at least as clear."""
    false_alarms: str
    """The share that the policy puts up with."""
    policy_version: str
    case_ids: tuple[CaseId, ...]
    """Of the requests that were counted, the newest ones."""

    def key(self) -> str:
        return str(self.hotspot_id)


class TopicFact(Fact):
    """每月一题: something about one topic; its theme and words stay with scoring."""

    SOURCE: ClassVar[str] = SOURCE_SCORING
    TOPICS: ClassVar[tuple[Topic, ...]] = (SCORE,)

    topic_id: TopicId
    period: str
    """The month it is the topic of."""

    def key(self) -> str:
        return str(self.topic_id)


class TopicChosen(TopicFact):
    """A theme with its problems, and the department that leads."""

    TYPE: ClassVar[str] = "jiesu.topic.chosen"

    unit: UnitCode
    """Where: the city, or a unit in it."""
    categories: tuple[CategoryCode, ...]
    lead: UnitCode


class TopicTask(BaseModel):
    """One line of the plan's list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Count
    unit: UnitCode
    due: date


class TopicPlanned(TopicFact):
    """The plan: from which day its measures count, and who does what until when."""

    TYPE: ClassVar[str] = "jiesu.topic.planned"

    starts: date
    tasks: tuple[TopicTask, ...]


class TopicTaskDone(TopicFact):
    """One task is done."""

    TYPE: ClassVar[str] = "jiesu.topic.task_done"

    number: Count
    unit: UnitCode
    in_time: bool


class TopicClosed(TopicFact):
    """All tasks are done, and the topic is over."""

    TYPE: ClassVar[str] = "jiesu.topic.closed"


class TopicCancelled(TopicFact):
    """It was chosen by mistake and taken back before anything of it had begun; another may take its place."""

    TYPE: ClassVar[str] = "jiesu.topic.cancelled"
