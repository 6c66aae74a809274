"""Writing lines: in their own period, or where the domain books what comes too late for it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.policy.booking import Booked, Countable, book, is_settled
from shared.store import bulk

L = TypeVar("L", bound=Countable)


@dataclass(frozen=True, slots=True)
class _Change(Generic[L]):
    """A line that is not what was written before, and the earliest period that may change."""

    subject: Any
    line: L
    opened: str
    before: L | None

    @property
    def is_settled(self) -> bool:
        return is_settled(self.line, self.before, self.opened)


class LineBook(Generic[L]):
    """The lines of one table in one knock. Most facts change none, most changes touch nothing settled."""

    def __init__(self, table: Table, line: type[L], subject: str) -> None:
        self._table = table
        self._line = line
        self._subject = subject
        self._names = tuple(each.name for each in fields(line))  # type: ignore[arg-type]
        self._values = attrgetter(*self._names)
        self._changes: list[_Change[L]] = []

    def note(self, subject: Any, before: Iterable[L], after: Iterable[L], opened: str) -> None:
        """What is written, and what is to be."""
        known = {line.key: line for line in before}
        for line in after:
            was = known.get(line.key) if known else None
            if was != line:
                self._changes.append(_Change(subject, line, opened, was))

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was noted, in one statement."""
        changes, self._changes = self._changes, []
        late = {change.subject for change in changes if change.is_settled}
        stored = await self._stored(connection, late) if late else {}
        rows: dict[Hashable, bulk.Row] = {}
        for change in changes:
            for booked in self._booked(change, stored if change.subject in late else None):
                rows[change.line.key, booked.number] = self._row(booked)
        await bulk.upsert(connection, self._table, list(rows.values()))

    def _booked(
        self, change: _Change[L], stored: dict[Hashable, dict[int, Booked[L]]] | None
    ) -> tuple[Booked[L], ...]:
        if stored is None:
            return (Booked(change.line, 0, change.line.period),)
        known = stored.setdefault(change.line.key, {})
        booked = book(change.line, change.opened, tuple(known.values()))
        known.update({each.number: each for each in booked})
        return booked

    async def _stored(
        self, connection: AsyncConnection, subjects: set[Any]
    ) -> dict[Hashable, dict[int, Booked[L]]]:
        rows = await connection.exec_driver_sql(
            f'SELECT * FROM "{self._table.name}" WHERE "{self._subject}" = ANY($1::uuid[])', (list(subjects),)
        )
        found: dict[Hashable, dict[int, Booked[L]]] = {}
        for row in rows.mappings():
            line: Any = self._line(**{name: row[name] for name in self._names})
            whole = replace(line, period=row["late_from"] or row["period"])
            booked = Booked(whole, row["number"], row["period"], row["late_from"])
            found.setdefault(whole.key, {})[booked.number] = booked
        return found

    def _row(self, booked: Booked[L]) -> bulk.Row:
        row = dict(zip(self._names, self._values(booked.line), strict=True))
        row["period"], row["number"], row["late_from"] = booked.period, booked.number, booked.late_from
        return row
