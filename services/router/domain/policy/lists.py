"""权责清单各版本: what may be published, and what a published version may not become."""

import hashlib
from dataclasses import replace
from datetime import datetime

from services.router.domain.records import DrawnList, PublishedList, PublishList
from shared.city.city import City
from shared.city.responsibilities import ResponsibilityList
from shared.city.responsibility_difference import list_difference
from shared.city.responsibility_lists import ListDocument, Lists, load_list, load_lists, refuse
from shared.events import directory as say
from shared.kernel.decision import Decision


def draw_up(document: ListDocument, city: City, known: PublishedList | None, *, at: datetime) -> DrawnList:
    """The list as it would be published. Raises `BrokenFile` with the line of what forbids it.

    A version that has begun is quoted by dispatches and never changes; one that is to come may be replaced
    under its name. A list begins with a day that has not begun: those dispatched today have quoted another.
    """
    found = load_list(document, city.units, city.categories)
    today = city.day(at)
    sha256 = sha256_of(document)
    if known is not None and known.sha256 == sha256:
        return DrawnList(found, list_difference(found, found), sha256, is_known=True)
    if known is not None and known.effective_from <= today:
        raise refuse(
            document,
            "version",
            f"version {known.list_version} has begun on {known.effective_from}; publish a new one",
        )
    if found.effective_from <= today:
        raise refuse(document, "effective_from", f"a list begins after the day it is published, {today}")
    others = city.lists.since(today, without=found.version)
    lists = load_lists([*others, document], units=city.units, categories=city.categories)
    return DrawnList(found, list_difference(_before(found, lists), found), sha256, is_known=False)


def first(document: ListDocument, city: City) -> DrawnList:
    """A list of the city's folder, published as it is applied or was: one that is over is checked no more."""
    known = zip(city.lists.versions, city.lists.documents, strict=True)
    found = next(version for version, each in known if each == document)
    return DrawnList(found, list_difference(None, found), sha256_of(document), is_known=False)


def publish(
    cmd: PublishList, drawn: DrawnList, known: PublishedList | None, *, at: datetime
) -> Decision[PublishedList]:
    """公布: kept word for word, and said with its days and its hash."""
    found = drawn.found
    published = PublishedList(
        list_version=found.version,
        effective_from=found.effective_from,
        effective_until=found.effective_until,
        items=len(found.items),
        sha256=drawn.sha256,
        document=cmd.document.text,
        source=cmd.document.filename,
        published_at=at,
        published_by=cmd.by,
    )
    fact = say.ResponsibilityPublished(
        list_version=found.version,
        effective_from=found.effective_from,
        effective_until=found.effective_until,
        sha256=drawn.sha256,
        items=len(found.items),
    )
    return Decision(replace(published, version=known.version) if known else published, (fact,))


def sha256_of(document: ListDocument) -> str:
    """The hash by which two texts of a version are told apart."""
    return hashlib.sha256(document.text.encode()).hexdigest()


def _before(found: ResponsibilityList, lists: Lists) -> ResponsibilityList | None:
    place = next(place for place, each in enumerate(lists.versions) if each.version == found.version)
    return lists.versions[place - 1] if place else None
