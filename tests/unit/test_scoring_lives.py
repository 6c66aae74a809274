"""剔除 and 月结: every state is tried with every move; the pair fires or is refused by name."""

import pytest

from services.scoring.domain.lifecycle import EXCLUSION_LIFE, MONTH_LIFE, ExclusionState, MonthState
from shared.lifecycle.machine import Lifecycle, MoveNotAllowed

X, M = ExclusionState, MonthState
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


@pytest.mark.parametrize(
    ("life", "state", "move", "target"),
    [
        *(
            (EXCLUSION_LIFE, state, move, FIRES.get((state, move)))
            for state in X
            for move in EXCLUSION_LIFE.moves
        ),
        *((MONTH_LIFE, state, move, CLOSES.get((state, move))) for state in M for move in MONTH_LIFE.moves),
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
