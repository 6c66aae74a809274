"""权责清单 as it is applied, was applied and will be. Open to everybody."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.router.store import directory_queries as queries
from shared.city.city import City
from shared.city.errors import UnknownUnit
from shared.city.responsibilities import Item, ItemKind, ResponsibilityList, read_former
from shared.http.knock import InCity, Now, OpenReading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken
from shared.kernel.words import Tier

ROUTES = APIRouter()


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

    @classmethod
    def of(cls, item: Item) -> "ItemOut":
        return taken(cls, item, co_units=list(item.co_units), keywords=list(item.keywords))


class ListOut(Page[ItemOut]):
    """A page of the list in force on a day."""

    version: str
    effective_from: date
    effective_until: date | None = Field(description="The last day that is known; null: no end is known.")


class ListVersionOut(Wire):
    """One version, without its items."""

    version: str
    effective_from: date
    effective_until: date | None
    items: int
    sha256: str
    source: str
    published_at: datetime
    in_force: bool = Field(description="Whether a dispatch of this moment would quote it.")


@ROUTES.get("/responsibilities")
async def read_responsibilities(
    city: InCity,
    asked: Asked,
    connection: OpenReading,
    now: Now,
    on: Annotated[date | None, Query(description="The day; today if left out.")] = None,
    category: Text | None = None,
    unit: Annotated[
        Text | None, Query(max_length=40, description="Items that may fall to this unit.")
    ] = None,
) -> ListOut:
    """权责清单: who owes an answer to what, with the clause, as it is in force on a day."""
    if unit is not None and not city.units.knows(unit):
        refusal = UnknownUnit(unit)
        refusal.field = "unit"
        raise refusal
    found, until = await _list_on(connection, on or city.day(now), city)
    after = int(str(asked.after[0])) if asked.after else -1
    rows = [
        (place, item)
        for place, item in enumerate(found.items)
        if place > after
        and (category is None or item.category == category)
        and (unit is None or found.concerns(item, unit))
    ]
    page = asked.page(
        rows[: asked.fetch], position=lambda row: (row[0],), item=lambda row: ItemOut.of(row[1])
    )
    return ListOut(
        items=page.items,
        next=page.next,
        version=found.version,
        effective_from=found.effective_from,
        effective_until=until,
    )


@ROUTES.get("/responsibilities/versions")
async def list_published(
    city: InCity, asked: Asked, connection: OpenReading, now: Now
) -> Page[ListVersionOut]:
    """Every version that was published, the last to begin first."""
    published = await queries.published_lists(connection)
    applied = published.on(city.day(now))
    before = date.fromisoformat(str(asked.after[0])) if asked.after else date.max
    rows = [row for row in reversed(published.rows) if row.effective_from < before]
    return asked.page(
        rows[: asked.fetch],
        position=lambda row: (row.effective_from.isoformat(),),
        item=lambda row: ListVersionOut(
            version=row.list_version,
            effective_from=row.effective_from,
            effective_until=published.until(row),
            items=row.items,
            sha256=row.sha256,
            source=row.source,
            published_at=row.published_at,
            in_force=row is applied,
        ),
    )


async def _list_on(connection: OpenReading, day: date, city: City) -> tuple[ResponsibilityList, date | None]:
    """The list of a day and its last day: the folder's, where none was published."""
    published = await queries.published_lists(connection)
    row = published.on(day)
    if row is None:
        found = city.lists.in_force(day)
        return found, city.lists.until(found.version)
    known = next((each for each in city.lists.versions if each.version == row.list_version), None)
    if known is None:
        text = await queries.list_document(connection, row.list_version)
        known = read_former(text, units=city.units, filename=row.list_version)
    return known, published.until(row)
