"""超时: which steps of a call the clock tells as owed, when, and only once."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from services.grid.domain.lifecycle import CallState, Step, WhistleState
from services.grid.domain.model import Call
from services.grid.domain.policy.overdue import expire
from shared.kernel.words import WhistleKind
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT, a_call, a_whistle

C, W = CallState, WhistleState
DUE = BLOWN_AT + timedelta(hours=1)

OWED = {
    C.CALLED: [Step.SIGN, Step.CONTACT, Step.REPORT_IN],
    C.SIGNED: [Step.CONTACT, Step.REPORT_IN],
    C.CONTACTED: [Step.REPORT_IN],
    C.REPORTED_IN: [],
    C.ACTED: [],
    C.SCORED: [],
}


@pytest.mark.parametrize(("standing", "state"), list(product(WhistleState, CallState)))
def test_the_clock_tells_each_step_that_is_owed_and_only_once(
    standing: WhistleState, state: CallState
) -> None:
    whistle = a_whistle(a_call(state=state), state=standing)
    months_later = BLOWN_AT + timedelta(days=90)
    first = expire(whistle, at=months_later)
    assert [fact.step for fact in first.facts] == (OWED[state] if standing is W.OPEN else [])
    assert not expire(first.state, at=months_later + timedelta(days=1)).facts


def test_a_step_is_told_a_moment_after_its_limit_and_not_at_it() -> None:
    whistle = a_whistle(a_call())
    assert not expire(whistle, at=DUE).facts
    (fact,) = expire(whistle, at=DUE + timedelta(microseconds=1)).facts
    assert (fact.unit, fact.step) == (ENFORCEMENT, "sign")


def test_what_comes_first_is_told_first() -> None:
    """紧急: the report-in is due before the signature."""
    call: Call = replace(a_call(), report_in_by=BLOWN_AT + timedelta(minutes=30))
    told = expire(a_whistle(call, kind=WhistleKind.EMERGENCY), at=BLOWN_AT + timedelta(days=2))
    assert [fact.step for fact in told.facts] == ["report_in", "sign", "contact"]
