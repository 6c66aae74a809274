"""What the city offers through Open311 GeoReport v2: services, their questions, what the public may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from shared.city.categories import Categories, Category
from shared.city.documents import Document, Entry
from shared.kernel.words import Kind

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]
"""Fit for `attribute[CODE]` and for an address."""
Said = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Datatype(StrEnum):
    """The kinds of answer GeoReport knows."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLE = "singlevaluelist"
    MULTI = "multivaluelist"


LISTS = frozenset({Datatype.SINGLE, Datatype.MULTI})


class Bilingual(Entry):
    """A sentence in the two languages people are answered in."""

    zh: Said
    en: Said

    def of(self, language: str) -> str:
        """The sentence in one of them."""
        return self.en if language == "en" else self.zh


class Option(Bilingual):
    """One value of a list."""

    key: Code


class Attribute(Bilingual):
    """A question a service asks; with `variable: false` it only tells something."""

    code: Code
    datatype: Datatype
    order: Annotated[int, Field(gt=0)]
    variable: bool = True
    required: bool = False
    hint: Bilingual | None = None
    values: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.datatype in LISTS) != bool(self.values):
            raise ValueError("a list has values, and nothing else has")
        if len({option.key for option in self.values}) != len(self.values):
            raise ValueError("two values have the same key")
        if self.required and not self.variable:
            raise ValueError("what only tells something cannot require an answer")
        return self


class Service(Bilingual):
    """A category people may report through Open311; `zh` and `en` describe it."""

    code: str
    kind: Kind = Kind.REPORT
    listed: bool = True
    """Whether strangers see its requests in the list; without it they need the request's number."""
    keywords: tuple[Annotated[str, StringConstraints(pattern=r"^[^,]+$")], ...] = ()
    attributes: tuple[Attribute, ...] = ()

    @property
    def questions(self) -> Mapping[str, Attribute]:
        """What an answer may be given to, by code."""
        return {one.code: one for one in self.attributes if one.variable}


class Open311File(Entry):
    """The file as it is written."""

    jurisdiction: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    changed: AwareDatetime
    stage: Literal["production", "test"]
    contact: Bilingual
    key_service: Bilingual
    notice: Bilingual
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class Open311:
    """The city's door for Open311, ready to be asked."""

    jurisdiction: str
    changed: datetime
    stage: str
    contact: Bilingual
    key_service: Bilingual
    notice: Bilingual
    services: Mapping[str, Service]
    categories: Mapping[str, Category]
    groups: Mapping[str, Bilingual]

    def is_listed(self, code: str) -> bool:
        """Whether strangers may see that somebody reported such a thing."""
        return code in self.services and self.services[code].listed

    def name(self, code: str, language: str) -> str:
        """The category's name; a code the city no longer has stands for itself."""
        found = self.categories.get(code)
        return code if found is None else found.en if language == "en" else found.zh

    def group(self, code: str, language: str) -> str:
        """The name of the group a category belongs to."""
        return self.groups[self.categories[code].group].of(language)


def load_open311(text: str, categories: Categories, *, filename: str) -> Open311:
    """Read the file, or refuse it with file, line and reason."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(Open311File)
    _check(file, document, categories)
    return Open311(
        file.jurisdiction,
        file.changed,
        file.stage,
        file.contact,
        file.key_service,
        file.notice,
        {service.code: service for service in file.services},
        categories.by_code,
        {group.code: Bilingual(zh=group.zh, en=group.en) for group in categories.groups},
    )


def _check(file: Open311File, document: Document, categories: Categories) -> None:
    seen: set[str] = set()
    for index, service in enumerate(file.services):
        if service.code not in categories:
            raise document.refuse(("services", index, "code"), f"no category is called {service.code}")
        if service.code in seen:
            raise document.refuse(("services", index, "code"), f"service {service.code} is written twice")
        for each in ("code", "order"):
            if len({getattr(one, each) for one in service.attributes}) != len(service.attributes):
                raise document.refuse(
                    ("services", index, "attributes"), f"two attributes have the same {each}"
                )
        seen.add(service.code)
