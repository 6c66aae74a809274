"""回访 decides: closed, or handled once more; redos are bounded."""

from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain.model import OrderState
from services.router.domain.policy import callback, opening
from shared.kernel.ids import CallbackId, CaseId, new_id
from shared.kernel.words import HandlingMode, Overdue, Satisfied, Solved
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CALLBACK_ID,
    CASE_ID,
    DESK,
    GUANYINSI,
    WORDS,
    a_case,
    ids,
    kept,
    said,
)
from tests.kit.city import beijing

CITY = beijing()
LATER = AT + timedelta(days=5)
OTHER = CaseId(new_id())
SURVEYING = CaseState.SURVEYING


def answered(case, solved=Solved.NO, satisfied=Satisfied.NOT, callback_id=CALLBACK_ID, round_=1):  # type: ignore[no-untyped-def]
    command = do.TakeAnswer(
        case_id=CASE_ID,
        callback_id=callback_id,
        round=round_,
        asked_by=ASKED,
        solved=solved,
        satisfied=satisfied,
    )
    return callback.take_answer(case, command, ids(), CITY, at=LATER)


def start(case, callback_id, round_):  # type: ignore[no-untyped-def]
    command = do.StartSurvey(case_id=CASE_ID, callback_id=callback_id, round=round_, asked_by=ASKED)
    return callback.start(case, command)


@pytest.mark.parametrize("satisfied", Satisfied)
@pytest.mark.parametrize("solved", Solved)
def test_not_solved_or_not_satisfied_is_handled_again_everything_else_closes(
    solved: Solved, satisfied: Satisfied
) -> None:
    decision = answered(a_case(SURVEYING), solved, satisfied)
    unhappy = solved is Solved.NO or satisfied is Satisfied.NOT
    assert said(decision) == (["case.reopened", "case.dispatched"] if unhappy else ["case.closed"])


def test_a_redo_goes_to_the_same_lead_with_a_fresh_deadline_and_the_old_start() -> None:
    case = a_case(SURVEYING, rung=(Overdue.RESOLVE,))
    decision = answered(case)
    sent = decision.facts[1]
    assert (sent.unit, sent.redo) == (GUANYINSI, 1)
    assert sent.resolve_by == CITY.calendar.deadline(LATER, CITY.policy.feedback.general)
    assert (decision.state.started_at, decision.state.rung) == (AT, ())
    assert decision.state.earlier[0].state is OrderState.RESOLVED


def test_the_redo_after_the_last_ordinary_one_is_supervised_and_dedicated() -> None:
    ordinary = answered(a_case(SURVEYING, redo=CITY.policy.redo.max_redo - 1))
    assert said(ordinary) == ["case.reopened", "case.dispatched"]
    last = answered(a_case(SURVEYING, redo=CITY.policy.redo.max_redo))
    assert said(last) == ["case.reopened", "case.dispatched", "case.supervised"]
    assert last.facts[1].mode is HandlingMode.DEDICATED


def test_the_supervised_redo_that_waits_for_a_dispatcher_is_said_to_be_supervised_when_it_is_sent() -> None:
    """Nobody has it yet whom somebody could look after: its lead was closed, or it never had one."""
    decision = answered(a_case(SURVEYING, redo=CITY.policy.redo.max_redo, lead=None, co_orders=()))
    assert said(decision) == ["case.reopened"]
    asked = do.Dispatch(case_id=CASE_ID, by=DESK)
    sent = opening.dispatch(kept(decision), asked, WORDS, ids(), CITY, at=LATER)
    assert said(sent) == ["case.dispatched", "case.supervised"]
    assert (sent.state.supervised, sent.facts[0].mode) == (True, HandlingMode.DEDICATED)


def test_what_is_supervised_already_is_not_said_to_be_again() -> None:
    last = answered(a_case(SURVEYING, redo=CITY.policy.redo.max_redo, supervised=True))
    assert said(last) == ["case.reopened", "case.dispatched"]


def test_after_the_supervised_redo_the_result_stands_and_the_case_closes() -> None:
    decision = answered(a_case(SURVEYING, redo=CITY.policy.redo.max_redo + 1))
    assert said(decision) == ["case.closed"]
    assert decision.facts[0].reached


def test_nobody_reached_closes_without_an_opinion() -> None:
    command = do.GiveUpSurvey(case_id=CASE_ID, callback_id=CALLBACK_ID, round=1, asked_by=ASKED)
    closed = callback.give_up(a_case(SURVEYING), command, at=LATER)
    assert (said(closed), closed.facts[0].reached) == (["case.closed"], False)
    assert not any(order.is_open for order in closed.state.orders)


def test_a_result_of_a_round_that_is_over_is_ignored() -> None:
    second = CallbackId(new_id())
    case = a_case(SURVEYING, callback_id=second, callbacks=(CALLBACK_ID, second), callback_round=2)
    decision = answered(case, callback_id=CALLBACK_ID)
    assert decision.facts == ()
    assert decision.state == case


def test_a_result_of_a_round_nobody_knows_is_refused_by_name() -> None:
    case = a_case(SURVEYING)
    decision = answered(case, callback_id=CallbackId(new_id()))
    assert said(decision) == ["case.move_refused"]
    assert decision.state == case


def test_the_same_result_after_closing_is_refused() -> None:
    closed = kept(answered(a_case(SURVEYING), Solved.YES, Satisfied.SATISFIED))
    assert said(answered(closed, Solved.YES, Satisfied.SATISFIED)) == ["case.move_refused"]


def test_a_round_heard_twice_starts_once_and_an_older_one_never() -> None:
    first = kept(start(a_case(CaseState.RESOLVED), CALLBACK_ID, 1))
    assert first.state is SURVEYING
    assert start(first, CALLBACK_ID, 1).facts == ()
    resolved_again = a_case(CaseState.RESOLVED, callback_round=2, redo=2)
    assert said(start(resolved_again, CallbackId(new_id()), 2)) == ["case.move_refused"]


def test_an_answered_case_sent_back_waits_for_a_dispatcher_against_a_new_clock() -> None:
    answered_once = kept(start(a_case(CaseState.ANSWERED, rung=(Overdue.DISPATCH,)), CALLBACK_ID, 1))
    decision = answered(answered_once)
    assert said(decision) == ["case.reopened"]
    reopened = kept(decision)
    assert reopened.bell_at == reopened.dispatch_by == LATER + timedelta(hours=24)
    sent = opening.dispatch(reopened, do.Dispatch(case_id=CASE_ID, by=DESK), WORDS, ids(), CITY, at=LATER)
    assert (sent.facts[0].redo, sent.state.started_at) == (1, LATER)


def test_a_merged_case_sent_back_goes_to_the_lead_it_had() -> None:
    merged = kept(start(a_case(CaseState.MERGED, merged_into=OTHER), CALLBACK_ID, 1))
    assert merged.merged_into == OTHER
    decision = answered(merged)
    assert said(decision) == ["case.reopened", "case.dispatched"]
    assert decision.facts[1].unit == GUANYINSI
    assert decision.state.merged_into is None, "who has the other case reads what is added to this one"
