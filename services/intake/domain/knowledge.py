"""知识库: general questions and their answers, and which of them answers what somebody asks. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.commands import KeepEntry, ProposeAnswer
from services.intake.domain.errors import AnswerFromWhere, EntryEndsFirst, NoSuchCategory, NoSuchEntry
from services.intake.domain.likeness import shingles
from services.intake.domain.proposals import Answer
from shared.city.city import City
from shared.city.policy import Knowledge
from shared.kernel.ids import CategoryCode

_ASKING = re.compile(
    "怎么|怎样|如何|什么|哪里|哪儿|哪个|多少|几个|几点|可以|需要|是否|吗|呢|办理|申请|我想|想|我的|我"
)
"""Every question has these; alone they are no likeness."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One question and its answer, in force between two days (both included)."""

    entry_id: UUID
    question: str
    answer: str
    answer_en: str | None
    category: CategoryCode | None
    valid_from: date
    valid_until: date | None
    changed_by: str
    changed_at: datetime

    def is_in_force(self, on: date) -> bool:
        """Whether it may be told on that day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def as_answer(self) -> Answer:
        """What a citizen is told."""
        return Answer(self.answer, self.answer_en)


@dataclass(frozen=True, slots=True)
class Found:
    """The entry most like a question, and how much."""

    entry: Entry
    likeness: float


def written(cmd: KeepEntry, city: City, *, at: datetime) -> Entry:
    """The entry as it is kept. Raises `NoSuchCategory`, `EntryEndsFirst`."""
    if cmd.category is not None and cmd.category not in city.categories:
        raise NoSuchCategory
    if cmd.valid_until is not None and cmd.valid_until < cmd.valid_from:
        raise EntryEndsFirst
    return Entry(
        entry_id=cmd.entry_id,
        question=cmd.question,
        answer=cmd.answer,
        answer_en=cmd.answer_en,
        category=cmd.category,
        valid_from=cmd.valid_from,
        valid_until=cmd.valid_until,
        changed_by=cmd.by,
        changed_at=at,
    )


def answered(cmd: ProposeAnswer, entry: Entry | None, *, on: date) -> Answer:
    """What the desk answers with: an entry in force, or words of its own. Raises `AnswerFromWhere`,
    `NoSuchEntry`.
    """
    if (cmd.entry_id is None) == (cmd.text is None):
        raise AnswerFromWhere
    if cmd.entry_id is None:
        return Answer(cmd.text or "")
    if entry is None or not entry.is_in_force(on):
        raise NoSuchEntry(cmd.entry_id)
    return entry.as_answer()


def sure(found: Found | None, rule: Knowledge) -> Entry | None:
    """The entry, if it is like enough to be told without a person."""
    return found.entry if found is not None and found.likeness >= rule.threshold else None


def asked(text: str) -> frozenset[str]:
    """What a question is found by."""
    return shingles(_ASKING.sub(" ", text))
