"""What terminals are told: which things of their unit, whistles to cases, changed since last time.

Numbers drawn from a sequence commit out of order, so "after the last one seen" would skip some. Here a change
carries the id of its transaction, and is told when every transaction that began before is over.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.case_lead import CaseLead
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.incident import Incident
from services.grid.domain.model import Whistle
from services.grid.domain.task import Task
from services.grid.store.tables import CASE_LEADS, DELIBERATIONS, INCIDENTS, TASKS, TERMINAL_CHANGES, WHISTLES
from shared.kernel.ids import UnitCode
from shared.store.shape import Shape

# Units it was taken from are told too: that is how a terminal learns that something is no longer its own.
NOTE = """
WITH touched AS (SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[]) AS t(unit, kind, subject_id)),
before AS (
    SELECT c.unit, c.kind, c.subject_id FROM terminal_changes AS c
    WHERE (c.kind, c.subject_id) IN (SELECT kind, subject_id FROM touched)
)
INSERT INTO terminal_changes (unit, kind, subject_id, changed_in)
SELECT unit, kind, subject_id, pg_current_xact_id()::text::bigint
FROM (SELECT * FROM touched UNION SELECT * FROM before) AS told
ORDER BY unit, kind, subject_id
ON CONFLICT (unit, kind, subject_id) DO UPDATE SET changed_in = excluded.changed_in
"""
OVER: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
C = TERMINAL_CHANGES.c
PLACE = tuple_(C.changed_in, C.kind, C.subject_id)
State = Whistle | Incident | CaseLead | Task | Deliberation


class Shown(NamedTuple):
    """Something that changed, and whose terminals are told."""

    kind: str
    subject_id: UUID
    units: tuple[UnitCode, ...]


class Place(NamedTuple):
    """How far a terminal has read."""

    changed_in: int
    kind: str
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One thing as it is now; `state` is None when there is none any more."""

    place: Place
    state: State | None


class Changes:
    """Written with what changed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, shown: Iterable[Shown]) -> None:
        rows = sorted({(unit, one.kind, one.subject_id) for one in shown for unit in one.units})
        if rows:
            columns = tuple([row[place] for row in rows] for place in range(3))
            await self._connection.exec_driver_sql(NOTE, columns)


_SHAPES: dict[str, tuple[Shape[Any], Any, str]] = {
    "whistle": (Shape(Whistle, WHISTLES), WHISTLES, "whistle_id"),
    "incident": (Shape(Incident, INCIDENTS), INCIDENTS, "incident_id"),
    "task": (Shape(Task, TASKS), TASKS, "task_id"),
    "deliberation": (Shape(Deliberation, DELIBERATIONS), DELIBERATIONS, "deliberation_id"),
    "case": (Shape(CaseLead, CASE_LEADS), CASE_LEADS, "case_id"),
}


async def changes_of(
    connection: AsyncConnection, unit: UnitCode, *, after: Place | None, limit: int
) -> list[Change]:
    """What of a unit's changed after a place, in an order that no later commit goes before."""
    query = select(C.changed_in, C.kind, C.subject_id).where(C.unit == unit, C.changed_in < OVER)
    if after is not None and after.changed_in < (await connection.execute(select(OVER))).scalar_one():
        # A place ahead of every transaction is of a database that was restored since: then all is told anew.
        # Changes restored into a cluster that counts its transactions from the start are ahead as well, and
        # hidden until they change again or are set to 0: docs/running.md says how.
        query = query.where(tuple_(*after) < PLACE)
    query = query.order_by(C.changed_in, C.kind, C.subject_id).limit(limit)
    places = [Place(*row) for row in await connection.execute(query)]
    found = await _states(connection, places)
    return [Change(place, found.get((place.kind, place.subject_id))) for place in places]


async def _states(connection: AsyncConnection, places: Sequence[Place]) -> dict[tuple[str, UUID], State]:
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for place in places:
        wanted[place.kind].append(place.subject_id)
    found: dict[tuple[str, UUID], State] = {}
    for kind, keys in wanted.items():
        shape, table, key = _SHAPES[kind]
        rows = (await connection.execute(select(table).where(table.c[key].in_(keys)))).mappings()
        for row in rows:
            found[kind, row[key]] = shape.from_row({str(name): value for name, value in row.items()})
    return found
