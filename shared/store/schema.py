"""A service's schema as a value. Apart from `migrate`, so that a running service does not carry alembic."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.errors import Conflict, Unavailable

VERSION = text("SELECT version_num FROM alembic_version")
WHERE_WE_ARE = text("SELECT current_schema()")


class TablesBehind(Unavailable):
    """The tables are older than the release that looks at them."""

    def __init__(self, schema: str, found: str | None, wanted: str) -> None:
        super().__init__(f"the tables of {schema} are at {found}, and not at {wanted}: run `jiesu migrate`")


class SchemaOfAnotherService(Conflict):
    """The address leads somewhere else: what is not found there may well be."""

    def __init__(self, schema: str, found: str | None) -> None:
        there = f"the schema {found}" if found else "no schema"
        super().__init__(
            f"the address of the database leads to {there}, and not to {schema}: "
            f"look at JIESU_DATABASE_URL_{schema.upper()} and JIESU_DATABASE_URL"
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """What alembic needs to know of a service."""

    name: str
    metadata: MetaData
    migrations: Path

    @property
    def newest(self) -> str:
        """The number of the newest migration."""
        return max(path.name[:4] for path in self.migrations.glob("[0-9]*.py"))

    async def require_own(self, connection: AsyncConnection) -> None:
        """Raise `SchemaOfAnotherService`: every service has the same tables for what it says and hears."""
        found = await connection.scalar(WHERE_WE_ARE)
        if found != self.name:
            raise SchemaOfAnotherService(self.name, found)

    async def require_newest(self, connection: AsyncConnection) -> None:
        """Raise `TablesBehind`. Newer ones serve us too: a release only adds to what the one before reads."""
        try:
            found = await connection.scalar(VERSION)
        except ProgrammingError:
            found = None  # Nobody has migrated here.
        if found is None or found < self.newest:
            raise TablesBehind(self.name, found, self.newest)
