"""What goes in and out about topics of the month."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.scoring.api.schemas_decided import Label, SignatureView, Words
from services.scoring.domain.lifecycle import TopicState
from shared.http.wire import Text, Wire

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Unit = Annotated[Text, Field(min_length=1, max_length=40)]
TaskNumber = Annotated[int, Field(ge=1, le=999)]
# Near the calendar's ends there is no day ninety days before or after.
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class IntervalView(Wire):
    """An estimate with its 95 % interval."""

    estimate: float
    low: float
    high: float


class PartView(Wire):
    """One part of a candidate's score."""

    name: str
    value: float | None
    place: float = Field(description="The share of the other candidates that it is above.")
    weight: float
    points: float


class CandidateView(Wire):
    """A category that may be worth a month."""

    category: str
    zh: str
    en: str
    cases: int
    streets: int = Field(description="Streets that had any.")
    growth: IntervalView | None = Field(description="Times as many a day as in the days before.")
    resolved: float | None
    score: float
    parts: list[PartView]


class CandidatesView(Wire):
    """The candidates, best first, by the policy's weights."""

    within: str
    first: date
    last: date
    compared_since: date | None = Field(description="Null while the days before were not counted.")
    source: str
    candidates: list[CandidateView]


class ProblemIn(Wire):
    """问题: its requests are those of a category."""

    category: Annotated[Text, Field(min_length=1, max_length=60)]
    title: Title


class TopicIn(Wire):
    """A theme for a month, with two or three problems and the department that leads."""

    period: Label
    unit: Unit = Field(description="Where: the city, or a unit in it.")
    theme: Title
    problems: Annotated[list[ProblemIn], Field(min_length=2, max_length=3)]
    lead: Unit


class TaskIn(Wire):
    """One line of the lists: what, who, until when."""

    number: TaskNumber
    title: Title
    unit: Unit
    due: Day


class PlanIn(Wire):
    """任务清单、责任清单、时限清单 as one list; it takes the place of the one before."""

    starts: Day = Field(description="From this day on the measures count.")
    tasks: Annotated[list[TaskIn], Field(min_length=1, max_length=200)]


class NoteIn(Wire):
    """What is noted; it stays with scoring."""

    note: Words | None = None


class CancelIn(Wire):
    """Why the topic is taken back."""

    reason: Words = Field(description="Stays with scoring.")


class ProblemView(Wire):
    category: str
    title: str


class TaskView(Wire):
    number: int
    title: str
    unit: str
    due: date
    done: SignatureView | None


class TopicView(Wire):
    """每月一题, as it stands."""

    topic_id: UUID
    period: str
    unit: str
    theme: str
    problems: list[ProblemView]
    lead: str
    state: TopicState
    chosen: SignatureView
    starts: date | None
    tasks: list[TaskView]
    closed: SignatureView | None = Field(description="Who closed or cancelled it, and why.")


class SpanView(Wire):
    """One side of the comparison."""

    first: date = Field(description="Of those days of this side that were counted.")
    last: date = Field(description="Before `first`: none of its days is counted yet.")
    cases: int
    per_day: float
    resolution: IntervalView | None
    resolution_answers: int
    satisfaction: IntervalView | None
    satisfaction_answers: int


class EffectView(Wire):
    """Before and after; every figure with the interval that chance alone explains."""

    category: str | None = Field(description="Null: all problems together.")
    before: SpanView
    after: SpanView
    volume: IntervalView | None = Field(description="Times as many a day as before (quasi-Poisson).")
    volume_beside_the_city: IntervalView | None = Field(
        description="The same, divided by how the rest of the city moved; null where there is no rest."
    )
    resolution: IntervalView | None = Field(description="After less before (Newcombe).")
    satisfaction: IntervalView | None


class FollowView(Wire):
    """A topic followed: the whole and each problem."""

    topic_id: UUID
    starts: date
    confidence: float
    whole: EffectView
    problems: list[EffectView]
