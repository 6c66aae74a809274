"""每月一题: chosen by a supervisor, planned by the lead, done task by task, closed; or taken back."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.scoring.domain.errors import (
    DoneAlready,
    DueBeforeStart,
    NoSuchUnit,
    NotADepartment,
    NotYourTopic,
    ProblemTwice,
    TasksOpen,
    TaskTwice,
    TopicBegun,
    UnknownCategory,
    UnknownTask,
)
from services.scoring.domain.exclusion import Signature
from services.scoring.domain.lifecycle import TOPIC_LIFE
from services.scoring.domain.topic import (
    CancelTopic,
    Choose,
    CloseTopic,
    FinishTask,
    PlanTopic,
    Problem,
    Task,
    Topic,
)
from shared.city.city import City
from shared.city.units import Units
from shared.events import scoring as say
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel

LEADING = frozenset({UnitLevel.DEPARTMENT, UnitLevel.UTILITY})


def choose(cmd: Choose, city: City, *, at: datetime) -> Decision[Topic]:
    """One theme. Raises `NoSuchUnit`, `UnknownCategory`, `ProblemTwice`, `NotADepartment`."""
    _require_acting(cmd.unit, "unit", city.units)
    _require_acting(cmd.lead, "lead", city.units)
    if city.units.get(cmd.lead).level not in LEADING:
        raise NotADepartment(cmd.lead)
    _require_known(cmd.problems, city)
    topic = Topic(
        topic_id=cmd.topic_id,
        period=cmd.period,
        unit=cmd.unit,
        theme=cmd.theme,
        problems=cmd.problems,
        lead=cmd.lead,
        chosen=Signature(cmd.by, at),
    )
    fact = say.TopicChosen(**_about(topic), unit=topic.unit, categories=topic.categories, lead=topic.lead)
    return Decision(topic, (fact,))


def plan(topic: Topic, cmd: PlanTopic, units: Units) -> Decision[Topic]:
    """The lists; what is done stays done. Raises `NotYourTopic`, `TaskTwice`, `NoSuchUnit`, `DueBeforeStart`,
    `DoneAlready`.
    """
    if cmd.unit is not None and not units.is_within(topic.lead, cmd.unit):
        raise NotYourTopic(topic.topic_id)
    state = TOPIC_LIFE.fire("plan", topic.state)
    tasks = tuple(_taken_over(task, topic) for task in cmd.tasks)
    _require_sound(tasks, cmd.starts, units)
    kept = {task.number for task in tasks}
    for before in topic.tasks:
        if before.done and before.number not in kept:
            raise DoneAlready(before.number)
    listed = tuple(say.TopicTask(number=task.number, unit=task.unit, due=task.due) for task in tasks)
    after = replace(topic, state=state, starts=cmd.starts, tasks=tasks)
    return Decision(after, (say.TopicPlanned(**_about(topic), starts=cmd.starts, tasks=listed),))


def finish(topic: Topic, cmd: FinishTask, units: Units, zone: ZoneInfo, *, at: datetime) -> Decision[Topic]:
    """A task is done. Raises `UnknownTask`, `NotYourTopic`, `DoneAlready`."""
    state = TOPIC_LIFE.fire("finish", topic.state)
    task = next((each for each in topic.tasks if each.number == cmd.number), None)
    if task is None:
        raise UnknownTask(cmd.number)
    if cmd.unit is not None and not any(units.is_within(each, cmd.unit) for each in (task.unit, topic.lead)):
        raise NotYourTopic(topic.topic_id)
    if task.done is not None:
        raise DoneAlready(cmd.number)
    done = replace(task, done=Signature(cmd.by, at, cmd.note))
    tasks = tuple(done if each.number == cmd.number else each for each in topic.tasks)
    fact = say.TopicTaskDone(
        **_about(topic), number=task.number, unit=task.unit, in_time=at.astimezone(zone).date() <= task.due
    )
    return Decision(replace(topic, state=state, tasks=tasks), (fact,))


def close(topic: Topic, cmd: CloseTopic, *, at: datetime) -> Decision[Topic]:
    """It is over. Raises `TasksOpen`."""
    state = TOPIC_LIFE.fire("close", topic.state)
    undone = tuple(task.number for task in topic.tasks if task.done is None)
    if undone:
        raise TasksOpen(undone)
    after = replace(topic, state=state, closed=Signature(cmd.by, at, cmd.note))
    return Decision(after, (say.TopicClosed(**_about(topic)),))


def cancel(topic: Topic, cmd: CancelTopic, zone: ZoneInfo, *, at: datetime) -> Decision[Topic]:
    """Chosen by mistake: the month and the unit are free again. Raises `TopicBegun`."""
    state = TOPIC_LIFE.fire("cancel", topic.state)
    # What lies before and after that day may be read and told already.
    if topic.starts is not None and (
        topic.starts <= at.astimezone(zone).date() or any(task.done for task in topic.tasks)
    ):
        raise TopicBegun(topic.topic_id, topic.starts)
    after = replace(topic, state=state, closed=Signature(cmd.by, at, cmd.reason))
    return Decision(after, (say.TopicCancelled(**_about(topic)),))


def _require_sound(tasks: tuple[Task, ...], starts: date, units: Units) -> None:
    numbers: set[int] = set()
    for task in tasks:
        # Whoever says that a task is done names it by its number.
        if task.number in numbers:
            raise TaskTwice(task.number)
        numbers.add(task.number)
        # What is done must stay as it is, though its unit be closed or the measures begin later by now.
        if task.done is None:
            _require_acting(task.unit, "tasks", units)
            if task.due < starts:
                raise DueBeforeStart(task.number)


def _taken_over(task: Task, topic: Topic) -> Task:
    """As it is written now, done as it was before."""
    before = next((each for each in topic.tasks if each.number == task.number and each.done), None)
    if before is None:
        return task
    if (before.unit, before.title) != (task.unit, task.title):
        raise DoneAlready(task.number)
    return replace(task, done=before.done)


def _require_acting(unit: UnitCode, field: str, units: Units) -> None:
    if unit not in units:
        raise NoSuchUnit(unit, field)


def _require_known(problems: tuple[Problem, ...], city: City) -> None:
    for index, problem in enumerate(problems):
        if problem.category not in city.categories:
            raise UnknownCategory(problem.category)
        if problem.category in (each.category for each in problems[:index]):
            raise ProblemTwice(problem.category)


def _about(topic: Topic) -> dict[str, object]:
    return {"topic_id": topic.topic_id, "period": topic.period}
