"""任务: who gives one to whom, who reports it, and whether that was in time."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.grid.domain.case_lead import CaseLead, require_in_hand
from services.grid.domain.lifecycle import TASK_LIFE
from services.grid.domain.policy.incidents import REPORTERS
from services.grid.domain.policy.rounds import happened
from services.grid.domain.task import GiveTask, ReportTask, Task, WithdrawTask
from services.grid.domain.task_errors import (
    MayNotGive,
    NotYourTask,
    TaskDueRefused,
    TaskUnitRefused,
    UnknownTask,
)
from shared.city.units import Units
from shared.events.grid_rounds import TaskGiven, TaskReported, TaskWithdrawn
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode

LONGEST = timedelta(days=366)


def give(
    cmd: GiveTask, lead: CaseLead | None, sealed_words: str, *, units: Units, at: datetime
) -> Decision[Task]:
    """布置. On a case it is for the unit that has it in hand to have things done."""
    if cmd.unit not in units or units.get(cmd.unit).level not in REPORTERS:
        raise TaskUnitRefused(cmd.unit)
    gives = cmd.by in units and units.get(cmd.by).level in REPORTERS
    if not gives or not units.oversees(cmd.by, cmd.unit):
        raise MayNotGive(cmd.by, cmd.unit)
    if not at < cmd.due_at <= at + LONGEST:
        raise TaskDueRefused
    if cmd.case_id is not None:
        require_in_hand(cmd.case_id, lead, cmd.by, units)
    task = Task(
        task_id=cmd.task_id,
        unit=cmd.unit,
        given_by=cmd.by,
        worker=cmd.worker,
        case_id=cmd.case_id,
        sealed_words=sealed_words,
        given_at=at,
        due_at=cmd.due_at,
    )
    return Decision(task, (TaskGiven(**task.about(given_by=cmd.by, due_at=cmd.due_at)),))


def report(task: Task, cmd: ReportTask, sealed_report: str, *, units: Units, at: datetime) -> Decision[Task]:
    """上报. In time is when it was done in time: the terminal may have been offline since."""
    require_sight(task, cmd.by.unit, units)
    if cmd.by.unit != task.unit or task.worker not in (None, cmd.by.worker):
        raise NotYourTask(cmd.task_id)
    after = TASK_LIFE.fire("report" if cmd.done else "fail", task.state)
    happened_at = happened(cmd.by, at=at)
    reported = replace(
        task,
        state=after,
        reported_by=cmd.by.worker,
        recorded_at=cmd.by.recorded_at,
        happened_at=happened_at,
        sealed_report=sealed_report,
        photos=cmd.photos,
        ended_at=at,
    )
    said = task.about(done=cmd.done, in_time=happened_at <= task.due_at)
    return Decision(reported, (TaskReported(**said),))


def withdraw(task: Task, cmd: WithdrawTask, *, units: Units, at: datetime) -> Decision[Task]:
    """Only who gave it, or the street above its workers; what a closed unit gave, who is above that."""
    require_sight(task, cmd.by, units)
    if cmd.by != units.street_of(task.unit) and not units.answers_for(cmd.by, task.given_by):
        raise NotYourTask(cmd.task_id)
    after = TASK_LIFE.fire("withdraw", task.state)
    return Decision(replace(task, state=after, ended_at=at), (TaskWithdrawn(**task.about()),))


def may_see(task: Task, unit: UnitCode, units: Units) -> bool:
    """Its workers' unit and those above it."""
    return units.oversees(unit, task.unit)


def require_sight(task: Task, unit: UnitCode, units: Units) -> None:
    """Others are told what they would be told of a task that does not exist."""
    if not may_see(task, unit, units):
        raise UnknownTask(task.task_id)
