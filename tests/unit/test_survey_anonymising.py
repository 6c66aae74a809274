"""匿名化: what citizens wrote is forgotten a year after the round ended; the codes stay."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from services.survey.domain.model import RoundState, Survey
from services.survey.domain.policy import anonymising, scheduling
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.callbacks import CHECK, HAPPY, NOON, TWO_MINDS, UNHAPPY, a_city, a_survey, call
from tests.kit.city import beijing

LATER = NOON + timedelta(hours=4)
YEAR = timedelta(days=365)


def anonymised(survey: Survey, at: datetime) -> Survey:
    decided = anonymising.anonymise(survey, beijing(), at=at)
    assert decided.facts == ()
    return decided.state


def test_first_words_and_last_words_are_forgotten_and_what_was_scored_stays() -> None:
    doubted = call(a_survey(), replace(TWO_MINDS, note="先说的")).state
    survey = call(doubted, replace(UNHAPPY, note="后说的"), by="caller-2", at=LATER).state
    assert anonymised(survey, LATER + YEAR - timedelta(seconds=1)) == survey
    [before], [after] = survey.rounds, anonymised(survey, LATER + YEAR).rounds
    assert before.answers
    assert before.doubt
    assert not after.has_note
    assert after == replace(
        before,
        answers=replace(before.answers, note=""),
        doubt=replace(before.doubt, answers=replace(before.doubt.answers, note="")),
    )


def test_a_check_forgets_in_its_own_time() -> None:
    checked = call(a_survey(), replace(HAPPY, note="谢谢"), city=a_city(recheck=Decimal(1))).state
    survey = call(checked, replace(HAPPY, note="再谢"), callback_id=CHECK, by="caller-2", at=LATER).state
    first = anonymised(survey, NOON + YEAR)
    assert [one.has_note for one in first.calls] == [False, True]
    assert [one.has_note for one in anonymised(first, LATER + YEAR).calls] == [False, False]


def test_what_is_not_over_keeps_what_was_said_and_what_was_called_off_does_not() -> None:
    doubted = call(a_survey(), replace(TWO_MINDS, note="先说的")).state
    assert anonymised(doubted, NOON + 2 * YEAR) == doubted
    called_off = scheduling.cancel(doubted, at=LATER).state
    assert not anonymised(called_off, LATER + YEAR).rounds[0].has_note


def test_at_the_citizens_wish_all_that_was_said_is_forgotten_at_once() -> None:
    checked = call(a_survey(), replace(HAPPY, note="谢谢"), city=a_city(recheck=Decimal(1))).state
    survey = call(checked, replace(HAPPY, note="再谢"), callback_id=CHECK, by="caller-2", at=LATER).state
    decided = anonymising.erase(survey, at=LATER)
    assert decided.facts == ()
    assert [one.has_note for one in decided.state.calls] == [False, False]
    assert anonymising.erase(decided.state, at=LATER).state == decided.state


def test_who_wishes_to_be_forgotten_is_not_called_for_a_check_any_more() -> None:
    """The phone is gone with intake, and words noted now would stay for a year."""
    checked = call(a_survey(), HAPPY, city=a_city(recheck=Decimal(1))).state
    decided = anonymising.erase(checked, at=LATER)
    assert decided.facts == ()
    assert [one.state for one in decided.state.rechecks] == [RoundState.CANCELLED]
    assert decided.state.rounds == checked.rounds
    with pytest.raises(MoveNotAllowed):
        call(decided.state, HAPPY, callback_id=CHECK, by="caller-2", at=LATER)
