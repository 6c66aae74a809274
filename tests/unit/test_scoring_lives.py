"""剔除, 月结 and 每月一题: every state is tried with every move; the pair fires or is refused by name."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scoring.domain.commands import Appeal, AskClose, Unheard
from services.scoring.domain.errors import LedgerBehind, LedgerUnknown, NotTheAsker
from services.scoring.domain.exclusion import Exclusion, Signature
from services.scoring.domain.lifecycle import (
    EXCLUSION_LIFE,
    MONTH_LIFE,
    TOPIC_LIFE,
    ExclusionState,
    MonthState,
    TopicState,
)
from services.scoring.domain.month import Month
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy import closing, exclusions
from services.scoring.domain.policy.closing import Closable
from shared.city.units import Units, units_of
from shared.kernel.ids import CaseId, ExclusionId, UnitCode
from shared.kernel.words import DeclineReason
from shared.lifecycle.machine import Lifecycle, MoveNotAllowed
from tests.kit.case_story import SHANGHAI, YANQING, YONGNING, ZHENZHUQUAN, named
from tests.kit.city import beijing

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
    (T.CHOSEN, "cancel"): T.CANCELLED,
    (T.PLANNED, "cancel"): T.CANCELLED,
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


def test_a_closed_units_refusal_is_contested_by_a_unit_it_lay_below_and_by_nobody_else() -> None:
    """Its staff have the token of the street it was merged into."""
    at = datetime(2026, 11, 18, 11, 0, tzinfo=SHANGHAI)
    key, case_id = ExclusionId(named("exclusion")), CaseId(named("case"))
    asked = Signature("zhang", at)
    refused = Exclusion(
        key, case_id, "2026-11", DeclineReason.VERIFIED_UNTRUE, (), YONGNING, asked, X.REFUSED
    )
    units = beijing().units
    merged = units_of({**units.by_code, YONGNING: replace(units.get(YONGNING), closed=True)}.values())

    def appeals(unit: UnitCode | None, there: Units = merged) -> ExclusionState:
        return exclusions.appeal(refused, Appeal(key, (), None, "li", unit), there, at=at).state.state

    assert appeals(YANQING) is appeals(YONGNING) is X.APPEALED
    for unit in (None, ZHENZHUQUAN):
        with pytest.raises(NotTheAsker):
            appeals(unit)
    with pytest.raises(NotTheAsker):
        appeals(YANQING, units)


def test_a_close_waits_for_what_was_said_before_the_period_settled_and_for_nothing_else() -> None:
    city = beijing()
    settled = Periods.of_policy(city.policy).settled("2026-11")
    moment = timedelta(microseconds=1)

    def asks(unheard: Unheard | None, *, insists: bool = False) -> Month:
        command = AskClose("2026-11", "boss", unheard, insists)
        return closing.ask(None, command, Closable(None, counts=True), city.policy, at=settled).state

    for refused, error in ((Unheard(7, settled - moment), LedgerBehind), (None, LedgerUnknown)):
        with pytest.raises(error):
            asks(refused)
        assert asks(refused, insists=True).state is M.CLOSING
    for heard in (Unheard(0, None), Unheard(7, settled)):
        assert asks(heard).state is M.CLOSING


def test_a_refused_move_is_told_as_a_sentence() -> None:
    with pytest.raises(MoveNotAllowed, match="^the exclusion is seconded; no 'appeal' follows from there$"):
        EXCLUSION_LIFE.fire("appeal", X.SECONDED)
