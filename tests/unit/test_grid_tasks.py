"""任务: who gives one to whom, who reports it, and that offline in time is in time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.errors import CaseNotInHand, ForeignCase, UnknownCase
from services.grid.domain.lifecycle import TASK_LIFE, TaskState
from services.grid.domain.policy import tasks
from services.grid.domain.rounds import Doer
from services.grid.domain.task import GiveTask, ReportTask, Task, WithdrawTask
from services.grid.domain.task_errors import (
    MayNotGive,
    NotYourTask,
    TaskDueRefused,
    TaskUnitRefused,
    UnknownTask,
)
from shared.events.grid_rounds import TaskGiven, TaskReported, TaskWithdrawn
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import TaskId, UnitCode
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing, closing
from tests.kit.whistles import (
    BLOWN_AT,
    CASE_ID,
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
)

TASK_ID = TaskId(UUID("01950000-0000-7000-8000-0000000000f0"))
WORDS = "核对楼道堆物是否清理"
DUE = BLOWN_AT + timedelta(hours=4)
GIVE = GiveTask(TASK_ID, GUANYINSI, GUANYINSI_COMMUNITY, None, None, WORDS, DUE)
WORKER = Doer("worker-7", GUANYINSI_COMMUNITY, BLOWN_AT + timedelta(hours=1))
LEAD = CaseLead(CASE_ID, GUANYINSI, None, GUANYINSI_COMMUNITY, LeadStanding.IN_HAND, heard=3)


def give(cmd: GiveTask = GIVE, lead: CaseLead | None = None) -> Decision[Task]:
    return tasks.give(cmd, lead, "sealed", units=beijing().units, at=BLOWN_AT)


def a_task(**more: Any) -> Task:
    return replace(give().state, **more)


def report(task: Task, by: Doer = WORKER, *, done: bool = True, hours: int = 2) -> Decision[Task]:
    cmd, at = ReportTask(TASK_ID, by, done, "已清理"), BLOWN_AT + timedelta(hours=hours)
    return tasks.report(task, cmd, "sealed", units=beijing().units, at=at)


def withdraw(task: Task, by: UnitCode = GUANYINSI) -> Decision[Task]:
    return tasks.withdraw(task, WithdrawTask(TASK_ID, by), units=beijing().units, at=BLOWN_AT)


def refused(cmd: GiveTask, lead: CaseLead | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        give(cmd, lead)
    return caught.value


def test_given_it_says_for_whom_and_until_when_and_not_what() -> None:
    (fact,) = give().facts
    assert isinstance(fact, TaskGiven)
    assert (fact.unit, fact.given_by, fact.due_at) == (GUANYINSI_COMMUNITY, GUANYINSI, DUE)
    assert WORDS not in fact.model_dump_json()


@pytest.mark.parametrize(
    ("by", "unit", "refusal"),
    [
        (GUANYINSI_COMMUNITY, GUANYINSI_COMMUNITY, None),
        (GUANYINSI_COMMUNITY, GUANYINSI, MayNotGive),
        (DONGHUASHI, GUANYINSI_COMMUNITY, MayNotGive),
        (DAXING, GUANYINSI_COMMUNITY, MayNotGive),
        (ENFORCEMENT, GUANYINSI_COMMUNITY, MayNotGive),
        (GUANYINSI, ENFORCEMENT, TaskUnitRefused),
        (GUANYINSI, "nowhere", TaskUnitRefused),
    ],
)
def test_a_street_or_community_gives_to_its_own_and_below(
    by: str, unit: str, refusal: type[Refusal] | None
) -> None:
    cmd = replace(GIVE, by=UnitCode(by), unit=UnitCode(unit))
    if refusal is None:
        assert give(cmd).state.given_by == by
    else:
        assert isinstance(refused(cmd), refusal)


def test_on_a_case_it_is_for_the_unit_that_has_it() -> None:
    cmd = replace(GIVE, case_id=CASE_ID)
    (fact,) = give(cmd, LEAD).facts
    assert fact.concerns == CASE_ID
    assert isinstance(refused(cmd), UnknownCase)
    assert isinstance(refused(cmd, replace(LEAD, unit=DONGHUASHI)), ForeignCase)
    for standing in set(LeadStanding) - {LeadStanding.IN_HAND}:
        assert isinstance(refused(cmd, replace(LEAD, standing=standing)), CaseNotInHand)
    passed_by = replace(LEAD, unit=DONGHUASHI, standing=LeadStanding.DONE)
    assert isinstance(refused(cmd, passed_by), ForeignCase), "how it stands is not a stranger's to know"


@pytest.mark.parametrize("due_at", [BLOWN_AT, BLOWN_AT - timedelta(days=1), BLOWN_AT + timedelta(days=367)])
def test_it_is_due_after_it_is_given_and_within_a_year(due_at: Any) -> None:
    refusal = refused(replace(GIVE, due_at=due_at))
    assert (type(refusal), refusal.field) == (TaskDueRefused, "due_at")


MOVES: dict[str, Any] = {
    "report": (report, TaskState.DONE, TaskReported),
    "fail": (partial(report, done=False), TaskState.NOT_DONE, TaskReported),
    "withdraw": (withdraw, TaskState.WITHDRAWN, TaskWithdrawn),
}


@pytest.mark.parametrize(("state", "name"), list(product(TaskState, MOVES)))
def test_every_move_in_every_state_fires_or_is_refused_by_name(state: TaskState, name: str) -> None:
    move, after, says = MOVES[name]
    if state is TaskState.GIVEN:
        decision = move(a_task())
        assert (decision.state.state, [type(fact) for fact in decision.facts]) == (after, [says])
        return
    with pytest.raises(MoveNotAllowed):
        move(a_task(state=state))


def test_the_table_has_no_move_that_is_not_tested_here() -> None:
    assert set(TASK_LIFE.moves) == set(MOVES)


@pytest.mark.parametrize(
    ("recorded", "behind", "in_time"),
    [
        (timedelta(hours=3), timedelta(), True),
        (timedelta(hours=4), timedelta(), True),
        (timedelta(hours=5), timedelta(), False),
        # A clock that is a day ahead, and known to be.
        (timedelta(hours=27), timedelta(hours=-24), True),
    ],
)
def test_done_in_time_is_in_time_however_late_the_terminal_tells(
    recorded: timedelta, behind: timedelta, in_time: bool
) -> None:
    (fact,) = report(
        a_task(), replace(WORKER, recorded_at=BLOWN_AT + recorded, behind=behind), hours=30
    ).facts
    assert (fact.done, fact.in_time) == (True, in_time)


def test_who_is_named_reports_it_and_nobody_of_another_unit() -> None:
    named = a_task(worker="worker-7")
    assert report(named).state.reported_by == "worker-7"
    for by in (replace(WORKER, worker="worker-8"), replace(WORKER, unit=GUANYINSI)):
        with pytest.raises(NotYourTask):
            report(named, by)
    with pytest.raises(UnknownTask):
        report(named, replace(WORKER, unit=DONGHUASHI))


def test_it_is_taken_back_by_who_gave_it_or_the_street_alone() -> None:
    given_below = a_task(given_by=GUANYINSI_COMMUNITY)
    assert withdraw(given_below).state.state is TaskState.WITHDRAWN
    with pytest.raises(NotYourTask):
        withdraw(a_task(), GUANYINSI_COMMUNITY)
    with pytest.raises(NotYourTask):
        withdraw(a_task(), DAXING)
    with pytest.raises(UnknownTask):
        withdraw(a_task(), DONGHUASHI)


def test_what_a_closed_street_gave_its_district_takes_back() -> None:
    units, cmd = closing(GUANYINSI).units, WithdrawTask(TASK_ID, DAXING)
    for given in (a_task(), a_task(unit=GUANYINSI)):
        assert tasks.withdraw(given, cmd, units=units, at=BLOWN_AT).state.state is TaskState.WITHDRAWN
