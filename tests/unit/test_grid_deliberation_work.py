"""说议筹办评, carrying out: what is pledged and promised, and who reports which task done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grid.api.deliberation_views import Showing
from services.grid.domain import deliberation_commands as do
from services.grid.domain import deliberation_errors as errors
from services.grid.domain.deliberation import (
    Deliberation,
    Pledge,
    Rating,
    Side,
)
from services.grid.domain.lifecycle import DeliberationState
from services.grid.domain.policy import deliberation_work as carrying_out
from services.grid.domain.rounds import Doer
from shared.events.grid import (
    DeliberationPledged,
    DeliberationProgressed,
)
from shared.kernel.ids import UnitCode
from shared.kernel.words import DeliberationStep, Giver, Means
from tests.kit.city import beijing
from tests.kit.deliberations import (
    CAOCHANG,
    DELIBERATION_ID,
    DUE,
    a_meeting,
    a_task,
    adopted,
)
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT

S = DeliberationState
ON = (DELIBERATION_ID, CAOCHANG)


def pledged(deliberation: Deliberation, means: Means, amount: int) -> Deliberation:
    cmd = do.GivePledge(*ON, means, amount, Giver.RESIDENTS, None, "王阿姨")
    decision = carrying_out.pledge(deliberation, cmd, "sealed", units=beijing().units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationPledged)
    assert (fact.means, fact.amount) == (means, amount)
    return decision.state


def test_pledges_of_a_kind_are_summed_and_may_still_come_while_work_is_done() -> None:
    one = pledged(pledged(pledged(adopted(), Means.MONEY, 50_000), Means.MONEY, 1), Means.WORK, 12)
    assert one.state is S.PLEDGED
    under_way = pledged(replace(one, state=S.UNDER_WAY), Means.THINGS, 3)
    assert under_way.state is S.UNDER_WAY
    assert [under_way.pledged(means) for means in Means] == [50_001, 12, 3]
    assert [pledge.number for pledge in under_way.pledges] == [1, 2, 3, 4]


@given(st.lists(st.tuples(st.sampled_from(Means), st.integers(1, 10**9)), max_size=20))
def test_the_sums_are_those_of_the_pledges(given_pledges: list[tuple[Means, int]]) -> None:
    after = adopted()
    for means, amount in given_pledges:
        after = pledged(after, means, amount)
    for means in Means:
        assert after.pledged(means) == sum(amount for kind, amount in given_pledges if kind is means)


def test_a_unit_that_gives_is_one_of_the_directory() -> None:
    cmd = do.GivePledge(*ON, Means.MONEY, 1, Giver.UNIT, UnitCode("nobody"), "x")
    with pytest.raises(errors.UnitRefused):
        carrying_out.pledge(adopted(), cmd, "sealed", units=beijing().units, at=BLOWN_AT)


def test_each_side_gives_its_word_once() -> None:
    after = adopted()
    for side in Side:
        cmd = do.Commit(*ON, side, "承诺")
        after = carrying_out.commit(after, cmd, "sealed", units=beijing().units, at=BLOWN_AT).state
    assert [given.side for given in after.commitments] == list(Side)
    with pytest.raises(errors.AlreadyCommitted):
        carrying_out.commit(after, cmd, "sealed", units=beijing().units, at=BLOWN_AT)


def test_work_begins_with_tasks_and_is_judged_when_all_are_done() -> None:
    city, units = beijing(), beijing().units
    task = do.SetTask(CAOCHANG, DUE, "平整地面")
    begun = carrying_out.begin(
        adopted(), do.Begin(*ON, (task, task)), ("a", "b"), city=city, at=BLOWN_AT
    ).state
    more = carrying_out.add_task(begun, do.AddTask(*ON, task), "c", city=city, at=BLOWN_AT).state
    assert [(each.number, each.sealed_words) for each in more.tasks] == [(1, "a"), (2, "b"), (3, "c")]
    report = do.ReportTask(*ON, 2, "照片 2 张")
    decision = carrying_out.report_task(more, report, "e", units=units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationProgressed)
    assert (fact.step, fact.tasks, fact.tasks_done) == (DeliberationStep.TASK_DONE, 3, 1)
    with pytest.raises(errors.TaskDone):
        carrying_out.report_task(decision.state, report, "e", units=units, at=BLOWN_AT)
    with pytest.raises(errors.UnknownTask):
        carrying_out.report_task(decision.state, replace(report, task=9), "e", units=units, at=BLOWN_AT)
    evaluate = do.Evaluate(*ON, Rating(satisfied=1))
    with pytest.raises(errors.TasksUndone) as caught:
        carrying_out.evaluate(decision.state, evaluate, units=units, at=BLOWN_AT)
    assert caught.value.data == {"tasks": [1, 3]}


def test_who_answers_for_a_task_reports_it_and_nobody_else_s() -> None:
    units = beijing().units
    shared = adopted(S.UNDER_WAY, tasks=(a_task(), a_task(2, owner=ENFORCEMENT)))
    theirs = do.ReportTask(DELIBERATION_ID, ENFORCEMENT, 2, "照片 2 张")
    done = carrying_out.report_task(shared, theirs, "sealed-e", units=units, at=BLOWN_AT).state
    assert done.task(2) == a_task(
        2,
        owner=ENFORCEMENT,
        done_at=BLOWN_AT,
        report_received_at=BLOWN_AT,
        reported_by=ENFORCEMENT,
        sealed_evidence="sealed-e",
    )
    with pytest.raises(errors.NotYourTask):
        carrying_out.report_task(shared, replace(theirs, task=1), "e", units=units, at=BLOWN_AT)
    with pytest.raises(errors.MayNotDeliberate):
        carrying_out.evaluate(
            done, do.Evaluate(DELIBERATION_ID, ENFORCEMENT, Rating(1)), units=units, at=BLOWN_AT
        )
    with pytest.raises(errors.UnknownDeliberation):
        without = replace(shared, tasks=(a_task(),))
        carrying_out.report_task(without, theirs, "e", units=units, at=BLOWN_AT)


@pytest.mark.parametrize(
    ("recorded", "behind", "done"),
    [
        (timedelta(hours=2), timedelta(), timedelta(hours=2)),
        (timedelta(hours=-22), timedelta(days=1), timedelta(hours=2)),
        (timedelta(days=2), timedelta(), timedelta(hours=9)),
        (timedelta(days=-1), timedelta(), timedelta()),
    ],
    ids=["offline since", "clock behind", "clock ahead", "before the matter was raised"],
)
def test_what_a_terminal_tells_later_was_done_when_it_was_done(
    recorded: timedelta, behind: timedelta, done: timedelta
) -> None:
    told_at = BLOWN_AT + timedelta(hours=9)
    doer = Doer("worker-7", CAOCHANG, BLOWN_AT + recorded, behind)
    report = do.ReportTask(*ON, 1, "照片 2 张", doer)
    under_way = adopted(S.UNDER_WAY, tasks=(a_task(),))
    (task,) = carrying_out.report_task(under_way, report, "e", units=beijing().units, at=told_at).state.tasks
    assert (task.done_at, task.report_received_at) == (BLOWN_AT + done, told_at)


def test_who_only_answers_for_a_task_is_told_the_matter_and_its_own_tasks() -> None:
    pledge = Pledge(1, Means.WORK, 2, Giver.RESIDENTS, None, "sealed", BLOWN_AT)
    tasks = (a_task(sealed_evidence="sealed"), a_task(2, owner=ENFORCEMENT, sealed_evidence="sealed"))
    shared = adopted(S.UNDER_WAY, tasks=tasks, pledges=(pledge,), meetings=(a_meeting(),))
    seen = Showing(shared, beijing().units, lambda place, _: place.split(":")[0], ENFORCEMENT).out()
    assert (seen.matter, seen.pledges[0].words, seen.meetings[0].minutes, seen.options[0].words) == (
        "deliberation.matter",
        None,
        None,
        None,
    )
    assert [(task.words, task.evidence) for task in seen.tasks] == [
        (None, None),
        ("deliberation.task", "deliberation.evidence"),
    ]
    carried = Showing(shared, beijing().units, lambda place, _: place.split(":")[0], ENFORCEMENT).work()
    assert (carried.matter, carried.tasks, carried.version) == (seen.matter, seen.tasks, seen.version)


@pytest.mark.parametrize(
    ("task", "named"),
    [
        (do.SetTask(UnitCode("nobody"), DUE, "x"), errors.UnitRefused),
        (do.SetTask(CAOCHANG, date(2026, 3, 1), "x"), errors.DueBefore),
    ],
)
def test_a_task_has_an_owner_we_know_and_a_day_to_come(task: do.SetTask, named: type[errors.Invalid]) -> None:
    with pytest.raises(named) as caught:
        carrying_out.begin(adopted(), do.Begin(*ON, (task,)), ("a",), city=beijing(), at=BLOWN_AT)
    assert str(caught.value.field).startswith("tasks.0.")
