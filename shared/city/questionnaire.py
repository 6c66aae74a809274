"""回访问卷: what a citizen is asked, in two languages, with codes and keys, and what contradicts itself."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from shared.city.documents import Document, Entry
from shared.city.open311 import Bilingual
from shared.kernel.words import Satisfied, Solved

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]
LINK = "{url}"
YES_OR_NO = ("yes", "no")


class Choice(Bilingual):
    """One answer that can be given."""

    code: Code
    key: Key | None = None
    """What is pressed for it on a phone."""


class Question(Bilingual):
    """A question with its answers, each code once and each key once."""

    options: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=20)]

    @field_validator("options")
    @classmethod
    def _told_apart(cls, options: tuple[Choice, ...]) -> tuple[Choice, ...]:
        for name, found in (
            ("code", [one.code for one in options]),
            ("key", [one.key for one in options if one.key is not None]),
        ):
            if len(set(found)) != len(found):
                raise ValueError(f"two answers have the same {name}")
        return options

    @property
    def codes(self) -> tuple[str, ...]:
        """The answers' codes, in the file's order."""
        return tuple(one.code for one in self.options)

    @property
    def by_key(self) -> Mapping[str, str]:
        """The code each key stands for."""
        return {one.key: one.code for one in self.options if one.key is not None}


class Contradiction(Bilingual):
    """Two answers that do not go together, and what a caller is told about them."""

    solved: Solved
    satisfied: Satisfied


class Questionnaire(Entry):
    """问卷: one version of everything that is asked."""

    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    opening: Bilingual
    closing: Bilingual
    sms: Bilingual
    contacted: Question
    solved: Question
    satisfied: Question
    reasons: Question
    note: Bilingual
    may_call_again: Question
    contradictions: tuple[Contradiction, ...] = ()

    @field_validator("sms")
    @classmethod
    def _has_a_link(cls, sms: Bilingual) -> Bilingual:
        if any(said.count(LINK) != 1 for said in (sms.zh, sms.en)):
            raise ValueError(f"a message names the link once, as {LINK}")
        return sms

    @field_validator("contacted", "solved", "satisfied", "may_call_again")
    @classmethod
    def _has_every_code(cls, question: Question, info: ValidationInfo) -> Question:
        wanted = CODES[str(info.field_name)]
        if sorted(question.codes) != sorted(wanted):
            raise ValueError(f"the answers must be {', '.join(wanted)}")
        return question

    @field_validator("contacted", "solved", "satisfied")
    @classmethod
    def _has_every_key(cls, question: Question) -> Question:
        if any(one.key is None for one in question.options):
            raise ValueError("each answer needs a key to press")
        return question

    @model_validator(mode="after")
    def _contradicts_once(self) -> Self:
        pairs = [(one.solved, one.satisfied) for one in self.contradictions]
        if len(set(pairs)) != len(pairs):
            raise ValueError("a contradiction is written twice")
        return self

    @property
    def by_keys(self) -> tuple[Question, ...]:
        """What is asked when the citizen answers by keys, in order."""
        return (self.contacted, self.solved, self.satisfied)

    def contradiction(self, solved: Solved, satisfied: Satisfied) -> Contradiction | None:
        """What is wrong with these two answers together, if anything is."""
        return next((c for c in self.contradictions if (c.solved, c.satisfied) == (solved, satisfied)), None)

    def spoken(self, language: str) -> str:
        """What a voice says to a citizen who answers by keys."""
        asked = (_spoken(question, language) for question in self.by_keys)
        return "\n".join([self.opening.of(language), *asked, self.closing.of(language)])


CODES: Mapping[str, tuple[str, ...]] = {
    "contacted": YES_OR_NO,
    "solved": tuple(Solved),
    "satisfied": tuple(Satisfied),
    "may_call_again": YES_OR_NO,
}
"""The questions whose answers the program acts on: the file gives them words, not meanings."""


def load_questionnaire(text: str, *, filename: str) -> Questionnaire:
    """Read a questionnaire, or refuse it with file, line and reason."""
    return Document.parse(text, filename=filename).read_as(Questionnaire)


def _spoken(question: Question, language: str) -> str:
    press = "{key}: {said}" if language == "en" else "{said}请按{key}"
    return " ".join([question.of(language), *_pressed(question.options, press, language)])


def _pressed(options: Iterable[Choice], press: str, language: str) -> Iterable[str]:
    return (press.format(key=one.key, said=one.of(language)) for one in options)
