"""The city as router applies it: policy, units, responsibility list, categories. Open to everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.router.api.acting import InCity
from shared.city.policy import Policy
from shared.city.responsibilities import ItemKind
from shared.city.units import Unit
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire
from shared.kernel.errors import NotFound
from shared.kernel.words import Tier, UnitLevel

DIRECTORY = APIRouter()


class UnitOut(Wire):
    code: str
    name: str
    level: UnitLevel
    parent_code: str | None

    @classmethod
    def of(cls, unit: Unit) -> "UnitOut":
        return cls(code=unit.code, name=unit.name, level=unit.level, parent_code=unit.parent_code)


class UnitWhole(UnitOut):
    path_name: str
    lineage: list[str]
    children: list[UnitOut]


class ItemOut(Wire):
    """权责清单的一项."""

    category: str
    kind: ItemKind
    scope: str
    lead: str
    co_units: list[str]
    keywords: list[str]
    tier: Tier | None
    clause: str


class ListOut(Wire):
    version: str
    effective_from: str
    items: list[ItemOut]


class CategoryOut(Wire):
    code: str
    group: str
    zh: str
    en: str
    tier: Tier


class CategoriesOut(Wire):
    version: str
    items: list[CategoryOut]


class NoSuchUnit(NotFound):
    def __init__(self, code: str) -> None:
        super().__init__(f"no unit has the code {code}", code=code)


@DIRECTORY.get("/policy", response_model=dict[str, Any])
async def read_policy(city: InCity) -> dict[str, Any]:
    """政策: every limit and where it comes from, as quoted on decisions by version."""
    policy: Policy = city.policy
    return policy.model_dump(mode="json")


@DIRECTORY.get("/units")
async def list_units(
    city: InCity,
    asked: Asked,
    level: UnitLevel | None = None,
    parent: Annotated[Text | None, Query(max_length=40)] = None,
) -> Page[UnitOut]:
    """The directory, by code."""
    after = str(asked.after[0]) if asked.after else ""
    found = sorted(
        unit.code
        for unit in city.units.by_code.values()
        if unit.code > after
        and (level is None or unit.level is level)
        and (parent is None or unit.parent_code == parent)
    )
    rows = [city.units.get(code) for code in found[: asked.fetch]]
    return asked.page(rows, position=lambda unit: (unit.code,), item=UnitOut.of)


@DIRECTORY.get("/units/{code}")
async def read_unit(code: Text, city: InCity) -> UnitWhole:
    """One unit, what it lies in and what lies below it."""
    if code not in city.units:
        raise NoSuchUnit(code)
    unit = city.units.get(code)
    return UnitWhole(
        **UnitOut.of(unit).model_dump(),
        path_name=city.units.path_name(code),
        lineage=list(city.units.lineage(code)),
        children=[UnitOut.of(child) for child in city.units.children(code)],
    )


@DIRECTORY.get("/responsibilities")
async def read_responsibilities(city: InCity, category: Text | None = None) -> ListOut:
    """权责清单: who owes an answer to what, with the clause."""
    found = city.responsibilities
    items = [
        ItemOut(
            category=item.category,
            kind=item.kind,
            scope=item.scope,
            lead=item.lead,
            co_units=list(item.co_units),
            keywords=list(item.keywords),
            tier=item.tier,
            clause=item.clause,
        )
        for item in found.items
        if category is None or item.category == category
    ]
    return ListOut(version=found.version, effective_from=found.effective_from.isoformat(), items=items)


@DIRECTORY.get("/categories")
async def read_categories(city: InCity) -> CategoriesOut:
    """诉求分类, with the tier each usually has."""
    items = [
        CategoryOut(code=each.code, group=each.group, zh=each.zh, en=each.en, tier=each.tier)
        for each in city.categories.by_code.values()
    ]
    return CategoriesOut(version=city.categories.version, items=items)
