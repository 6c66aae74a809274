"""约时再拨 and 交回: a call at the time a citizen asked for, and a call that its caller cannot make."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from services.survey.domain import commands as do
from services.survey.domain import errors
from services.survey.domain.model import SPOKEN, Missed, RoundState, Survey
from services.survey.domain.policy import calling
from shared.kernel.decision import Decision
from shared.kernel.words import Unreached
from tests.kit.callbacks import (
    CHECK,
    FIRST,
    HAPPY,
    NOON,
    TWO_MINDS,
    a_city,
    a_survey,
    call,
    linked,
    said,
)
from tests.kit.city import beijing

EVENING = NOON + timedelta(hours=6)
NIGHT = NOON + timedelta(hours=10)
END = NOON + timedelta(days=14)


def puts_off(survey: Survey, until: datetime | None, *, at: datetime = NOON) -> Decision[Survey]:
    return call(survey, missed=Missed.PUT_OFF, call_at=until, at=at)


def test_who_has_no_time_is_called_when_he_asked_for_it_and_not_before() -> None:
    decided = puts_off(linked(a_survey()), EVENING)
    assert said(decided) == ["attempted"]
    assert (decided.facts[0].put_off_until, decided.facts[0].last) == (EVENING, False)
    one = decided.state.rounds[0]
    assert (one.due_at, one.promised, one.claim) == (EVENING, True, None)
    assert one.attempts[-1].has_spoken
    assert not calling.may_take(decided.state, FIRST, "caller-2", at=EVENING - timedelta(seconds=1))
    assert calling.may_take(decided.state, FIRST, "caller-2", at=EVENING)


def test_a_call_that_was_put_off_is_no_rung_of_the_ladder() -> None:
    survey, now = linked(a_survey()), NOON
    for hours in (1, 2, 3, 4, 5):
        now = NOON + timedelta(hours=hours)
        survey = puts_off(survey, now, at=now - timedelta(minutes=50)).state
    for _ in range(2):
        survey = call(survey, at=now).state
        assert not survey.rounds[0].promised
        now = survey.rounds[0].due_at
    survey = call(survey, at=now).state
    assert survey.rounds[0].state is RoundState.SCHEDULED, "three calls that nobody took, of four"
    assert call(survey, at=survey.rounds[0].due_at).state.rounds[0].state is RoundState.UNREACHABLE


@pytest.mark.parametrize("until", [NOON, NOON - timedelta(days=1), END, END + timedelta(hours=1)])
def test_a_call_is_put_off_to_a_time_within_the_days_to_answer(until: datetime) -> None:
    with pytest.raises(errors.TimeOutOfReach) as refused:
        puts_off(linked(a_survey()), until)
    assert (refused.value.field, refused.value.data["until"]) == ("call_at", END.isoformat())


def test_a_call_is_put_off_to_no_quiet_hour_and_never_without_a_time() -> None:
    with pytest.raises(errors.TimeAtNight):
        puts_off(a_survey(), NOON + timedelta(hours=9))
    with pytest.raises(errors.TimeMissing):
        puts_off(a_survey(), None)
    for missed in (Missed.BUSY, None):
        with pytest.raises(errors.TimeUnasked):
            call(a_survey(), missed=missed, call_at=EVENING)


def test_what_was_said_in_doubt_waits_for_the_time_the_citizen_asked_for() -> None:
    doubted = call(linked(a_survey()), TWO_MINDS).state
    due = doubted.rounds[0].due_at
    later = due + timedelta(hours=1)
    put_off = puts_off(doubted, later, at=due)
    assert said(put_off) == ["attempted"]
    assert put_off.state.rounds[0].doubt is not None
    assert said(call(put_off.state, HAPPY, at=later))[-1] == "completed"


def test_a_check_is_put_off_without_a_word_on_the_bus() -> None:
    checked = call(a_survey(), HAPPY, city=a_city(recheck=Decimal(1))).state
    due = checked.rechecks[0].due_at
    later = due + timedelta(hours=1)
    put_off = call(checked, callback_id=CHECK, by="caller-2", missed=Missed.PUT_OFF, call_at=later, at=due)
    assert said(put_off) == []
    assert (put_off.state.rechecks[0].state, put_off.state.rechecks[0].due_at) == ("scheduled", later)
    done = call(put_off.state, HAPPY, callback_id=CHECK, by="caller-2", at=later)
    assert said(done) == ["rechecked"]


def rings_up(survey: Survey, missed: Missed, call_at: datetime | None = None) -> Decision[Survey]:
    """The citizen rings and gives no answers."""
    cmd = do.RecordAttempt(FIRST, "caller-1", False, None, inbound=True, missed=missed, call_at=call_at)
    return calling.record_attempt(survey, cmd, beijing(), at=NIGHT)


def test_who_rings_may_put_it_off_or_refuse_at_any_hour_and_is_reached_otherwise() -> None:
    morning = NIGHT + timedelta(hours=11)
    put_off = rings_up(linked(a_survey()), Missed.PUT_OFF, morning)
    assert (put_off.facts[0].put_off_until, put_off.facts[0].inbound) == (morning, True)
    assert put_off.state.rounds[0].due_at == morning
    refused = rings_up(put_off.state, Missed.REFUSED)
    assert said(refused) == ["attempted", "unreachable"]
    assert refused.facts[-1].reason is Unreached.REFUSED
    for missed in set(Missed) - SPOKEN:
        with pytest.raises(errors.RangUnreached):
            rings_up(a_survey(), missed)


def test_a_promised_call_is_made_though_the_days_to_answer_end_before_a_caller_is_free() -> None:
    late = END - timedelta(minutes=1)
    promised = puts_off(linked(a_survey()), late).state
    for at in (END, late + calling.PROMISE - timedelta(seconds=1)):
        assert calling.expire(promised, FIRST, at=at).state == promised
    unreached = call(promised, at=END + timedelta(hours=1)).state
    over = calling.expire(unreached, FIRST, at=END + timedelta(hours=2))
    assert said(over) == ["unreachable"]
    assert said(calling.expire(promised, FIRST, at=late + calling.PROMISE)) == ["unreachable"]


def held(survey: Survey, by: str = "caller-1", *, at: datetime = NOON) -> Survey:
    return calling.claim(survey, do.ClaimRound(FIRST, by), at=at).state


def back(survey: Survey, by: str = "caller-1", *, at: datetime = NOON) -> Survey:
    return calling.hand_back(survey, do.HandBack(FIRST, by), at=at).state


def test_what_was_handed_back_is_anothers_next_call_and_its_own_when_chosen() -> None:
    survey = back(held(a_survey()))
    assert survey.rounds[0].claim is None
    assert not calling.may_take(survey, FIRST, "caller-1", at=NOON)
    assert calling.may_take(survey, FIRST, "caller-2", at=NOON)
    assert back(survey) == survey, "sent again it changes nothing"
    again = back(held(survey, "caller-2"), "caller-2")
    assert calling.may_take(again, FIRST, "caller-1", at=NOON)
    chosen = held(survey)
    assert calling.may_take(chosen, FIRST, "caller-1", at=NOON + timedelta(hours=1))


def test_what_nobody_else_took_is_given_again_to_who_handed_it_back() -> None:
    survey = back(held(a_survey()))
    again = NOON + calling.LEASE
    assert not calling.may_take(survey, FIRST, "caller-1", at=again - timedelta(seconds=1))
    assert calling.may_take(survey, FIRST, "caller-1", at=again)


def test_who_hands_back_after_his_time_is_not_given_the_same_as_his_next_one() -> None:
    later = NOON + calling.LEASE + timedelta(minutes=10)
    survey = back(held(a_survey()), at=later)
    assert not calling.may_take(survey, FIRST, "caller-1", at=later)
    assert calling.may_take(survey, FIRST, "caller-2", at=later)


def test_nobody_hands_back_what_another_has() -> None:
    survey = held(a_survey())
    with pytest.raises(errors.ClaimedByAnother):
        back(survey, "caller-2")
    assert back(survey, "caller-2", at=NOON + timedelta(hours=1)) == survey, "in nobody's hand any more"
