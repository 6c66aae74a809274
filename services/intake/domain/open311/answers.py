"""Answers to a service's questions (`attribute[CODE]`), checked against its definition."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.domain.open311.errors import Flaw, WrongParameters
from shared.city.open311 import LISTS, Attribute, Datatype, Service

LONGEST_STRING, LONGEST_TEXT = 255, 1000
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?", re.ASCII)

Given = Mapping[str, Sequence[str]]
"""Values by code, as they came; what is empty was left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered."""

    asked: Attribute
    values: tuple[str, ...] = field(repr=False)

    def told(self) -> str:
        """The line a unit reads."""
        names = {option.key: option.zh for option in self.asked.values}
        return f"{self.asked.zh}：{'、'.join(names.get(value, value) for value in self.values)}"


def read_answers(service: Service, given: Given) -> tuple[Answer, ...]:
    """The answers in the order they are asked. Raises `WrongParameters` with everything that is wrong."""
    flaws = tuple(_flaws(service, given))
    if flaws:
        raise WrongParameters(*flaws)
    asked = sorted(service.questions.values(), key=lambda one: one.order)
    return tuple(Answer(one, tuple(given[one.code])) for one in asked if given.get(one.code))


def _flaws(service: Service, given: Given) -> Iterator[Flaw]:
    questions = service.questions
    for code in given:
        if code not in questions:
            yield Flaw(f"attribute[{code}]", f"{service.code} asks no such thing")
    for code, asked in questions.items():
        values = given.get(code, ())
        if not values:
            if asked.required:
                yield Flaw(f"attribute[{code}]", "this attribute is required")
        elif (message := _wrong(asked, values)) is not None:
            yield Flaw(f"attribute[{code}]", message)


def _wrong(asked: Attribute, values: Sequence[str]) -> str | None:
    if asked.datatype is not Datatype.MULTI and len(values) > 1:
        return "takes one value"
    if asked.datatype in LISTS:
        keys = [option.key for option in asked.values]
        if len(set(values)) != len(values):
            return "the same value is given twice"
        return None if set(values) <= set(keys) else f"must be of: {', '.join(keys)}"
    return _wrong_scalar(asked.datatype, values[0])


def _wrong_scalar(datatype: Datatype, value: str) -> str | None:
    match datatype:
        case Datatype.NUMBER if not _NUMBER.fullmatch(value):
            return "must be a number such as 12 or 0.5"
        case Datatype.DATETIME if read_instant(value) is None:
            return "must be a date and time with its zone, such as 2026-11-23T08:00:00+08:00"
        case Datatype.STRING if len(value) > LONGEST_STRING or "\n" in value or "\r" in value:
            return f"must be one line of at most {LONGEST_STRING} characters"
        case Datatype.TEXT if len(value) > LONGEST_TEXT:
            return f"must have at most {LONGEST_TEXT} characters"
        case _:
            return None


def read_instant(written: str) -> datetime | None:
    """An instant in W3C's form, None for anything else; years no clock of ours will meet are none."""
    # A + that was not escaped arrives as a blank.
    text = re.sub(r" (?=\d\d:\d\d$)", "+", written, flags=re.ASCII)
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text, re.ASCII):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None and 1970 < instant.year < 2200 else None
