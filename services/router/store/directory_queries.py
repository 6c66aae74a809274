"""Router's reads of what was put in whole: versions of the directory, published lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store import tables


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the directory."""

    number: int
    imported_at: datetime
    imported_by: str
    source: str
    sha256: str
    units: int
    changes: dict[str, int]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A published list without its text."""

    list_version: str
    effective_from: date
    effective_until: date | None
    items: int
    sha256: str
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedRows:
    """All published lists, by the day each begins."""

    rows: Sequence[ListRow]

    def on(self, day: date) -> ListRow | None:
        """The one in force on a day; the first holds before its day too. None: none was published."""
        begun = [row for row in self.rows if row.effective_from <= day]
        return (begun[-1] if begun else self.rows[0]) if self.rows else None

    def until(self, row: ListRow) -> date | None:
        """Its last day; None: no end is known."""
        later = (each.effective_from for each in self.rows if each.effective_from > row.effective_from)
        following = next(later, None)
        return row.effective_until or (following - timedelta(days=1) if following else None)


async def directory_versions(
    connection: AsyncConnection, *, before: int | None, limit: int
) -> list[VersionRow]:
    """What was put in, the newest first."""
    c = tables.DIRECTORY_VERSIONS.c
    query = select(*(c[name] for name in VersionRow.__slots__)).order_by(c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(c.number < before)
    return [VersionRow(*row) for row in await connection.execute(query)]


async def published_lists(connection: AsyncConnection) -> PublishedRows:
    """Every list that was published; a city has a few in a year."""
    c = tables.RESPONSIBILITY_LISTS.c
    query = select(*(c[name] for name in ListRow.__slots__)).order_by(c.effective_from)
    return PublishedRows([ListRow(*row) for row in await connection.execute(query)])


async def list_document(connection: AsyncConnection, version: str) -> str:
    """A published list's text."""
    c = tables.RESPONSIBILITY_LISTS.c
    return str(await connection.scalar(select(c.document).where(c.list_version == version)))
