"""How often a citizen may ask the same of one case."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.attachments import AttachmentId
from services.intake.domain.commands import Supplement
from services.intake.domain.errors import EmptySupplement, TooManySupplements, TooManyWishes
from services.intake.domain.timeline import Code
from services.intake.domain.wishes import MOST_A_DAY, MOST_SUPPLEMENTS, Asked, added_words, check
from services.intake.domain.words import read_words
from services.router.domain.policy import citizen
from services.router.domain.words import read_words as router_reads
from shared.kernel.ids import CaseId, new_id

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


def test_what_is_added_is_words_files_or_both_and_the_files_are_counted() -> None:
    case_id, file = CaseId(new_id()), AttachmentId(new_id())
    for text, files in (("昨晚又响", ()), ("昨晚拍的", (file,)), (None, (file, AttachmentId(new_id())))):
        words = added_words(Supplement(case_id, text, files))
        for read in (read_words(words.plain()), router_reads(words.plain())):
            assert (read.text, read.attachments) == (text or "", len(files) or None)
    with pytest.raises(EmptySupplement):
        added_words(Supplement(case_id))
