"""并案 that intake proposes: router merges, or refuses by a fact; it never parks the case."""

import pytest

from services.router.domain import commands as do
from services.router.domain.policy import citizen, opening
from shared.events import router as say
from shared.kernel.ids import CaseId, new_id
from shared.lifecycle.case import CASE_LIFE, CaseState
from tests.kit.builders_router import ASKED, AT, CASE_ID, a_case

OTHER = CaseId(new_id())


def asked(into: CaseId = OTHER, wish: str = "join") -> do.MergeAsked:
    return do.MergeAsked(case_id=CASE_ID, into_case_id=into, asked_by=ASKED, wish=wish)


def refused(state: CaseState, wish: str = "join") -> tuple[say.MoveRefused, ...]:
    return (say.MoveRefused(case_id=CASE_ID, move=wish, state=state, asked_by=ASKED),)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_merges_or_refuses(state: CaseState) -> None:
    into = a_case(CaseState.SIGNED, case_id=OTHER)
    decision = citizen.merge(a_case(state), into, asked(), at=AT)
    if state in CASE_LIFE.moves["merge"].sources:
        assert decision.facts == (say.CaseMerged(case_id=CASE_ID, into_case_id=OTHER),)
        assert decision.state.merged_into == OTHER
    else:
        assert decision.facts == refused(state)
        assert decision.state.state is state


@pytest.mark.parametrize("state", CaseState)
def test_only_what_will_still_be_resolved_carries_another(state: CaseState) -> None:
    decision = citizen.merge(a_case(), a_case(state, case_id=OTHER), asked(), at=AT)
    merged = isinstance(decision.facts[0], say.CaseMerged)
    assert merged is (state in opening.MERGE_TARGETS)


def test_a_case_is_not_merged_into_itself_nor_into_one_nobody_knows() -> None:
    case = a_case()
    itself = citizen.merge(case, case, asked(CASE_ID, "merge"), at=AT)
    unknown = citizen.merge(case, None, asked(wish="merge"), at=AT)
    assert itself.facts == unknown.facts == refused(case.state, "merge")
