"""How often a citizen may ask the same of one case."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.errors import TooManySupplements, TooManyWishes
from services.intake.domain.timeline import Code
from services.intake.domain.wishes import MOST_A_DAY, MOST_SUPPLEMENTS, Asked, check
from services.router.domain.policy import citizen

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WISHES = (Code.SUPPLEMENTED, Code.URGE_ASKED, Code.WITHDRAWAL_ASKED, Code.JOIN_ASKED)


@pytest.mark.parametrize("wish", WISHES)
def test_the_same_is_asked_so_often_a_day_and_again_when_the_first_is_a_day_old(wish: Code) -> None:
    first = AT - timedelta(hours=20)
    check(wish, Asked(MOST_A_DAY - 1, MOST_A_DAY - 1, first), at=AT)
    with pytest.raises(TooManyWishes) as refused:
        check(wish, Asked(MOST_A_DAY, MOST_A_DAY, first), at=AT)
    assert refused.value.retry_after == timedelta(hours=4).total_seconds()


@pytest.mark.parametrize("wish", WISHES)
def test_of_one_case_only_supplements_come_to_an_end(wish: Code) -> None:
    check(wish, Asked(MOST_SUPPLEMENTS - 1, 0, None), at=AT)
    if wish is not Code.SUPPLEMENTED:
        check(wish, Asked(10 * MOST_SUPPLEMENTS, 0, None), at=AT)
        return
    with pytest.raises(TooManySupplements):
        check(wish, Asked(MOST_SUPPLEMENTS, 0, None), at=AT)


def test_intake_takes_as_many_supplements_as_router_keeps() -> None:
    assert MOST_SUPPLEMENTS == citizen.MOST_SUPPLEMENTS
