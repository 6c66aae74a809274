"""来电查询: how often, and to whom a new code is given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain import policy
from services.intake.domain.contact import SealedContact
from services.intake.domain.errors import TooManyLookups
from services.intake.domain.lookups import Before, Check, Refused, check, refused
from services.intake.handlers.lookups import REFUSALS
from shared.kernel.ids import CaseId
from tests.kit.facts import AN_ID
from tests.unit.test_intake_policy import a_case

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OPEN = SealedContact(CaseId(AN_ID), "name", "phone", "mine", confidential=False, created_at=AT)
HIDDEN = replace(OPEN, confidential=True)
GONE = replace(OPEN, sealed_name=None, sealed_phone=None, phone_index=None, anonymised_at=AT)
NAMED = replace(OPEN, sealed_phone=None, phone_index=None)


def test_something_is_done_so_often_and_again_when_the_first_is_a_day_old() -> None:
    first = AT - timedelta(hours=20)
    check(Before(0, None), 3, at=AT)
    check(Before(2, first), 3, at=AT)
    with pytest.raises(TooManyLookups) as told:
        check(Before(3, first), 3, at=AT)
    assert told.value.retry_after == timedelta(hours=4).total_seconds()


@pytest.mark.parametrize("checked", Check)
@pytest.mark.parametrize(
    ("contact", "mine", "anothers"),
    [
        (OPEN, None, Refused.NOT_THIS_CALLER),
        (None, Refused.NOBODY_TO_CHECK, Refused.NOBODY_TO_CHECK),
        (NAMED, Refused.NOBODY_TO_CHECK, Refused.NOBODY_TO_CHECK),
        (GONE, Refused.ANONYMISED, Refused.ANONYMISED),
        (replace(GONE, confidential=True), Refused.ANONYMISED, Refused.ANONYMISED),
    ],
)
def test_a_code_is_given_to_the_phone_that_was_left(
    contact: SealedContact | None, mine: Refused | None, anothers: Refused, checked: Check
) -> None:
    assert refused(contact, "mine", checked) is mine
    assert refused(contact, "another", checked) is anothers


@pytest.mark.parametrize("checked", sorted(set(Check) - {Check.CALLED_BACK}))
def test_of_a_confidential_case_nobody_learns_before_a_call_whose_it_is(checked: Check) -> None:
    assert refused(HIDDEN, "mine", checked) is refused(HIDDEN, "another", checked) is Refused.CALL_BACK_FIRST
    assert refused(HIDDEN, "mine", Check.CALLED_BACK) is None
    assert refused(HIDDEN, "another", Check.CALLED_BACK) is Refused.NOT_THIS_CALLER


def test_every_reason_has_its_refusal_and_is_written_down_under_its_name() -> None:
    assert {why: one().reason for why, one in REFUSALS.items()} == {why: str(why) for why in Refused}


def test_a_new_code_changes_the_code_alone_and_is_no_fact() -> None:
    case = a_case()
    decided = policy.give_code(case, "another hash")
    assert decided.state == replace(case, access_hash="another hash")
    assert decided.facts == ()
