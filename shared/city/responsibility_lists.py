"""权责清单各版本: which one is in force on a day, and what a further one may not do to the others.

A city has a list on every day: the first one holds before its day too, the last one has no end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from shared.city.categories import Categories
from shared.city.documents import Document, Loc
from shared.city.errors import BrokenFile
from shared.city.responsibilities import ResponsibilityList, load_responsibilities, read_former
from shared.city.units import Units


@dataclass(frozen=True, slots=True)
class ListDocument:
    """A list as it is written: the text that is kept, shown, compared and read again."""

    filename: str
    text: str


@dataclass(frozen=True, slots=True)
class Lists:
    """权责清单: all versions that a city may still come to apply, by the day each begins."""

    versions: tuple[ResponsibilityList, ...]
    documents: tuple[ListDocument, ...]
    """What each of them was read from."""

    def since(self, day: date, *, without: str | None = None) -> tuple[ListDocument, ...]:
        """The documents of the list in force on a day and of those that begin later, but for one version."""
        in_force = self.in_force(day)
        return tuple(
            document
            for version, document in zip(self.versions, self.documents, strict=True)
            if version.effective_from >= in_force.effective_from and version.version != without
        )

    def in_force(self, day: date) -> ResponsibilityList:
        """The list that is applied on this day of the city's calendar."""
        begun = [each for each in self.versions if each.effective_from <= day]
        return begun[-1] if begun else self.versions[0]

    def until(self, version: str) -> date | None:
        """The last day of a version; None: no end is known."""
        for one, following in zip(self.versions, (*self.versions[1:], None), strict=True):
            if one.version == version:
                next_begins = following.effective_from - timedelta(days=1) if following else None
                return one.effective_until or next_begins
        return None


def load_lists(
    documents: Sequence[ListDocument], *, units: Units, categories: Categories, today: date | None = None
) -> Lists:
    """Read all versions, or refuse them with file and line: of two that collide the later given. What was
    over before today, where a day is given, is only shown: it may name units that are closed by now.
    """
    over = _over(documents, units, today) if today else frozenset()
    given = [
        (_former(each, units) if each in over else load_list(each, units, categories), each)
        for each in documents
    ]
    if not given:
        raise BrokenFile("responsibilities.yaml", 1, "there is no responsibility list")
    for place, (found, document) in enumerate(given):
        for other, _ in given[:place]:
            _check_pair(found, other, document)
    ordered = sorted(given, key=lambda each: each[0].effective_from)
    _check_sequence(ordered)
    return Lists(tuple(found for found, _ in ordered), tuple(document for _, document in ordered))


def load_list(document: ListDocument, units: Units, categories: Categories) -> ResponsibilityList:
    """One version by itself."""
    found = load_responsibilities(
        document.text, units=units, categories=categories, filename=document.filename
    )
    if found.effective_until is not None and found.effective_until < found.effective_from:
        raise refuse(document, "effective_until", "the list ends before it begins")
    return found


def _former(document: ListDocument, units: Units) -> ResponsibilityList:
    return read_former(document.text, units=units, filename=document.filename)


def _over(documents: Sequence[ListDocument], units: Units, today: date) -> frozenset[ListDocument]:
    """Those that another one followed before today."""
    begins = {each: _former(each, units).effective_from for each in documents}
    in_force = max((day for day in begins.values() if day <= today), default=date.min)
    return frozenset(each for each, day in begins.items() if day < in_force)


def _check_pair(found: ResponsibilityList, other: ResponsibilityList, document: ListDocument) -> None:
    """Two versions have different names and different days."""
    if found.version == other.version:
        raise refuse(document, "version", f"version {found.version} is known already; name a new one")
    first, second = sorted((found, other), key=lambda each: each.effective_from)
    ends = first.effective_until
    if first.effective_from == second.effective_from or (ends and ends >= second.effective_from):
        raise refuse(
            document,
            "effective_from",
            f"its days overlap with version {other.version}, "
            f"{other.effective_from} to {other.effective_until or 'the next one'}",
        )


def _check_sequence(ordered: Sequence[tuple[ResponsibilityList, ListDocument]]) -> None:
    for (one, document), (following, _) in pairwise(ordered):
        next_day = following.effective_from - timedelta(days=1)
        if one.effective_until is not None and one.effective_until < next_day:
            raise refuse(
                document, "effective_until", f"between it and version {following.version} days have no list"
            )
    last, document = ordered[-1]
    if last.effective_until is not None:
        raise refuse(document, "effective_until", "the last list has no end: every day needs one")


def refuse(document: ListDocument, key: str, reason: str) -> BrokenFile:
    """The refusal that points at a setting of a list."""
    where: Loc = (key,)
    return Document.parse(document.text, filename=document.filename).refuse(where, reason)
