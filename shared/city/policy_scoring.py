"""The policy's rules of scoring: weights, periods, classes of streets, supervision, the double appraisal."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from shared.city.documents import Entry
from shared.city.limits import Limit
from shared.city.policy_limits import PolicyLimit, Sourced, Text
from shared.kernel.words import SupervisionStep

Share = Annotated[Decimal, Field(ge=0, le=1)]
PeriodName = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


def _sum_to_one(name: str, *shares: Decimal) -> None:
    if (total := sum(shares, Decimal(0))) != 1:
        raise ValueError(f"{name} must sum to 1, they sum to {total}")


def _stand_together(since: str | None, before: object, earlier: str | None) -> None:
    if (since is None) is not (before is None):
        raise ValueError("since and before stand together, or neither of them")
    if since is not None and earlier is not None and earlier >= since:
        raise ValueError("since must be later than that of what stands before")


class Weights(Entry):
    """权重: shares of the three rates in the composite; exactly one together."""

    response: Share
    resolution: Share
    satisfaction: Share

    @model_validator(mode="after")
    def _sum(self) -> "Weights":
        _sum_to_one("the weights", self.response, self.resolution, self.satisfaction)
        return self


class Score(Sourced):
    """三率: weights, what "basically satisfied" counts, and the denominators."""

    weights: Weights
    basically_satisfied: Share
    partly_solved: Share
    denominator: Literal["valid_callbacks"]
    response_denominator: Literal["dispatched_orders", "valid_callbacks"]
    source_zh: Text | None = None
    """`source` for who reads the monthly report in Chinese, where it is written in another language."""
    since: PeriodName | None = None
    """The first period that is judged so."""
    before: "Score | None" = None
    """How those before it were: what was answered then counts as it did then."""

    @model_validator(mode="after")
    def _follows(self) -> "Score":
        _stand_together(self.since, self.before, self.before.since if self.before else None)
        return self

    def of(self, period: str) -> "Score":
        """What the period of this name is judged by."""
        if self.since is None or self.before is None or period >= self.since:
            return self
        return self.before.of(period)

    def counts_as(self, other: "Score") -> bool:
        """Whether every answer counts the same by the other one."""
        return (self.basically_satisfied, self.partly_solved) == (
            other.basically_satisfied,
            other.partly_solved,
        )


class PeriodKind(StrEnum):
    """考核周期: cut on a day of the month, or the calendar month."""

    CUT_DAY = "cut_day"
    CALENDAR_MONTH = "calendar_month"


class Period(Sourced):
    """考核周期: from the cut of the month before to the cut of this one, local time."""

    kind: PeriodKind
    cut_day: Annotated[int, Field(ge=1, le=28)] = 1
    cut_at: time = time(0)
    settle: PolicyLimit
    """How long after its end facts still count in a period; it can be closed from then on."""
    since: PeriodName | None = None
    """The first period that is cut so; it begins where the last one that was cut otherwise ends."""
    before: "Period | None" = None
    """How those before it were cut: what is closed keeps its ends."""

    @model_validator(mode="after")
    def _month_has_no_cut(self) -> "Period":
        if self.kind is PeriodKind.CALENDAR_MONTH and (self.cut_day, self.cut_at) != (1, time(0)):
            raise ValueError("a calendar month has no cut_day and no cut_at")
        return self

    @model_validator(mode="after")
    def _follows(self) -> "Period":
        _stand_together(self.since, self.before, self.before.since if self.before else None)
        if self.before is None:
            return self
        is_calendar = self.before.kind is PeriodKind.CALENDAR_MONTH
        if is_calendar and self.kind is PeriodKind.CUT_DAY and (self.cut_day, self.cut_at) == (1, time(0)):
            raise ValueError("the first period would end where it begins")
        return self

    @field_validator("settle")
    @classmethod
    def _is_short(cls, settle: Limit) -> Limit:
        if settle.is_workdays or not 0 < settle.duration.total_seconds() <= 10 * 86_400:
            raise ValueError("settle is counted in hours or minutes, ten days at most")
        return settle


class Classes(Sourced):
    """四类街乡镇: composites that part the classes, and how much better is progress."""

    advanced: Share
    """At least this: 先进."""
    rectifying: Share
    """Below this: 整改, unless it made progress."""
    governed: Share
    """Below this: 治理."""
    progress: Share
    """So much better than the month before: 进步, even below `rectifying`."""
    min_orders: Annotated[int, Field(ge=1)]
    """With fewer dispatched orders a street is not classed."""

    @model_validator(mode="after")
    def _in_order(self) -> "Classes":
        if not self.governed < self.rectifying <= self.advanced:
            raise ValueError("governed must be below rectifying, and rectifying not above advanced")
        return self


class Rung(Entry):
    """One step of the ladder, and when it is recommended."""

    step: SupervisionStep
    below: Share
    months: Annotated[int, Field(ge=1, le=12)]


class Supervision(Sourced):
    """五步督办: from a reminder to handing over."""

    steps: tuple[Rung, ...]

    @field_validator("steps")
    @classmethod
    def _climbs(cls, steps: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if [rung.step for rung in steps] != list(SupervisionStep):
            raise ValueError(f"the five steps must stand here in order: {', '.join(SupervisionStep)}")
        for lower, higher in pairwise(steps):
            if higher.below > lower.below or higher.months < lower.months:
                raise ValueError(f"{higher.step} must not come before {lower.step}")
        return steps


class Whistling(Entry):
    """What a street says of a department that it called; exactly one together."""

    signed: Share
    reported_in: Share
    result: Share

    @model_validator(mode="after")
    def _sum(self) -> "Whistling":
        _sum_to_one("the weights of a whistle", self.signed, self.reported_in, self.result)
        return self


class Appraisal(Sourced):
    """双考核: citizens' composite and streets' composite in one figure."""

    citizens: Share
    streets: Share
    whistle: Whistling

    @model_validator(mode="after")
    def _sum(self) -> "Appraisal":
        _sum_to_one("the weights of the appraisal", self.citizens, self.streets)
        return self


class Hotspots(Sourced):
    """未诉先办: when more requests than expected make a hot spot."""

    false_alarms: Annotated[Decimal, Field(gt=0, le=Decimal("0.5"))]
    """The share of false ones among the hot spots of a day that is put up with (Benjamini-Hochberg)."""
    baseline_days: Annotated[int, Field(ge=28, le=182)]
    """How many days the expectation is learnt from; they end where the longest window begins."""
    windows: Annotated[tuple[Annotated[int, Field(ge=1, le=14)], ...], Field(min_length=1, max_length=5)]
    """Over how many of the last days requests are counted."""
    min_cases: Annotated[int, Field(ge=2)]
    """With fewer requests it is none, however few were expected."""
    quiet_days: Annotated[int, Field(ge=1, le=90)]
    """After so many days without being one, it is a new hot spot."""

    @field_validator("windows")
    @classmethod
    def _climbs(cls, windows: tuple[int, ...]) -> tuple[int, ...]:
        if any(one >= other for one, other in pairwise(windows)):
            raise ValueError("windows must become longer")
        return windows

    @property
    def longest(self) -> int:
        return self.windows[-1]


class TopicWeights(Entry):
    """What makes a candidate; exactly one together."""

    volume: Share
    growth: Share
    spread: Share
    unresolved: Share
    shared: Share

    @model_validator(mode="after")
    def _sum(self) -> "TopicWeights":
        _sum_to_one(
            "the weights of a topic", self.volume, self.growth, self.spread, self.unresolved, self.shared
        )
        return self


class Topics(Sourced):
    """每月一题: how candidates are ranked, and over how many days a topic is followed."""

    days: Annotated[int, Field(ge=14, le=365)]
    """Requests of so many days make a candidate, and stand before and after the measures."""
    min_cases: Annotated[int, Field(ge=1)]
    weights: TopicWeights
