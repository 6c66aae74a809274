"""咨询 decided, without I/O: what is answered at once, what is proposed, how well it works."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.intake.domain import policy
from services.intake.domain.commands import KeepEntry, ProposeAnswer
from services.intake.domain.errors import AnswerFromWhere, EntryEndsFirst, NoSuchCategory, NoSuchEntry
from services.intake.domain.knowledge import Entry, Found, answered, asked, sure, written
from services.intake.domain.proposals import Answer, Outcome, Proposal, Wish, propose
from services.intake.store.seed import entry_id, known_entries
from shared.city.policy import Knowledge
from shared.events.intake import CaseAnswerProposed, CaseDeclineProposed, CaseRegistered
from shared.kernel.ids import CategoryCode, new_id
from shared.kernel.words import DeclineReason, Kind
from tests.bench import consultations as bench
from tests.kit.city import FOLDER, beijing
from tests.unit.test_intake_policy import AT, CASE_ID, a_case, a_wish, made

CITY = beijing()
TODAY = date(2026, 11, 23)
ENTRY = Entry(new_id(), "问", "答", None, None, TODAY, TODAY, "ops", AT)


def test_an_entry_is_in_force_from_its_first_to_its_last_day() -> None:
    assert [ENTRY.is_in_force(TODAY + timedelta(days=n)) for n in (-1, 0, 1)] == [False, True, False]
    assert replace(ENTRY, valid_until=None).is_in_force(date(2100, 1, 1))


def test_an_entry_is_of_a_category_the_city_has_and_ends_no_sooner_than_it_begins() -> None:
    cmd = KeepEntry(new_id(), "问", "答", None, CategoryCode("noise"), TODAY, TODAY, "clerk")
    entry = written(cmd, CITY, at=AT)
    assert (entry.category, entry.changed_by, entry.changed_at) == ("noise", "clerk", AT)
    with pytest.raises(NoSuchCategory):
        written(replace(cmd, category=CategoryCode("no.such")), CITY, at=AT)
    with pytest.raises(EntryEndsFirst):
        written(replace(cmd, valid_until=TODAY - timedelta(days=1)), CITY, at=AT)


def test_the_desk_answers_by_an_entry_in_force_or_in_its_own_words_and_never_both() -> None:
    own = ProposeAnswer(new_id(), CASE_ID, "clerk", text="话")
    by_entry = replace(own, entry_id=ENTRY.entry_id, text=None)
    assert answered(own, None, on=TODAY) == Answer("话")
    assert answered(by_entry, ENTRY, on=TODAY) == Answer("答")
    for neither_or_both in (replace(own, text=None), replace(own, entry_id=ENTRY.entry_id)):
        with pytest.raises(AnswerFromWhere):
            answered(neither_or_both, ENTRY, on=TODAY)
    for entry, on in ((None, TODAY), (ENTRY, TODAY + timedelta(days=1))):
        with pytest.raises(NoSuchEntry):
            answered(by_entry, entry, on=on)


def test_only_a_sure_entry_is_told_without_a_person() -> None:
    rule = Knowledge(threshold=0.5, source="test")
    assert sure(Found(ENTRY, 0.5), rule) == ENTRY
    assert sure(Found(ENTRY, 0.49), rule) is None
    assert sure(None, rule) is None


def test_what_every_question_has_is_no_likeness() -> None:
    assert asked("请问怎么办理？需要什么？可以吗？") == frozenset()


def test_an_answer_is_read_in_the_language_it_was_written_in() -> None:
    assert Answer("中", "en").of("en") == "en"
    assert Answer("中").of("en") == Answer("中", "en").of("zh-CN") == "中"


def test_a_question_answered_at_once_is_registered_and_answered_in_one_breath() -> None:
    decision = policy.register(a_wish(kind=Kind.CONSULT), made(entry_id=ENTRY.entry_id), at=AT)
    registered, answered = decision.facts
    assert isinstance(registered, CaseRegistered)
    assert registered.being_answered
    assert answered == CaseAnswerProposed(case_id=CASE_ID, entry_id=ENTRY.entry_id)


@pytest.mark.parametrize("reason", [None, *DeclineReason])
def test_a_proposal_says_the_move_and_none_of_the_words(reason: DeclineReason | None) -> None:
    wish = Wish.ANSWER if reason is None else Wish.DECLINE
    proposal = Proposal(new_id(), CASE_ID, wish, reason, None, "sealed", "clerk", AT)
    decision = propose(a_case(), proposal)
    assert proposal.outcome is Outcome.PENDING
    expected = (
        CaseAnswerProposed(case_id=CASE_ID)
        if reason is None
        else CaseDeclineProposed(case_id=CASE_ID, reason=reason)
    )
    assert decision.facts == (expected,)


def test_the_seed_has_twenty_entries_with_names_that_stay() -> None:
    commands = known_entries(FOLDER, TODAY)
    assert len(commands) == len({one.entry_id for one in commands}) == 20
    assert entry_id("hotline-hours") == commands[0].entry_id
    assert all(one.category is None or one.category in CITY.categories for one in commands)
    assert all(one.answer_en and one.by.startswith("seed: ours") for one in commands)
    assert known_entries(FOLDER.parent, TODAY) == []


def test_questions_are_answered_at_least_this_well() -> None:
    one = bench.measured(CITY, CITY.policy.knowledge.threshold)
    assert one.wrong == 0
    assert one.right >= 32
    assert one.left == 20


def test_the_page_says_what_is_measured() -> None:
    assert bench.PAGE.read_text(encoding="utf-8") == bench.page(CITY), (
        "run `python -m tests.bench.consultations --write`"
    )
