"""每月一题: a theme, its problems, the lead, and the plan's lists; below it, what may be asked of one."""

from dataclasses import dataclass
from datetime import date

from services.scoring.domain.exclusion import Signature
from services.scoring.domain.lifecycle import TopicState
from shared.kernel.ids import CategoryCode, TopicId, UnitCode


@dataclass(frozen=True, slots=True)
class Problem:
    """问题: one of two or three; its requests are those of a category."""

    category: CategoryCode
    title: str


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the lists 任务、责任、时限清单: what, who, until when."""

    number: int
    title: str
    unit: UnitCode
    due: date
    done: Signature | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """One theme for one month, in the city or in a part of it."""

    topic_id: TopicId
    period: str
    unit: UnitCode
    """Where: requests in it and below it are followed."""
    theme: str
    problems: tuple[Problem, ...]
    lead: UnitCode
    chosen: Signature
    state: TopicState = TopicState.CHOSEN
    starts: date | None = None
    """From this day on the measures count: what lies before is before."""
    tasks: tuple[Task, ...] = ()
    closed: Signature | None = None
    """Who said that it is over, or took it back."""
    version: int = 0

    @property
    def categories(self) -> tuple[CategoryCode, ...]:
        return tuple(problem.category for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose a theme for a month."""

    topic_id: TopicId
    period: str
    unit: UnitCode
    theme: str
    problems: tuple[Problem, ...]
    lead: UnitCode
    by: str


@dataclass(frozen=True, slots=True)
class PlanTopic:
    """Put the plan's lists in, or others in their place; `unit` None: a supervisor."""

    topic_id: TopicId
    starts: date
    tasks: tuple[Task, ...]
    by: str
    unit: UnitCode | None


@dataclass(frozen=True, slots=True)
class FinishTask:
    """Say that a task is done."""

    topic_id: TopicId
    number: int
    note: str | None
    by: str
    unit: UnitCode | None


@dataclass(frozen=True, slots=True)
class CloseTopic:
    """Say that the topic is over."""

    topic_id: TopicId
    note: str | None
    by: str


@dataclass(frozen=True, slots=True)
class CancelTopic:
    """Take back a topic that was chosen by mistake."""

    topic_id: TopicId
    reason: str
    by: str
