"""抽样: who is asked follows from the case's id alone, and a case that is not drawn is closed by a fact."""

import hashlib
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.domain.model import RoundState, Survey
from services.survey.domain.sampling import ASK, CHECK, is_drawn
from shared.city.errors import BrokenFile
from shared.city.policy import load_policy
from shared.events import survey as say
from shared.kernel.ids import CaseId
from tests.kit.callbacks import SECOND, UNHAPPY, a_city, begin, call, said
from tests.kit.city import seed

TENTH = Decimal("0.1")
MANY = [UUID(bytes=hashlib.md5(b"%d" % number).digest()) for number in range(5_000)]
DRAWN = CaseId(next(one for one in MANY if is_drawn(ASK, one, TENTH)))
PASSED_OVER = CaseId(next(one for one in MANY if not is_drawn(ASK, one, TENTH)))


def test_anybody_can_draw_again_with_what_the_readme_says() -> None:
    for one in MANY[:200]:
        number = int(hashlib.sha256(f"callback:{one}".encode()).hexdigest()[:16], 16)
        assert is_drawn(ASK, one, TENTH) == (number / 2**64 < 0.1)


@pytest.mark.parametrize("share", [TENTH, Decimal("0.25"), Decimal("0.9")])
def test_about_the_share_is_drawn(share: Decimal) -> None:
    found = sum(is_drawn(ASK, one, share) for one in MANY)
    # Five standard deviations of a fair draw of 5,000.
    assert abs(found - 5_000 * float(share)) < 5 * (5_000 * float(share) * (1 - float(share))) ** 0.5


@given(st.uuids(), st.decimals(0, 1, places=3), st.decimals(0, 1, places=3))
def test_a_larger_share_keeps_whom_a_smaller_one_drew(one: UUID, first: Decimal, second: Decimal) -> None:
    less, more = sorted((first, second))
    assert is_drawn(ASK, one, more) or not is_drawn(ASK, one, less)
    assert is_drawn(ASK, one, Decimal(1))
    assert not is_drawn(ASK, one, Decimal(0))


def test_who_is_asked_says_nothing_of_who_is_checked() -> None:
    half = Decimal("0.5")
    same = sum(is_drawn(ASK, one, half) == is_drawn(CHECK, one, half) for one in MANY)
    assert abs(same - 2_500) < 180


def test_a_case_that_is_not_drawn_is_said_to_be_skipped_with_the_share() -> None:
    decided = begin(Survey(PASSED_OVER, has_phone=True), city=a_city(sampling=TENTH))
    [fact] = decided.facts
    assert isinstance(fact, say.CallbackSkipped)
    assert (fact.share, fact.round) == (0.1, 1)
    assert decided.state.rounds[0].state is RoundState.SKIPPED
    assert decided.state.running is None


def test_a_case_that_is_drawn_is_asked_as_ever() -> None:
    assert said(begin(Survey(DRAWN, has_phone=True), city=a_city(sampling=TENTH))) == ["scheduled"]


def test_a_redo_is_always_asked_about_though_the_share_became_smaller() -> None:
    first = begin(Survey(PASSED_OVER, has_phone=True)).state
    unhappy = call(first, UNHAPPY).state
    assert said(begin(unhappy, SECOND, city=a_city(sampling=TENTH))) == ["scheduled"]


@pytest.mark.parametrize(
    ("written", "is_allowed"), [("0.10", True), ("1", True), ("0.09", False), ("0", False)]
)
def test_less_than_a_tenth_is_no_sample(written: str, is_allowed: bool) -> None:
    text = seed("policy.yaml").replace("sampling: 1.00", f"sampling: {written}")
    if is_allowed:
        assert load_policy(text, filename="policy.yaml").callback.sampling == Decimal(written)
        return
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "sampling:" in each)
    with pytest.raises(BrokenFile, match=rf"policy.yaml:{line}.*sampling"):
        load_policy(text, filename="policy.yaml")
