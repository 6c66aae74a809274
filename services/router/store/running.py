"""The city as router's own tables have it: the directory and the lists, where any were put in."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables
from shared.city.areas import Area, Areas
from shared.city.city import City
from shared.city.directory import Directory, Listed, directory_of, listed_in
from shared.city.gazetteer import Alias
from shared.city.responsibility_lists import ListDocument, load_lists
from shared.city.units import Unit
from shared.kernel.words import UnitLevel

Rows = Sequence[Sequence[Any]]
_UNIT = ("code", "name", "level", "parent_code", "closed", "aliases", "grids")


class RouterCity:
    """Reads the city that router applies."""

    async def revision(self, connection: AsyncConnection) -> Hashable:
        """Each import has a number; each publication counts its list's version up."""
        lists = tables.RESPONSIBILITY_LISTS
        query = select(
            select(func.max(tables.DIRECTORY_VERSIONS.c.number)).scalar_subquery(),
            select(func.sum(lists.c.version)).scalar_subquery(),
        )
        return tuple((await connection.execute(query)).one())

    async def read(self, connection: AsyncConnection, city: City, moment: datetime) -> Callable[[], City]:
        """What was put in; the city as it is until something was."""
        is_imported = await connection.scalar(select(func.max(tables.DIRECTORY_VERSIONS.c.number)))
        units = await _rows(connection, tables.UNITS, *_UNIT) if is_imported else []
        areas = await _rows(connection, tables.AREAS, *Area.__slots__) if is_imported else []
        documents = await _documents(connection, moment, city)
        return lambda: _city(city, units, areas, documents, city.day(moment))


async def _rows(connection: AsyncConnection, table: Any, *names: str) -> Rows:
    query = select(*(table.c[name] for name in names)).order_by(table.c.code)
    return (await connection.execute(query)).all()


async def _documents(connection: AsyncConnection, moment: datetime, city: City) -> list[ListDocument]:
    """The list in force today and those to come: what was applied once is only shown."""
    c = tables.RESPONSIBILITY_LISTS.c
    query = select(c.effective_from, c.list_version, c.document).order_by(c.effective_from)
    rows = (await connection.execute(query)).all()
    today = city.day(moment)
    begun = [row.effective_from for row in rows if row.effective_from <= today]
    return [
        ListDocument(f"responsibilities {row.list_version}", row.document)
        for row in rows
        if not begun or row.effective_from >= begun[-1]
    ]


def _city(city: City, units: Rows, areas: Rows, documents: Sequence[ListDocument], today: date) -> City:
    if units:
        city = city.with_directory(_directory(city, units, areas))
    if units or documents:
        texts = documents or city.lists.documents
        found = load_lists(texts, units=city.units, categories=city.categories, today=today)
        city = city.with_lists(found)
    return city


def _directory(city: City, units: Rows, areas: Rows) -> Directory:
    """Units that are as they were are the same values: they are not held twice while the old city lives."""
    before = listed_in(city.directory)
    listed = {row[0]: _listed(row, before.get(row[0])) for row in units}
    found = Areas(Area(*row) for row in areas)
    if listed == before:
        return replace(city.directory, areas=found)
    return directory_of(listed, found)


def _listed(row: Sequence[Any], before: Listed | None) -> Listed:
    code, name, level, parent, closed, aliases, grids = row
    names = tuple(Alias(each["text"], each["kind"], code) for each in aliases)
    listed = Listed(Unit(code, name, UnitLevel(level), parent, closed), names, tuple(grids))
    return before if before == listed else listed
