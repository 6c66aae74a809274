"""矛盾纠纷排查: which looks for quarrels are due when, and what each asks: versioned, with closed answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from shared.city.documents import Document, Entry, Loc

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, Field(min_length=1, max_length=100)]


class Choice(Entry):
    """One answer to a question."""

    code: Code
    zh: Words
    en: Words
    finding: bool = False
    """Whether it says that something was found."""


class Question(Entry):
    """What the worker looks for."""

    code: Code
    zh: Words
    en: Words
    choices: tuple[Choice, ...]


class Form(Entry):
    """The questions as they were from one day on."""

    version: Annotated[int, Field(ge=1)]
    questions: tuple[Question, ...]


class Window(Entry):
    """The days of a festival; both belong to it."""

    first: date
    last: date


class Plan(Entry):
    """One kind of look: every week, or within the windows it names."""

    code: Code
    zh: Words
    en: Words
    windows: tuple[Window, ...] = ()
    forms: tuple[Form, ...]

    def form(self, version: int) -> Form | None:
        """The questions of a version; old ones too, for a terminal may have been offline."""
        return next((form for form in self.forms if form.version == version), None)

    def round_of(self, day: date) -> str | None:
        """Which round a day belongs to: `2026-W10`, or a festival's first day; None outside of all."""
        if not self.windows:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        within = (window for window in self.windows if window.first <= day <= window.last)
        return next((window.first.isoformat() for window in within), None)


class InspectionsFile(Entry):
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Inspections:
    """The city's plans by their codes, in the file's order."""

    plans: Mapping[str, Plan]


def load_inspections(text: str, *, filename: str) -> Inspections:
    """Read the file, or refuse it with file, line and reason."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(InspectionsFile)
    _unique(document, ("plans",), [plan.code for plan in file.plans])
    for index, plan in enumerate(file.plans):
        _check_plan(document, ("plans", index), plan)
    return Inspections({plan.code: plan for plan in file.plans})


def _check_plan(document: Document, at: Loc, plan: Plan) -> None:
    if not plan.forms:
        raise document.refuse((*at, "forms"), "a plan has a form")
    for place, window in enumerate(plan.windows):
        if window.last < window.first:
            raise document.refuse((*at, "windows", place), "the window ends before it begins")
    for place, (before, after) in enumerate(pairwise(plan.windows)):
        if after.first <= before.last:
            raise document.refuse((*at, "windows", place + 1), "the windows overlap, or are not in order")
    for place, (old, new) in enumerate(pairwise(plan.forms)):
        if new.version <= old.version:
            raise document.refuse((*at, "forms", place + 1, "version"), "versions only grow")
    for place, form in enumerate(plan.forms):
        below = (*at, "forms", place, "questions")
        if not form.questions:
            raise document.refuse(below, "a form asks something")
        _unique(document, below, [question.code for question in form.questions])
        for number, question in enumerate(form.questions):
            if len(question.choices) < 2:
                raise document.refuse((*below, number, "choices"), "a question has two choices or more")
            _unique(document, (*below, number, "choices"), [choice.code for choice in question.choices])


def _unique(document: Document, at: Loc, codes: Sequence[str]) -> None:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            raise document.refuse((*at, index, "code"), f"{code} is written twice")
