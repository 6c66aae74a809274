"""剔除, 月结 and 每月一题: every state is tried with every move; the pair fires or is refused by name."""

import pytest

from services.scoring.domain.lifecycle import (
    EXCLUSION_LIFE,
    MONTH_LIFE,
    TOPIC_LIFE,
    ExclusionState,
    MonthState,
    TopicState,
)
from shared.lifecycle.machine import Lifecycle, MoveNotAllowed

X, M, T = ExclusionState, MonthState, TopicState
FIRES = {
    (X.ASKED, "second"): X.SECONDED,
    (X.ASKED, "refuse"): X.REFUSED,
    (X.SECONDED, "uphold"): X.IN_FORCE,
    (X.SECONDED, "refuse"): X.REFUSED,
    (X.REFUSED, "appeal"): X.APPEALED,
    (X.APPEALED, "grant"): X.IN_FORCE,
    (X.APPEALED, "deny"): X.DENIED,
}
"""Written by hand from the rule, not from the table."""
CLOSES = {(M.OPEN, "ask"): M.CLOSING, (M.CLOSING, "close"): M.CLOSED}
FOLLOWS = {
    (T.CHOSEN, "plan"): T.PLANNED,
    (T.PLANNED, "plan"): T.PLANNED,
    (T.PLANNED, "finish"): T.PLANNED,
    (T.PLANNED, "close"): T.CLOSED,
}


@pytest.mark.parametrize(
    ("life", "state", "move", "target"),
    [
        *(
            (EXCLUSION_LIFE, state, move, FIRES.get((state, move)))
            for state in X
            for move in EXCLUSION_LIFE.moves
        ),
        *((MONTH_LIFE, state, move, CLOSES.get((state, move))) for state in M for move in MONTH_LIFE.moves),
        *((TOPIC_LIFE, state, move, FOLLOWS.get((state, move))) for state in T for move in TOPIC_LIFE.moves),
    ],
)
def test_each_pair_fires_or_is_refused(
    life: Lifecycle[ExclusionState], state: ExclusionState, move: str, target: ExclusionState | None
) -> None:
    if target is not None:
        assert life.fire(move, state) is target
    else:
        with pytest.raises(MoveNotAllowed):
            life.fire(move, state)


def test_a_refused_move_is_told_as_a_sentence() -> None:
    with pytest.raises(MoveNotAllowed, match="^the exclusion is seconded; no 'appeal' follows from there$"):
        EXCLUSION_LIFE.fire("appeal", X.SECONDED)
