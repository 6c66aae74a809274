"""筹办评: pledges, commitments, tasks with owners and days, what residents say of it; or an early end."""

from dataclasses import replace
from datetime import datetime

from services.grid.domain.deliberation import Commitment, Deliberation, Pledge, Task
from services.grid.domain.deliberation_commands import (
    Abandon,
    AddTask,
    Begin,
    Commit,
    Evaluate,
    GivePledge,
    ReportTask,
    SetTask,
)
from services.grid.domain.deliberation_errors import (
    AlreadyCommitted,
    DueBefore,
    ListFull,
    NobodyRated,
    NotYourTask,
    TaskDone,
    TasksUndone,
    UnitRefused,
    UnknownTask,
)
from services.grid.domain.lifecycle import BEGUN, DELIBERATION_LIFE
from services.grid.domain.policy.deliberation import (
    is_own,
    progressed,
    require_own,
    require_room,
    require_sight,
)
from services.grid.domain.policy.rounds import happened
from shared.city.city import City
from shared.city.units import Units
from shared.events.grid import DeliberationAbandoned, DeliberationEvaluated, DeliberationPledged
from shared.kernel.decision import Decision
from shared.kernel.words import DeliberationStep

MOST_PLEDGES = 500
MOST_TASKS = 100


def commit(
    deliberation: Deliberation, cmd: Commit, sealed_words: str, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """五方承诺: one side gives its word, once."""
    require_own(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("commit", deliberation.state)
    if any(given.side is cmd.side for given in deliberation.commitments):
        raise AlreadyCommitted(cmd.side)
    given = (*deliberation.commitments, Commitment(cmd.side, sealed_words, at))
    return progressed(replace(deliberation, commitments=given), DeliberationStep.COMMITTED)


def pledge(
    deliberation: Deliberation, cmd: GivePledge, sealed_words: str, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """筹: before the work begins, or while it is done."""
    require_own(deliberation, cmd.by, units)
    move = "pledge_more" if deliberation.state in BEGUN else "pledge"
    after = DELIBERATION_LIFE.fire(move, deliberation.state)
    number = require_room(deliberation.pledges, "pledges", MOST_PLEDGES)
    if cmd.unit is not None and cmd.unit not in units:
        raise UnitRefused("unit", cmd.unit)
    given = Pledge(number, cmd.means, cmd.amount, cmd.giver, cmd.unit, sealed_words, at)
    pledged = replace(deliberation, pledges=(*deliberation.pledges, given), state=after)
    said = DeliberationPledged(**pledged.about(means=cmd.means, amount=cmd.amount, giver=cmd.giver))
    return Decision(pledged, (said,))


def begin(
    deliberation: Deliberation, cmd: Begin, sealed: tuple[str, ...], *, city: City, at: datetime
) -> Decision[Deliberation]:
    """办: the first tasks."""
    require_own(deliberation, cmd.by, city.units)
    after = DELIBERATION_LIFE.fire("begin", deliberation.state)
    tasks = tuple(
        _task(number, task, words, f"tasks.{number - 1}.", city, at)
        for number, (task, words) in enumerate(zip(cmd.tasks, sealed, strict=True), 1)
    )
    if len(tasks) > MOST_TASKS:
        raise ListFull("tasks", MOST_TASKS)
    return progressed(replace(deliberation, tasks=tasks, state=after), DeliberationStep.WORK_BEGUN)


def add_task(
    deliberation: Deliberation, cmd: AddTask, sealed_words: str, *, city: City, at: datetime
) -> Decision[Deliberation]:
    """One thing more turned out to be needed."""
    require_own(deliberation, cmd.by, city.units)
    DELIBERATION_LIFE.fire("add_task", deliberation.state)
    number = require_room(deliberation.tasks, "tasks", MOST_TASKS)
    tasks = (*deliberation.tasks, _task(number, cmd.task, sealed_words, "", city, at))
    return progressed(replace(deliberation, tasks=tasks), DeliberationStep.TASK_ADDED)


def report_task(
    deliberation: Deliberation, cmd: ReportTask, sealed_evidence: str, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """Done: said by the unit that answers for it, or at the table; when, its terminal may know better."""
    require_sight(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("report_task", deliberation.state)
    task = deliberation.task(cmd.task)
    if task is None:
        raise UnknownTask(cmd.task)
    if cmd.by != task.owner and not is_own(deliberation, cmd.by, units):
        raise NotYourTask(cmd.by, cmd.task)
    if task.done_at is not None:
        raise TaskDone(cmd.task)
    done = replace(
        task,
        done_at=_done_at(deliberation, cmd, at=at),
        report_received_at=at,
        reported_by=cmd.by,
        sealed_evidence=sealed_evidence,
    )
    tasks = tuple(done if each.number == done.number else each for each in deliberation.tasks)
    return progressed(replace(deliberation, tasks=tasks), DeliberationStep.TASK_DONE)


def evaluate(
    deliberation: Deliberation, cmd: Evaluate, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """评: residents judge what was done, when all of it is."""
    require_own(deliberation, cmd.by, units)
    after = DELIBERATION_LIFE.fire("evaluate", deliberation.state)
    undone = tuple(task.number for task in deliberation.tasks if task.done_at is None)
    if undone:
        raise TasksUndone(undone)
    rating = cmd.rating
    if not rating.voices:
        raise NobodyRated
    said = DeliberationEvaluated(
        **deliberation.about(
            satisfied=rating.satisfied,
            basically=rating.basically,
            not_satisfied=rating.not_satisfied,
            no_opinion=rating.no_opinion,
        )
    )
    return Decision(replace(deliberation, rating=rating, state=after, ended_at=at), (said,))


def abandon(
    deliberation: Deliberation, cmd: Abandon, sealed_reason: str, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """It leads nowhere; the reason is kept."""
    require_own(deliberation, cmd.by, units)
    after = DELIBERATION_LIFE.fire("abandon", deliberation.state)
    ended = replace(deliberation, state=after, sealed_reason=sealed_reason, ended_at=at)
    return Decision(ended, (DeliberationAbandoned(**ended.about()),))


def _done_at(deliberation: Deliberation, cmd: ReportTask, *, at: datetime) -> datetime:
    """Nothing is done about a matter before it is raised, whatever the terminal's clock says."""
    return at if cmd.doer is None else max(happened(cmd.doer, at=at), deliberation.raised_at)


def _task(number: int, task: SetTask, sealed_words: str, prefix: str, city: City, at: datetime) -> Task:
    if task.owner not in city.units:
        raise UnitRefused(f"{prefix}owner", task.owner)
    if task.due < city.day(at):
        raise DueBefore(f"{prefix}due", task.due)
    return Task(number, task.owner, task.due, sealed_words)
