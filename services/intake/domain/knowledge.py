"""知识库: general questions and their answers, and which of them answers what somebody asks. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.likeness import shingles
from services.intake.domain.proposals import Answer
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


def sure(found: Found | None, rule: Knowledge) -> Entry | None:
    """The entry, if it is like enough to be told without a person."""
    return found.entry if found is not None and found.likeness >= rule.threshold else None


def asked(text: str) -> frozenset[str]:
    """What a question is found by."""
    return shingles(_ASKING.sub(" ", text))
