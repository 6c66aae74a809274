"""离线报到: a check-in made without a signal counts by when the department was there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.grid.domain.commands import ReportIn, Score
from services.grid.domain.lifecycle import Step
from services.grid.domain.model import Whistle
from services.grid.domain.policy import calls
from services.grid.domain.policy.overdue import expire
from services.grid.domain.rounds import Doer
from shared.kernel.decision import Decision
from shared.kernel.words import WhistleKind
from tests.kit.city import beijing
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT, GUANYINSI, SITE, WHISTLE_ID, a_call, a_whistle

NEAR = timedelta(minutes=15)
DAY = timedelta(days=1)


def checks_in(whistle: Whistle, recorded: timedelta, behind: timedelta = timedelta()) -> Decision[Whistle]:
    """Of an emergency with half an hour: written down without a signal, told ten minutes after the limit."""
    doer = Doer("officer-1", ENFORCEMENT, BLOWN_AT + recorded, behind)
    cmd = ReportIn(WHISTLE_ID, ENFORCEMENT, ENFORCEMENT, SITE, 500.0, doer)
    told_at = BLOWN_AT + timedelta(minutes=40)
    return calls.report_in(whistle, cmd, units=beijing().units, at=told_at)


def an_emergency() -> Whistle:
    half_an_hour = BLOWN_AT + timedelta(minutes=30)
    return a_whistle(replace(a_call(), report_in_by=half_an_hour), kind=WhistleKind.EMERGENCY)


@pytest.mark.parametrize(
    ("recorded", "behind", "came"),
    [
        (NEAR, timedelta(), NEAR),
        # A clock a day ahead, and known to be; one a day behind, and not known to be.
        (NEAR + DAY, -DAY, NEAR),
        (NEAR - DAY, timedelta(), timedelta()),
        # A good clock that began at 1970 anew before it was told.
        (NEAR, 20_000 * DAY, NEAR),
    ],
)
def test_a_check_in_without_a_signal_counts_by_when_it_was_and_nothing_is_told_as_late(
    recorded: timedelta, behind: timedelta, came: timedelta
) -> None:
    decision = checks_in(an_emergency(), recorded, behind)
    call, (fact,) = decision.state.departments[0], decision.facts
    assert (fact.in_time, call.reported_in_time, call.late) == (True, True, ())
    assert call.reported_in_at == BLOWN_AT + came
    assert call.report_received_at == BLOWN_AT + timedelta(minutes=40)


def test_a_check_in_that_was_late_is_late_and_none_is_later_than_it_was_told() -> None:
    for recorded in (timedelta(minutes=31), DAY):
        told, fact = checks_in(an_emergency(), recorded).facts
        assert (told.step, fact.in_time) == (Step.REPORT_IN, False)
    assert checks_in(an_emergency(), DAY).state.departments[0].reported_in_at == BLOWN_AT + timedelta(
        minutes=40
    )


def test_what_was_told_as_overdue_before_a_check_in_was_heard_stays_told() -> None:
    rung = expire(an_emergency(), at=BLOWN_AT + timedelta(minutes=31)).state
    decision = checks_in(rung, NEAR)
    assert [fact.in_time for fact in decision.facts] == [True]
    assert decision.state.departments[0].late == (Step.REPORT_IN,)
    cmd = Score(WHISTLE_ID, GUANYINSI, ENFORCEMENT, 4)
    scored_at = BLOWN_AT + timedelta(hours=1)
    (scored,) = calls.score(decision.state, cmd, units=beijing().units, at=scored_at).facts
    assert scored.reported_in_time is True
