"""五有: what a community has for its residents to deliberate, as lists with versions and first days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from shared.city.documents import Document, Entry

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, Field(min_length=1, max_length=100)]


class Foundation(Entry):
    """One thing a community has or lacks."""

    code: Code
    zh: Words
    en: Words
    means_zh: Words
    """When it may be said to be there."""
    means_en: Words


class FoundationList(Entry):
    """The items as they are from a day on."""

    version: Annotated[int, Field(ge=1)]
    first: date
    items: tuple[Foundation, ...]

    def has(self, code: str) -> bool:
        """Whether it is asked for."""
        return any(item.code == code for item in self.items)


class FoundationsFile(Entry):
    lists: tuple[FoundationList, ...]


@dataclass(frozen=True, slots=True)
class FoundationLists:
    """Every version, the oldest first."""

    versions: tuple[FoundationList, ...]

    def in_force(self, day: date) -> FoundationList:
        """The newest that has begun; before the first day of all, the first."""
        begun = [each for each in self.versions if each.first <= day]
        return begun[-1] if begun else self.versions[0]


def load_foundations(text: str, *, filename: str) -> FoundationLists:
    """Read the file, or refuse it with file, line and reason."""
    document = Document.parse(text, filename=filename)
    lists = document.read_as(FoundationsFile).lists
    if not lists:
        raise document.refuse(("lists",), "there is no list")
    for place, (old, new) in enumerate(pairwise(lists), 1):
        if new.version <= old.version:
            raise document.refuse(("lists", place, "version"), "versions only grow")
        if new.first <= old.first:
            raise document.refuse(("lists", place, "first"), "a newer list begins later")
    for place, each in enumerate(lists):
        _check_items(document, place, each.items)
    return FoundationLists(lists)


def _check_items(document: Document, place: int, items: Sequence[Foundation]) -> None:
    if not items:
        raise document.refuse(("lists", place, "items"), "a list asks for something")
    for index, item in enumerate(items):
        if any(item.code == before.code for before in items[:index]):
            raise document.refuse(("lists", place, "items", index, "code"), f"{item.code} is written twice")
