"""The life of a case: every state with every move, and the diagram drawn from the table."""

import pytest

from shared.lifecycle.case import CASE_LIFE, CaseState
from shared.lifecycle.machine import MoveNotAllowed

S = CaseState
BEFORE_RESOLVED = [
    "registered",
    "awaiting_dispatcher",
    "dispatched",
    "signed",
    "shelved",
    "returned",
    "reopened",
]

OWED = ["dispatched", "signed", "shelved", "returned"]

EXPECTED: dict[str, dict[str, str]] = {
    # Written out by hand from the mission's text: the table must agree with it, not define it.
    "classify": {"registered": "registered"},
    "await_dispatcher": {"registered": "awaiting_dispatcher"},
    "answer": {"registered": "answered", "awaiting_dispatcher": "answered"},
    "decline": {"registered": "declined", "awaiting_dispatcher": "declined"},
    "merge": dict.fromkeys(("registered", "awaiting_dispatcher", "dispatched", "signed"), "merged"),
    "unmerge": {"merged": "awaiting_dispatcher"},
    "dispatch": dict.fromkeys(("registered", "awaiting_dispatcher", "returned", "reopened"), "dispatched"),
    "sign": {"dispatched": "signed"},
    "contact": {"signed": "signed"},
    "progress": {"signed": "signed"},
    "assign": {"dispatched": "dispatched", "signed": "signed"},
    "return": {"dispatched": "returned", "signed": "returned"},
    "adjudicate": {"returned": "returned"},
    "divide": dict.fromkeys(("dispatched", "signed", "returned"), "dispatched"),
    "reclassify": {state: state for state in OWED},
    "set_mode": {"dispatched": "dispatched", "signed": "signed", "shelved": "shelved"},
    "find": {state: state for state in OWED},
    "extend": {"signed": "signed"},
    "shelve": {"signed": "shelved"},
    "unshelve": {"shelved": "signed"},
    "urge": {"dispatched": "dispatched", "signed": "signed"},
    "supervise": {"dispatched": "dispatched", "signed": "signed", "shelved": "shelved"},
    "warn": {state: state for state in OWED},
    "expire": {state: state for state in BEFORE_RESOLVED},
    "resolve": {"signed": "resolved"},
    "withdraw": dict.fromkeys(BEFORE_RESOLVED, "withdrawn"),
    "survey": dict.fromkeys(("resolved", "answered", "merged"), "surveying"),
    "close_unasked": dict.fromkeys(("resolved", "answered", "merged"), "closed"),
    "reopen": {"surveying": "reopened"},
    "close": {"surveying": "closed"},
}


def test_the_table_has_exactly_the_moves_of_the_mission() -> None:
    assert set(CASE_LIFE.moves) == set(EXPECTED)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("move", EXPECTED)
def test_each_pair_fires_or_is_refused_by_name(state: CaseState, move: str) -> None:
    target = EXPECTED[move].get(state.value)
    if target is None:
        with pytest.raises(MoveNotAllowed) as refused:
            CASE_LIFE.fire(move, state)
        assert (refused.value.move, refused.value.state) == (move, state)
        assert refused.value.reason == "move_not_allowed"
    else:
        assert CASE_LIFE.fire(move, state) == target


def test_a_case_that_has_begun_can_always_end() -> None:
    ends = {S.CLOSED, S.DECLINED, S.WITHDRAWN}
    for state in CaseState:
        assert ends & _reachable(state), state


def test_ended_cases_allow_no_move() -> None:
    for end in (S.CLOSED, S.DECLINED, S.WITHDRAWN):
        assert CASE_LIFE.allowed(end) == ()


def test_the_diagram_shows_every_move_that_changes_the_state() -> None:
    drawn = CASE_LIFE.mermaid()
    assert "[*] --> registered" in drawn
    assert "surveying --> reopened : reopen" in drawn
    assert "closed --> [*]" in drawn
    assert drawn.count(" : ") == sum(len(m.sources) for m in CASE_LIFE.moves.values() if m.target)


def _reachable(state: CaseState) -> set[CaseState]:
    seen, frontier = {state}, [state]
    while frontier:
        here = frontier.pop()
        for move in CASE_LIFE.allowed(here):
            after = CASE_LIFE.fire(move, here)
            if after not in seen:
                seen.add(after)
                frontier.append(after)
    return seen
