"""A city is a folder: calendar, policy, units, gazetteer, categories, responsibilities and more as one value.

`load_city`, `directory_files` and `list_documents` are the functions of this shelf that read files.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from shared.city.areas import Areas
from shared.city.calendar import Calendar
from shared.city.categories import Categories, load_categories
from shared.city.directory import AREAS_FILE, DIRECTORY_FILES, NOTHING, Directory, read_directory
from shared.city.documents import Document, Entry
from shared.city.errors import BrokenFile
from shared.city.foundations import FoundationLists, load_foundations
from shared.city.gazetteer import Alias, Gazetteer, Match
from shared.city.groups import Groups, load_groups
from shared.city.inspections import Inspections, load_inspections
from shared.city.open311 import Open311, load_open311
from shared.city.places import Places, Placing, places_in
from shared.city.points import Point, on_the_map
from shared.city.policy import Policy, load_policy
from shared.city.population import Population, load_population
from shared.city.questionnaire import Questionnaire, load_questionnaire
from shared.city.responsibilities import ResponsibilityList
from shared.city.responsibility_lists import ListDocument, Lists, load_lists
from shared.city.schematic import Schematic, load_schematic
from shared.city.units import Units


class CalendarFile(Entry):
    """Days the calendar package does not have."""

    extra_workdays: tuple[date, ...] = ()
    extra_holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """城市: everything that differs from one city to the next, as data."""

    calendar: Calendar
    policy: Policy
    units: Units
    gazetteer: Gazetteer
    categories: Categories
    responsibilities: ResponsibilityList
    """权责清单: the version in force at the moment this value stands for."""
    open311: Open311
    questionnaire: Questionnaire
    inspections: Inspections
    foundations: FoundationLists
    lists: Lists
    """All versions of the responsibility list, those that begin later too."""
    areas: Areas = field(default_factory=Areas)
    groups: Groups = field(default_factory=Groups)
    population: Population = field(default_factory=Population)
    schematic: Schematic = field(default_factory=Schematic)

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Other names of units."""
        return self.gazetteer.aliases

    @property
    def directory(self) -> Directory:
        """Units, other names and areas."""
        return Directory(self.units, self.aliases, self.areas)

    def day(self, moment: datetime) -> date:
        """Which day it is then, by the city's clock."""
        return self.calendar.local(moment).date()

    def at(self, moment: datetime) -> "City":
        """The city as it stands at a moment: a list begins with its day, by the city's clock."""
        found = self.lists.in_force(self.day(moment))
        return self if found is self.responsibilities else replace(self, responsibilities=found)

    def with_directory(self, found: Directory) -> "City":
        """The same city by another directory. Lists stay as they were read; see `with_lists`."""
        if (found.units, found.aliases) == (self.units, self.aliases):
            return replace(self, areas=found.areas)
        return replace(
            self,
            units=found.units,
            areas=found.areas,
            gazetteer=Gazetteer(found.units, found.aliases),
        )

    def with_lists(self, lists: Lists) -> "City":
        """The same city by other responsibility lists."""
        return replace(self, lists=lists, responsibilities=lists.versions[0])

    def place(
        self,
        *,
        text: str = "",
        address: str = "",
        stated: Places | None = None,
        point: Point | None = None,
    ) -> Placing:
        """Where a report belongs: what the caller states, the address, the report's own words, the map."""
        whole_match, whole = self._read(f"{address}。{text}")
        match, told = self._read(address) if address else (whole_match, whole)
        site = told.site and self.units.street_of(told.site)
        if site is None:
            match, told = whole_match, whole
        elif whole.site is not None and self.units.street_of(whole.site) == site:
            told = told.over(whole)
        placing = Placing((stated or Places()).over(told), match)
        if point is None or not self.areas:
            return placing
        return on_the_map(placing, stated or Places(), point, self.areas, self.units)

    def _read(self, words: str) -> tuple[Match, Places]:
        match = self.gazetteer.match(words)
        return match, places_in(words, match, self.gazetteer, self.responsibilities.place_roles)


def load_city(folder: Path) -> City:
    """Read a city folder whole, or refuse it with file, line and reason."""
    policy = load_policy(_text(folder, "policy.yaml"), filename="policy.yaml")
    directory = read_directory(directory_files(folder), NOTHING)
    categories = load_categories(_text(folder, "categories.yaml"), filename="categories.yaml")
    units = directory.units
    lists = load_lists(list_documents(folder), units=units, categories=categories)
    return City(
        calendar=_calendar(_text(folder, "calendar.yaml"), policy.timezone),
        policy=policy,
        units=units,
        gazetteer=Gazetteer(units, directory.aliases),
        categories=categories,
        responsibilities=lists.versions[0],
        open311=load_open311(_text(folder, "open311.yaml"), categories, filename="open311.yaml"),
        questionnaire=load_questionnaire(_text(folder, "questionnaire.yaml"), filename="questionnaire.yaml"),
        lists=lists,
        areas=directory.areas,
        groups=_optional(folder, "groups.csv", units, load_groups, Groups),
        population=_optional(folder, "population.csv", units, load_population, Population),
        foundations=load_foundations(_text(folder, "foundations.yaml"), filename="foundations.yaml"),
        schematic=_optional(folder, "schematic.csv", units, load_schematic, Schematic),
        inspections=load_inspections(_text(folder, "inspections.yaml"), filename="inspections.yaml"),
    )


def directory_files(folder: Path) -> dict[str, str]:
    """The text of a city folder's directory; only the areas may be missing."""
    names = (name for name in DIRECTORY_FILES if name != AREAS_FILE or (folder / name).exists())
    return {name: _text(folder, name) for name in names}


def list_documents(folder: Path) -> list[ListDocument]:
    """`responsibilities.yaml` and, beside it, further versions as `responsibilities-….yaml`."""
    further = sorted(path.name for path in folder.glob("responsibilities-*.yaml"))
    return [ListDocument(name, _text(folder, name)) for name in ("responsibilities.yaml", *further)]


Read = TypeVar("Read")


def _optional(
    folder: Path, name: str, units: Units, load: Callable[..., Read], empty: Callable[[], Read]
) -> Read:
    """A file that a city may leave out."""
    if not (folder / name).exists():
        return empty()
    return load(_text(folder, name), units, filename=name)


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
