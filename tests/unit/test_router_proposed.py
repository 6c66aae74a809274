"""What intake proposes: router merges, answers, declines, or refuses by a fact; it never parks the case."""

import pytest

from services.router.domain import commands as do
from services.router.domain.policy import opening, proposed
from shared.events import router as say
from shared.kernel.ids import CaseId, new_id
from shared.kernel.words import Channel, DeclineReason, Kind
from shared.lifecycle.case import CASE_LIFE, CaseState
from tests.kit.builders_router import ASKED, AT, CASE_ID, WORDS, a_case, ids
from tests.kit.city import beijing

OTHER = CaseId(new_id())


def asked(into: CaseId = OTHER, wish: str = "join") -> do.MergeProposed:
    return do.MergeProposed(case_id=CASE_ID, into_case_id=into, asked_by=ASKED, wish=wish)


def refused(state: CaseState, wish: str = "join") -> tuple[say.MoveRefused, ...]:
    return (say.MoveRefused(case_id=CASE_ID, move=wish, state=state, asked_by=ASKED),)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_merges_or_refuses(state: CaseState) -> None:
    into = a_case(CaseState.SIGNED, case_id=OTHER)
    decision = proposed.merge(a_case(state), into, asked(), at=AT)
    if state in CASE_LIFE.moves["merge"].sources:
        assert decision.facts == (say.CaseMerged(case_id=CASE_ID, into_case_id=OTHER),)
        assert decision.state.merged_into == OTHER
    else:
        assert decision.facts == refused(state)
        assert decision.state.state is state


@pytest.mark.parametrize("state", CaseState)
def test_only_what_will_still_be_resolved_carries_another(state: CaseState) -> None:
    decision = proposed.merge(a_case(), a_case(state, case_id=OTHER), asked(), at=AT)
    merged = isinstance(decision.facts[0], say.CaseMerged)
    assert merged is (state in opening.MERGE_TARGETS)


def test_a_case_is_not_merged_into_itself_nor_into_one_nobody_knows() -> None:
    case = a_case()
    itself = proposed.merge(case, case, asked(CASE_ID, "merge"), at=AT)
    unknown = proposed.merge(case, None, asked(wish="merge"), at=AT)
    assert itself.facts == unknown.facts == refused(case.state, "merge")


@pytest.mark.parametrize("state", CaseState)
def test_every_state_is_answered_or_refuses(state: CaseState) -> None:
    command = do.AnswerProposed(case_id=CASE_ID, asked_by=ASKED)
    decision = proposed.answer(a_case(state), command, at=AT)
    if state in CASE_LIFE.moves["answer"].sources:
        assert decision.facts == (say.CaseAnswered(case_id=CASE_ID, category=a_case(state).category),)
        assert decision.state.state is CaseState.ANSWERED
    else:
        assert decision.facts == refused(state, "answer")


@pytest.mark.parametrize("state", CaseState)
def test_every_state_is_declined_or_refuses(state: CaseState) -> None:
    reason = DeclineReason.OUTSIDE_TERRITORY
    command = do.DeclineProposed(case_id=CASE_ID, asked_by=ASKED, reason=reason)
    decision = proposed.decline(a_case(state), command, at=AT)
    if state in CASE_LIFE.moves["decline"].sources:
        assert decision.facts == (say.CaseDeclined(case_id=CASE_ID, reason=reason, joined_go_on=True),)
    else:
        assert decision.facts == refused(state, "decline")


def test_what_is_being_answered_is_not_dispatched_meanwhile() -> None:
    command = do.OpenCase(
        case_id=CASE_ID,
        registered_at=AT,
        channel=Channel.APP,
        kind=Kind.CONSULT,
        stated_category=None,
        sealed_words="sealed",
        words=WORDS,
        has_phone=True,
        being_answered=True,
    )
    opened = opening.open_case(command, ids(), beijing(), at=AT)
    assert [type(fact) for fact in opened.facts] == [say.CaseClassified]
    assert opened.state.state is CaseState.REGISTERED
    answer = do.AnswerProposed(case_id=CASE_ID, asked_by=ASKED)
    assert proposed.answer(opened.state, answer, at=AT).state.state is CaseState.ANSWERED
