"""每月一题: intervals against published figures, the score of a candidate, who may do what."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.scoring.domain import topic as do
from services.scoring.domain.errors import (
    DoneAlready,
    DueBeforeStart,
    NoSuchUnit,
    NotYourTopic,
    TasksOpen,
    TaskTwice,
    TopicBegun,
    UnknownTask,
)
from services.scoring.domain.exclusion import Signature
from services.scoring.domain.policy import topics
from services.scoring.domain.policy.candidates import Matter, rank
from services.scoring.domain.policy.comparing import (
    Share,
    Volume,
    compared,
    difference,
    ratio,
    ratio_beside,
    wilson,
)
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
from shared.city.units import units_of
from shared.kernel.ids import CategoryCode, TopicId, UnitCode
from tests.kit.case_story import DONGHUASHI, POLICE, SHANGHAI, YANQING, named
from tests.kit.city import beijing

CITY = beijing()
AT = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)


def test_a_proportions_interval_is_wilsons() -> None:
    """81 of 263, as in Newcombe (1998), table I, method 3."""
    found = wilson(Share(81, 263))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none, all_ = wilson(Share(0, 20)), wilson(Share(20, 20))
    assert none is not None
    assert all_ is not None
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert (round(all_.low, 4), all_.high) == (0.8389, 1.0)
    assert wilson(Share(0, 0)) is None


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_a_difference_is_newcombes(
    after: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10, contrasts (a), (b) and (g)."""
    found = difference(Share(*before), Share(*after))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_ratio_of_poisson_days_has_the_textbooks_interval() -> None:
    # 60 requests, then 30, in as many days: exp(log(1/2) ± 1.96 √(1/60 + 1/30)).
    found = ratio(Volume([2] * 30), Volume([1] * 30))
    assert found is not None
    assert (round(found.estimate, 4), round(found.low, 4), round(found.high, 4)) == (0.5, 0.3226, 0.775)


def test_days_that_vary_more_widen_it_and_no_requests_at_all_are_no_proof() -> None:
    calm = ratio(Volume([2] * 30), Volume([1] * 30))
    wild = ratio(Volume([0, 0, 6] * 10), Volume([0, 0, 3] * 10))
    few = ratio(Volume([1, 0, 0, 0]), Volume([0, 0, 0, 0]))
    assert calm is not None
    assert wild is not None
    assert few is not None
    assert wild.estimate == calm.estimate
    assert wild.high - wild.low > 1.5 * (calm.high - calm.low)
    assert few.low < 1 < few.high
    assert ratio(Volume([]), Volume([1])) is None


def test_what_the_whole_city_did_is_no_merit() -> None:
    found = ratio_beside(Volume([4] * 30), Volume([2] * 30), Volume([400] * 30), Volume([200] * 30))
    assert found is not None
    assert found.estimate == pytest.approx(1)
    assert found.low < 1 < found.high


def a_matter(category: str, per_day: int, **more: object) -> Matter:
    whole = Matter(
        CategoryCode(category), Volume([per_day] * 90), Volume([10] * 90), (per_day * 45,) * 2, Share(50, 100)
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def test_every_part_of_a_score_is_told_and_they_add_up_to_it() -> None:
    found = rank(
        [
            a_matter("parking", 20, resolution=Share(20, 100)),
            a_matter("noise", 10, streets=(100,) * 9),
            a_matter("heating", 5, before=None),
            a_matter("gas", 0),
        ],
        CITY.responsibilities,
        CITY.policy.topics,
    )
    assert [each.matter.category for each in found] == ["parking", "noise", "heating"]
    first = {part.name: part for part in found[0].parts}
    assert (first["volume"].value, first["volume"].place) == (1800, 1)
    assert (first["growth"].value, first["growth"].place) == (pytest.approx(2), 0.5)
    assert (first["unresolved"].value, first["unresolved"].place) == (pytest.approx(0.8), 1)
    assert {part.name: part.place for part in found[1].parts}["spread"] == 1
    last = {part.name: part for part in found[2].parts}
    assert (last["growth"].value, last["growth"].points) == (None, 0)
    for each in found:
        assert each.score == pytest.approx(sum(part.place * part.weight for part in each.parts))


def chosen() -> Topic:
    problems = (Problem(CategoryCode("parking"), "停车"), Problem(CategoryCode("noise"), "噪声"))
    command = Choose(TopicId(named("topic")), "2026-12", DONGHUASHI, "题", problems, POLICE, "zhang")
    return topics.choose(command, CITY, at=AT).state


def planned(*tasks: Task, topic: Topic | None = None, unit: UnitCode | None = None) -> Topic:
    command = PlanTopic(TopicId(named("topic")), date(2026, 12, 5), tasks, "li", unit)
    return topics.plan(topic or chosen(), command, CITY.units).state


TASK = Task(1, "施划车位", DONGHUASHI, date(2026, 12, 20))


def test_the_lead_plans_and_the_tasks_unit_says_it_is_done() -> None:
    topic = planned(TASK, unit=POLICE)
    with pytest.raises(NotYourTopic):
        planned(TASK, unit=DONGHUASHI)

    def finish(unit: UnitCode | None, number: int = 1, at: datetime = AT) -> do.Topic:
        command = FinishTask(topic.topic_id, number, None, "wang", unit)
        decision = topics.finish(topic, command, CITY.units, SHANGHAI, at=at)
        assert decision.facts[0].in_time is (at == AT)
        return decision.state

    assert finish(DONGHUASHI).tasks[0].done is not None
    late = datetime(2026, 12, 21, 0, 0, tzinfo=SHANGHAI)
    assert finish(None, at=late).tasks[0].done is not None
    with pytest.raises(NotYourTopic):
        finish(YANQING)
    with pytest.raises(UnknownTask):
        finish(None, 2)


def test_a_plan_keeps_what_is_done_and_a_topic_ends_with_its_last_task() -> None:
    topic = planned(TASK, replace(TASK, number=2))
    command = FinishTask(topic.topic_id, 1, None, "wang", None)
    topic = topics.finish(topic, command, CITY.units, SHANGHAI, at=AT).state
    with pytest.raises(TasksOpen):
        topics.close(topic, CloseTopic(topic.topic_id, None, "zhang"), at=AT)
    again = planned(TASK, replace(TASK, number=3, title="加装隔离"), topic=topic)
    assert [task.done is not None for task in again.tasks] == [True, False]
    for tasks in ((replace(TASK, number=3),), (replace(TASK, title="别的"),)):
        with pytest.raises(DoneAlready):
            planned(*tasks, topic=topic)
    with pytest.raises(DueBeforeStart):
        planned(replace(TASK, due=date(2026, 12, 4)))


def test_a_plan_is_changed_though_a_unit_that_did_its_task_is_closed_by_now() -> None:
    topic = planned(TASK)
    command = FinishTask(topic.topic_id, 1, None, "wang", None)
    topic = topics.finish(topic, command, CITY.units, SHANGHAI, at=AT).state
    street = CITY.units.get(DONGHUASHI)
    merged = units_of({**CITY.units.by_code, DONGHUASHI: replace(street, closed=True)}.values())
    more = replace(TASK, number=2, unit=POLICE, due=date(2027, 1, 20))

    def change(*tasks: Task) -> Topic:
        command = PlanTopic(topic.topic_id, date(2027, 1, 5), tasks, "li", POLICE)
        return topics.plan(topic, command, merged).state

    assert [task.done is not None for task in change(TASK, more).tasks] == [True, False]
    with pytest.raises(NoSuchUnit):
        change(TASK, replace(more, unit=DONGHUASHI))


def test_a_number_names_one_task_of_a_plan() -> None:
    with pytest.raises(TaskTwice):
        planned(TASK, replace(TASK, unit=YANQING))


@pytest.mark.parametrize(
    ("starts", "since", "before", "after"),
    [
        (date(2026, 11, 10), date(2026, 1, 1), (date(2026, 8, 12), date(2026, 11, 9)), date(2026, 11, 20)),
        # A city that counts since October has no August without requests.
        (date(2026, 11, 10), date(2026, 10, 20), (date(2026, 10, 20), date(2026, 11, 9)), date(2026, 11, 20)),
        # Measures that are still to come have no days after them, and tomorrow is none before them.
        (date(2026, 12, 1), date(2026, 1, 1), (date(2026, 9, 2), date(2026, 11, 20)), None),
        (date(2026, 7, 1), date(2026, 1, 1), (date(2026, 4, 2), date(2026, 6, 30)), date(2026, 9, 28)),
        (date(2026, 11, 10), date(2026, 11, 12), None, date(2026, 11, 20)),
        (date(2026, 11, 10), None, None, None),
    ],
)
def test_before_and_after_are_days_that_were_counted(
    starts: date, since: date | None, before: tuple[date, date] | None, after: date | None
) -> None:
    then, now = compared(starts, 90, since, date(2026, 11, 20))
    assert ((then.first, then.last) if then.days else None) == before
    assert (now.last if now.days else None) == after
    assert not now.days or now.first == max(starts, since or starts)


def test_what_was_chosen_by_mistake_is_taken_back_before_its_first_day_and_not_after() -> None:
    topic, mistaken = planned(TASK), CancelTopic(TopicId(named("topic")), "牵头单位有误", "zhang")
    last = datetime(2026, 12, 4, 23, 59, tzinfo=SHANGHAI)
    for before in (chosen(), topic):
        found = topics.cancel(before, mistaken, SHANGHAI, at=last).state
        assert (found.state, found.closed) == ("cancelled", Signature("zhang", last, "牵头单位有误"))
    for begun, at in ((topic, last + timedelta(minutes=1)), (replace(topic, tasks=(done(),)), AT)):
        with pytest.raises(TopicBegun):
            topics.cancel(begun, mistaken, SHANGHAI, at=at)


def done() -> Task:
    return replace(TASK, done=Signature("wang", AT, None))
