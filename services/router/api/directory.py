"""The city as router applies it: policy, units, categories. Open to everybody, but for who put what in."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from services.router.api.acting import ListReader
from services.router.store import directory_queries as queries
from shared.city.units import Unit
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken
from shared.kernel.errors import NotFound
from shared.kernel.words import Tier, UnitLevel

ROUTES = APIRouter()


class UnitOut(Wire):
    code: str
    name: str
    level: UnitLevel
    parent_code: str | None
    closed: bool = Field(description="撤销: it is given nothing new.")

    @classmethod
    def of(cls, unit: Unit) -> "UnitOut":
        return taken(cls, unit)


class OtherNameOut(Wire):
    text: str = Field(examples=["首座御园"])
    kind: str = Field(examples=["estate"])


class UnitWhole(UnitOut):
    path_name: str
    lineage: list[str]
    children: list[UnitOut]
    aliases: list[OtherNameOut]


class VersionOut(Wire):
    """名录版本."""

    number: int
    imported_at: datetime
    imported_by: str
    source: str
    sha256: str = Field(description="Of what the directory says; the order of files and rows does not count.")
    units: int = Field(description="How many act.")
    changes: dict[str, int] = Field(examples=[{"added": 3, "closed": 1}])


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


@ROUTES.get("/policy", response_model=dict[str, Any])
async def read_policy(city: InCity) -> dict[str, Any]:
    """政策: every limit and where it comes from, as quoted on decisions by version."""
    return city.policy.model_dump(mode="json")


@ROUTES.get("/units")
async def list_units(
    city: InCity,
    asked: Asked,
    level: UnitLevel | None = None,
    parent: Annotated[Text | None, Query(max_length=40)] = None,
    q: Annotated[
        Text | None, Query(max_length=40, description="In its name or other names, or how its code begins.")
    ] = None,
    closed: Annotated[bool, Query(description="Those that are closed, instead.")] = False,
) -> Page[UnitOut]:
    """The directory, by code."""
    after = str(asked.after[0]) if asked.after else ""
    called = {alias.unit_code for alias in city.aliases if q is not None and q in alias.text}
    found = sorted(
        unit.code
        for unit in city.units.by_code.values()
        if unit.code > after
        and unit.closed is closed
        and (level is None or unit.level is level)
        and (parent is None or unit.parent_code == parent)
        and (q is None or q in unit.name or unit.code.startswith(q) or unit.code in called)
    )
    rows = [city.units.get(code) for code in found[: asked.fetch]]
    return asked.page(rows, position=lambda unit: (unit.code,), item=UnitOut.of)


@ROUTES.get("/units/{code}")
async def read_unit(code: Text, city: InCity) -> UnitWhole:
    """One unit, what it lies in and what lies below it. A closed one stays, and is said to be closed."""
    if not city.units.knows(code):
        raise NoSuchUnit(code)
    unit = city.units.get(code)
    return UnitWhole(
        **UnitOut.of(unit).model_dump(),
        path_name=city.units.path_name(code),
        lineage=list(city.units.lineage(code)),
        children=[UnitOut.of(child) for child in city.units.children(code)],
        aliases=[taken(OtherNameOut, alias) for alias in city.aliases if alias.unit_code == code],
    )


@ROUTES.get("/directory/versions")
async def list_versions(asked: Asked, connection: Reading, _: ListReader) -> Page[VersionOut]:
    """What was put in, the newest first: who, when, from where, what it changed."""
    before = int(str(asked.after[0])) if asked.after else None
    rows = await queries.directory_versions(connection, before=before, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.number,), item=lambda row: taken(VersionOut, row))


@ROUTES.get("/categories")
async def read_categories(city: InCity) -> CategoriesOut:
    """诉求分类, with the tier each usually has."""
    items = [taken(CategoryOut, each) for each in city.categories.by_code.values()]
    return CategoriesOut(version=city.categories.version, items=items)
