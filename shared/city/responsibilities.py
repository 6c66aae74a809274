"""权责清单: who owes an answer to what, by category and place, with the clause that says so.

A duty is written as `street`, `community`, `district`, `papers` (the street where the citizen's papers lie),
`district:<role>` (a department of the place's district) or the code of a unit.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.city.categories import Categories, folded
from shared.city.documents import Document, Entry
from shared.city.errors import NoResponsibility, PlaceTooCoarse
from shared.city.places import Places, RolePhrases
from shared.city.units import Units
from shared.kernel.words import Tier, UnitLevel, WhistleKind

EVERYWHERE = "city"
_PLACE_DUTIES = {
    "street": UnitLevel.STREET,
    "community": UnitLevel.COMMUNITY,
    "district": UnitLevel.DISTRICT,
    "papers": UnitLevel.STREET,
}
_LEAD_DUTIES = _PLACE_DUTIES.keys() - {"papers"}
_BY_STREET = frozenset({"street", "community"})
_ROLE = "district:"
MOST_CO_UNITS = 10
"""As many as one dispatch can send an order to (ours)."""


class ItemKind(StrEnum):
    """清单类别: a department's alone, a street's alone, or shared."""

    DEPARTMENT_ONLY = "department_only"
    STREET_ONLY = "street_only"
    SHARED = "shared"


class Item(Entry):
    """权责清单的一项: who leads, who helps, and the clause."""

    category: str
    kind: ItemKind
    lead: Annotated[str, Field(min_length=1)]
    co_units: tuple[str, ...] = ()
    clause: Annotated[str, Field(min_length=1)]
    scope: str = EVERYWHERE
    tier: Tier | None = None
    whistle: WhistleKind | None = None
    keywords: tuple[Annotated[str, Field(min_length=1), BeforeValidator(lambda w: folded(str(w)))], ...] = ()


class ResponsibilityFile(Entry):
    """The file as it is written."""

    version: Annotated[str, Field(min_length=1)]
    effective_from: date
    effective_until: date | None = None
    """The last day; without it the list holds until the next one begins."""
    district_roles: dict[str, tuple[str, ...]]
    place_roles: RolePhrases
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Undertaking:
    """承办: the lead, the co-units and the community it may be passed to, with version and clause."""

    lead: str
    co_units: tuple[str, ...]
    community: str | None
    item: Item
    version: str


@dataclass(frozen=True, slots=True)
class ResponsibilityList:
    """权责清单, one version of it."""

    version: str
    effective_from: date
    items: tuple[Item, ...]
    place_roles: RolePhrases
    departments: Mapping[tuple[str, str], str]
    units: Units
    effective_until: date | None = None
    items_of: Mapping[str, tuple[Item, ...]] = field(init=False, repr=False, compare=False)
    """By category."""

    def __post_init__(self) -> None:
        found: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            found[item.category] = (*found.get(item.category, ()), item)
        object.__setattr__(self, "items_of", found)

    def find(self, category: str, place: str | None = None, text: str = "") -> Item:
        """The item for a matter: one whose keywords the text says first, then the narrowest scope."""
        lineage = self.units.lineage(place) if place is not None else ()
        items = self.items_of.get(category, ())
        if len(items) == 1 and items[0].scope == EVERYWHERE and not items[0].keywords:
            return items[0]
        plain = folded(text) if any(item.keywords for item in items) else ""

        def fit(item: Item) -> tuple[int, int]:
            said = sum(word in plain for word in item.keywords)
            return said, 0 if item.scope == EVERYWHERE else len(self.units.lineage(item.scope))

        fitting = [
            item
            for item in items
            if (item.scope == EVERYWHERE or item.scope in lineage) and (not item.keywords or fit(item)[0])
        ]
        if not fitting:
            raise NoResponsibility(category, place)
        return max(fitting, key=fit)

    def undertake(self, item: Item, places: Places) -> Undertaking:
        """Turn an item's duties into units at these places."""
        lead = self._unit(item.lead, places)
        if lead is None:
            raise PlaceTooCoarse(item.lead, places.lead_place)
        found = (self._unit(duty, places) for duty in item.co_units)
        co_units = dict.fromkeys(code for code in found if code is not None and code != lead)
        community = self._unit("community", places)
        return Undertaking(lead, tuple(co_units), community, item, self.version)

    def concerns(self, item: Item, unit: str) -> bool:
        """Whether an item can make this unit its lead or a co-unit somewhere."""
        lineage = self.units.lineage(unit)
        is_office = self.units.get(unit).level in (UnitLevel.DEPARTMENT, UnitLevel.UTILITY)
        # An office is at work wherever the district or city it belongs to is.
        reach = lineage[1] if is_office else unit
        in_scope = item.scope in (EVERYWHERE, *lineage) or (
            self.units.knows(item.scope) and self.units.is_within(item.scope, reach)
        )
        return in_scope and any(self._falls_to(duty, unit) for duty in (item.lead, *item.co_units))

    def _falls_to(self, duty: str, unit: str) -> bool:
        if duty in _PLACE_DUTIES:
            return self.units.get(unit).level is _PLACE_DUTIES[duty]
        if duty.startswith(_ROLE):
            role = duty.removeprefix(_ROLE)
            return self.departments.get((role, self.units.district_of(unit) or "")) == unit
        return duty == unit

    def _unit(self, duty: str, places: Places) -> str | None:
        place = places.papers if duty == "papers" else places.lead_place
        level = _PLACE_DUTIES.get(duty)
        if level is None and not duty.startswith(_ROLE):
            return duty
        if place is None:
            return None
        if level is None:
            return self.departments.get((duty.removeprefix(_ROLE), self.units.district_of(place) or ""))
        return self.units.at_level(place, level)


def load_responsibilities(
    text: str, *, units: Units, categories: Categories, filename: str
) -> ResponsibilityList:
    """Read a responsibility list against the city's units and categories, or refuse it with file and line."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(ResponsibilityFile)
    departments = _departments(file, units, document)
    roles = frozenset(file.district_roles)
    for index, item in enumerate(file.items):
        _check_item(item, index, document, units, categories, roles)
    _check_complete(file, categories, document)
    _check_twice(file, document)
    return _list_of(file, departments, units)


def read_former(text: str, *, units: Units, filename: str) -> ResponsibilityList:
    """A list that is applied no more: to be shown, whatever has become of the units it names."""
    file = _former_file(text, filename)
    return _list_of(file, {key: code for key, code in _roles(file, units) if code is not None}, units)


# Anybody may ask for a list that is over, and reading one takes as long as a hundred other answers.
@lru_cache(maxsize=16)
def _former_file(text: str, filename: str) -> ResponsibilityFile:
    return Document.parse(text, filename=filename).read_as(ResponsibilityFile)


def _list_of(
    file: ResponsibilityFile, departments: Mapping[tuple[str, str], str], units: Units
) -> ResponsibilityList:
    return ResponsibilityList(
        version=file.version,
        effective_from=file.effective_from,
        items=file.items,
        place_roles=file.place_roles,
        departments=departments,
        units=units,
        effective_until=file.effective_until,
    )


def _departments(file: ResponsibilityFile, units: Units, document: Document) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for (role, district), code in _roles(file, units):
        if code is None:
            name = units.get(district).name
            raise document.refuse(("district_roles", role), f"{name} has no department for {role}")
        found[role, district] = code
    return found


def _roles(file: ResponsibilityFile, units: Units) -> Iterator[tuple[tuple[str, str], str | None]]:
    """Role and district, with the department that has it there."""
    districts = [unit.code for unit in units.acting() if unit.level is UnitLevel.DISTRICT]
    for role, endings in file.district_roles.items():
        for district in districts:
            codes = (f"D{district}-{ending}" for ending in endings)
            yield (role, district), next((code for code in codes if code in units), None)


def _check_item(
    item: Item, index: int, document: Document, units: Units, categories: Categories, roles: frozenset[str]
) -> None:
    if item.category not in categories:
        raise document.refuse(("items", index, "category"), f"no category is called {item.category}")
    if item.scope != EVERYWHERE and item.scope not in units:
        raise document.refuse(("items", index, "scope"), f"no unit has the code {item.scope}")
    _check_duty(item.lead, ("items", index, "lead"), _LEAD_DUTIES, document, units, roles)
    for at, duty in enumerate(item.co_units):
        _check_duty(duty, ("items", index, "co_units", at), _PLACE_DUTIES, document, units, roles)
    if len(item.co_units) > MOST_CO_UNITS:
        raise document.refuse(("items", index, "co_units"), f"an item names {MOST_CO_UNITS} co-units at most")
    if item.kind is ItemKind.STREET_ONLY and item.lead not in _BY_STREET:
        raise document.refuse(("items", index, "lead"), "a street's own duty is led by a street or community")
    if item.kind is ItemKind.DEPARTMENT_ONLY and item.lead in _BY_STREET:
        raise document.refuse(("items", index, "lead"), "a department's own duty is led by a department")


def _check_duty(
    duty: str,
    where: tuple[str | int, ...],
    allowed: Collection[str],
    document: Document,
    units: Units,
    roles: frozenset[str],
) -> None:
    if duty.startswith(_ROLE):
        if duty.removeprefix(_ROLE) not in roles:
            raise document.refuse(where, f"{duty} is no role of a district department")
    elif duty not in allowed and duty not in units:
        raise document.refuse(
            where, f"{duty!r} is no unit and no duty; duties are {', '.join(sorted(allowed))}"
        )


def _check_complete(file: ResponsibilityFile, categories: Categories, document: Document) -> None:
    whole = {item.category for item in file.items if item.scope == EVERYWHERE and not item.keywords}
    for code in categories.by_code:
        if code not in whole:
            raise document.refuse(("items",), f"{code} has no item that holds everywhere, without keywords")


def _check_twice(file: ResponsibilityFile, document: Document) -> None:
    """Two items for one matter at one place would leave it to their order who is asked."""
    seen: dict[tuple[str, str, frozenset[str]], int] = {}
    for index, item in enumerate(file.items):
        matter = (item.category, item.scope, frozenset(item.keywords))
        if matter in seen:
            line = document.line_of(("items", seen[matter]))
            said = f" with the keywords {'、'.join(item.keywords)}" if item.keywords else ""
            raise document.refuse(
                ("items", index), f"{item.category} at {item.scope}{said} is already in line {line}"
            )
        seen[matter] = index
