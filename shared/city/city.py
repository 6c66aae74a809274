"""A city is a folder: calendar, policy, units, gazetteer, categories, responsibilities and more as one value.

`load_city` is the one function of this shelf that reads files.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.city.calendar import Calendar
from shared.city.categories import Categories, load_categories
from shared.city.documents import Document, Entry
from shared.city.errors import BrokenFile
from shared.city.gazetteer import Gazetteer, Match, load_aliases
from shared.city.open311 import Open311, load_open311
from shared.city.places import Places, places_in
from shared.city.policy import Policy, load_policy
from shared.city.questionnaire import Questionnaire, load_questionnaire
from shared.city.responsibilities import ResponsibilityList, load_responsibilities
from shared.city.units import Units, load_units


class CalendarFile(Entry):
    """Days the calendar package does not have."""

    extra_workdays: tuple[date, ...] = ()
    extra_holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Placing:
    """The places of a report, and the match to show or to ask by."""

    places: Places
    match: Match


@dataclass(frozen=True, slots=True)
class City:
    """城市: everything that differs from one city to the next, as data."""

    calendar: Calendar
    policy: Policy
    units: Units
    gazetteer: Gazetteer
    categories: Categories
    responsibilities: ResponsibilityList
    open311: Open311
    questionnaire: Questionnaire

    def place(self, *, text: str = "", address: str = "", stated: Places | None = None) -> Placing:
        """Where a report belongs: what the caller states, then the address, then the report's own words."""
        match, told = self._read(address)
        whole_match, whole = self._read(f"{address}。{text}")
        site = told.site and self.units.street_of(told.site)
        if site is None:
            match, told = whole_match, whole
        elif whole.site is not None and self.units.street_of(whole.site) == site:
            told = told.over(whole)
        return Placing((stated or Places()).over(told), match)

    def _read(self, words: str) -> tuple[Match, Places]:
        match = self.gazetteer.match(words)
        return match, places_in(words, match, self.gazetteer, self.responsibilities.place_roles)


def load_city(folder: Path) -> City:
    """Read a city folder whole, or refuse it with file, line and reason."""
    policy = load_policy(_text(folder, "policy.yaml"), filename="policy.yaml")
    units = load_units((name, _text(folder, name)) for name in ("units.csv", "departments.csv"))
    aliases = load_aliases(_text(folder, "aliases.csv"), units, filename="aliases.csv")
    categories = load_categories(_text(folder, "categories.yaml"), filename="categories.yaml")
    return City(
        calendar=_calendar(_text(folder, "calendar.yaml"), policy.timezone),
        policy=policy,
        units=units,
        gazetteer=Gazetteer(units, aliases),
        categories=categories,
        responsibilities=load_responsibilities(
            _text(folder, "responsibilities.yaml"),
            units=units,
            categories=categories,
            filename="responsibilities.yaml",
        ),
        open311=load_open311(_text(folder, "open311.yaml"), categories, filename="open311.yaml"),
        questionnaire=load_questionnaire(_text(folder, "questionnaire.yaml"), filename="questionnaire.yaml"),
    )


def _calendar(text: str, timezone: str) -> Calendar:
    days = Document.parse(text, filename="calendar.yaml").read_as(CalendarFile)
    return Calendar.of_china(timezone, extra_workdays=days.extra_workdays, extra_holidays=days.extra_holidays)


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BrokenFile(name, line, "the file is not UTF-8") from None
    except OSError as error:
        raise BrokenFile(name, 1, f"the file cannot be read: {error.strerror}") from None
