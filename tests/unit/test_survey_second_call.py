"""存疑与质检: contradictions are called about once more, results checked by another caller."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.survey.domain import commands as do
from services.survey.domain import errors
from services.survey.domain.model import Missed, RoundState, Survey
from services.survey.domain.policy import answering, calling, scheduling
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, new_id
from shared.kernel.words import CallbackChannel, Satisfied, Solved, Unreached
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.callbacks import (
    CASE,
    CHECK,
    FIRST,
    HAPPY,
    NOON,
    SECOND,
    TWO_MINDS,
    UNHAPPY,
    a_city,
    a_survey,
    begin,
    by_link,
    call,
    linked,
    said,
)
from tests.kit.city import beijing

LATER = NOON + timedelta(hours=4)
CHECK_ALL = a_city(recheck=Decimal(1))


def test_contradicting_answers_count_for_nothing_and_are_called_about_again() -> None:
    decided = call(a_survey(), TWO_MINDS)
    [attempted] = decided.facts
    assert isinstance(attempted, say.CallbackAttempted)
    assert (attempted.reached, attempted.contradictory) == (True, True)
    one = decided.state.rounds[0]
    assert (one.state, one.due_at, one.answers, one.claim) == (RoundState.SCHEDULED, LATER, None, None)


def test_the_second_call_settles_it() -> None:
    settled = call(call(a_survey(), TWO_MINDS).state, UNHAPPY, by="caller-2", at=LATER)
    completed = settled.facts[-1]
    assert (completed.solved, completed.satisfied, completed.flagged, completed.scored) == (
        Solved.NO,
        Satisfied.NOT,
        True,
        True,
    )


def test_a_citizen_who_says_the_same_a_second_time_is_believed() -> None:
    assert said(call(call(a_survey(), TWO_MINDS).state, TWO_MINDS, at=LATER)) == ["attempted", "completed"]


def test_when_nobody_answers_the_second_call_what_was_said_first_stands() -> None:
    by_app = answering.answer_in_app(a_survey(), do.AnswerInApp(CASE, TWO_MINDS), beijing(), at=NOON).state
    stood = call(by_app, None, at=LATER)
    assert said(stood) == ["attempted", "completed"]
    completed = stood.facts[-1]
    assert (completed.channel, completed.satisfied, completed.flagged) == (
        CallbackChannel.IN_APP,
        Satisfied.SATISFIED,
        True,
    )


def test_who_does_not_want_a_second_call_has_none() -> None:
    decided = call(a_survey(), replace(TWO_MINDS, may_call_again=False))
    assert said(decided) == ["attempted", "completed"]
    assert decided.facts[-1].flagged


def test_a_link_whose_answer_is_in_doubt_is_used_and_so_are_app_and_keys() -> None:
    doubted = by_link(linked(a_survey()), TWO_MINDS).state
    with pytest.raises(errors.LinkUsed):
        by_link(doubted, HAPPY)
    with pytest.raises(errors.NothingAsked):
        answering.answer_in_app(doubted, do.AnswerInApp(CASE, HAPPY), beijing(), at=NOON)
    with pytest.raises(errors.SaidAlready):
        answering.answer_by_keys(doubted, do.AnswerByKeys(FIRST, HAPPY), beijing(), at=NOON)


@pytest.mark.parametrize("solved", Solved)
@pytest.mark.parametrize("satisfied", Satisfied)
def test_the_questionnaire_says_what_contradicts_itself(solved: Solved, satisfied: Satisfied) -> None:
    wrong = {
        (Solved.NO, Satisfied.SATISFIED),
        (Solved.NO, Satisfied.BASICALLY),
        (Solved.YES, Satisfied.NOT),
    }
    decided = call(a_survey(), replace(HAPPY, solved=solved, satisfied=satisfied))
    assert ("completed" in said(decided)) == ((solved, satisfied) not in wrong)


def test_a_reopened_case_ends_the_running_callback_and_its_checks_and_a_fresh_round_begins_beside() -> None:
    checked = call(a_survey(), HAPPY, city=CHECK_ALL).state
    second = begin(checked, SECOND).state
    over = scheduling.reopen(second, at=NOON)
    assert said(over) == ["cancelled"]
    assert over.facts[0].callback_id == SECOND
    assert [one.state for one in over.state.calls] == [
        RoundState.COMPLETED,
        RoundState.CANCELLED,
        RoundState.CANCELLED,
    ]
    third = begin(over.state, CHECK)
    assert (third.facts[0].round, third.state.running.number) == (3, 3)  # type: ignore[union-attr]
    assert third.state.rounds[0].scored


@pytest.mark.parametrize("missed", sorted(set(Missed) - {Missed.PUT_OFF}))
def test_a_wrong_number_or_a_refusal_ends_the_callback_any_other_miss_climbs(missed: Missed) -> None:
    ends = missed in (Missed.WRONG_NUMBER, Missed.REFUSED)
    decided = call(a_survey(), None, missed=missed)
    assert said(decided) == ["attempted", *(["unreachable"] if ends else [])]
    assert decided.facts[0].last is ends, "of a last try nobody is told that another follows"
    if ends:
        assert decided.facts[1].reason == Unreached(missed)


def test_a_call_that_reached_somebody_was_not_missed() -> None:
    with pytest.raises(errors.MissedUnreached):
        call(a_survey(), HAPPY, missed=Missed.BUSY)


def test_a_reason_the_questionnaire_does_not_have_is_refused_by_its_place() -> None:
    told = replace(UNHAPPY, reasons=("too_slow", "bad_weather"))
    with pytest.raises(errors.UnknownReason) as refused:
        call(a_survey(), told)
    assert refused.value.field == "answers.reasons.1"
    kept = call(a_survey(), replace(UNHAPPY, reasons=("too_slow", "too_slow"))).facts[-1]
    assert (kept.reasons, kept.questionnaire) == (("too_slow",), beijing().questionnaire.version)


def expired(survey: Survey, days: float) -> Decision[Survey]:
    return calling.expire(survey, FIRST, at=NOON + timedelta(days=days))


def test_a_round_whose_days_are_over_ends_unreachable_or_with_what_was_said_in_doubt() -> None:
    waiting = linked(a_survey())
    assert said(expired(waiting, 13.99)) == []
    assert said(expired(waiting, 14)) == ["unreachable"]
    assert expired(waiting, 14).facts[0].reason is Unreached.DAYS_OVER
    doubted = by_link(waiting, TWO_MINDS).state
    assert said(expired(doubted, 14)) == ["completed"]
    assert said(expired(expired(waiting, 14).state, 15)) == []
    assert said(expired(a_survey(), 15)) == [], "nothing was sent yet"


def test_a_round_in_somebodys_hand_is_not_taken_from_it_when_its_days_are_over() -> None:
    late = NOON + timedelta(days=14)
    held = calling.claim(linked(a_survey()), do.ClaimRound(FIRST, "caller-1"), at=late).state
    assert said(calling.expire(held, FIRST, at=late)) == []
    assert said(calling.expire(held, FIRST, at=late + calling.LEASE)) == ["unreachable"]


def a_check() -> Survey:
    return call(a_survey(), HAPPY, city=CHECK_ALL).state


def test_a_result_that_is_drawn_is_checked_by_another_caller_and_stands_whatever_comes_of_it() -> None:
    survey = a_check()
    [check] = survey.rechecks
    assert (check.callback_id, check.checks, check.not_by, check.due_at) == (CHECK, FIRST, "caller-1", LATER)
    with pytest.raises(errors.CheckedByOneself):
        call(survey, HAPPY, callback_id=CHECK, at=LATER)
    done = call(survey, UNHAPPY, callback_id=CHECK, by="caller-2", at=LATER)
    assert [(type(f), f.callback_id, f.agrees) for f in done.facts] == [(say.CallbackRechecked, FIRST, False)]
    assert done.state.rounds == survey.rounds
    same = call(survey, replace(HAPPY, note="谢谢"), callback_id=CHECK, by="caller-2", at=LATER)
    assert same.facts[0].agrees


def test_who_made_the_call_cannot_check_it_by_being_rung_up_either() -> None:
    inbound = do.RecordAttempt(CHECK, "caller-1", True, HAPPY, inbound=True)
    with pytest.raises(errors.CheckedByOneself):
        calling.record_attempt(a_check(), inbound, beijing(), at=NOON)


def test_a_check_that_reaches_nobody_is_over_and_says_nothing() -> None:
    missed = call(a_check(), None, callback_id=CHECK, by="caller-2", at=LATER)
    assert missed.facts == ()
    assert missed.state.rechecks[0].state is RoundState.UNREACHABLE


def test_a_check_that_nobody_else_makes_in_its_days_ends_not_done_and_says_nothing() -> None:
    survey, over = a_check(), NOON + timedelta(days=beijing().policy.callback.link_days)
    assert calling.expire(survey, CHECK, at=over - timedelta(microseconds=1)) == Decision(survey)
    held = calling.claim(survey, do.ClaimRound(CHECK, "caller-2"), at=over).state
    assert calling.expire(held, CHECK, at=over) == Decision(held), "somebody is making it"
    ended = calling.expire(survey, CHECK, at=over)
    assert (ended.facts, ended.state.rechecks[0].state) == ((), RoundState.NOT_DONE)
    assert ended.state.rounds == survey.rounds
    with pytest.raises(errors.UnknownLink):
        answering.require_link(survey, CHECK, at=NOON)


def test_only_plain_results_of_phone_calls_are_checked() -> None:
    assert by_link(linked(a_survey(city=CHECK_ALL)), HAPPY).state.rechecks == ()
    assert call(a_survey(), replace(HAPPY, may_call_again=False), city=CHECK_ALL).state.rechecks == ()
    flagged = call(call(a_survey(), TWO_MINDS).state, HAPPY, city=CHECK_ALL, at=LATER)
    assert flagged.state.rechecks == ()
    assert call(a_survey(), HAPPY, city=a_city(recheck=Decimal(0))).state.rechecks == ()


def test_about_one_result_in_twenty_is_checked() -> None:
    share, found = beijing().policy.callback.recheck, 0
    assert share == Decimal("0.05")
    for _ in range(1_000):
        survey = replace(a_survey(), case_id=CaseId(new_id()))
        own = replace(survey.rounds[0], callback_id=new_id())
        decided = call(replace(survey, rounds=(own,)), HAPPY, callback_id=own.callback_id)
        found += len(decided.state.rechecks)
    assert 15 <= found <= 100


def test_keys_answer_and_a_machine_nobody_listened_to_is_no_rung_of_the_ladder() -> None:
    unheard = answering.answer_by_keys(a_survey(), do.AnswerByKeys(FIRST, None), beijing(), at=NOON)
    assert said(unheard) == ["attempted"]
    survey, at = unheard.state, NOON
    for _ in range(3):
        survey = call(survey, None, at=at).state
        at = survey.rounds[0].due_at
    assert survey.rounds[0].state is RoundState.SCHEDULED
    pressed = answering.answer_by_keys(survey, do.AnswerByKeys(FIRST, HAPPY), beijing(), at=at)
    assert pressed.facts[-1].channel is CallbackChannel.IVR


def test_a_case_that_went_another_way_takes_no_answer_by_any_way() -> None:
    over = scheduling.cancel(linked(a_survey()), at=NOON).state
    with pytest.raises(errors.CallbackCalledOff):
        by_link(over, HAPPY)
    with pytest.raises(errors.NothingAsked):
        answering.answer_in_app(over, do.AnswerInApp(CASE, HAPPY), beijing(), at=NOON)
    with pytest.raises(MoveNotAllowed):
        answering.answer_by_keys(over, do.AnswerByKeys(FIRST, HAPPY), beijing(), at=NOON)
