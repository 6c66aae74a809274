"""What terminals are told: which things of their unit, whistles to cases, changed since last time.

Numbers drawn from a sequence commit out of order, so "after the last one seen" would skip some. Here a change
carries the id of its transaction, and is told when every transaction that began before is over.

What is over is dropped here a while after its last change; terminals are told when, and drop it then too. A
terminal that was away for so long is told everything anew, for it would never hear of what was dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
INSERT INTO terminal_changes (unit, kind, subject_id, changed_in, changed_at)
SELECT unit, kind, subject_id, pg_current_xact_id()::text::bigint, $4::timestamptz
FROM (SELECT * FROM touched UNION SELECT * FROM before) AS told
ORDER BY unit, kind, subject_id
ON CONFLICT (unit, kind, subject_id) DO UPDATE
SET changed_in = excluded.changed_in, changed_at = excluded.changed_at
"""
# Whether it is over is asked of the thing itself. What changes at this moment is locked, and left.
FORGET = """
WITH old AS (
    SELECT c.unit, c.kind, c.subject_id FROM terminal_changes AS c
    WHERE c.changed_at < $1::timestamptz AND CASE c.kind
        WHEN 'case' THEN (SELECT standing = 'done' FROM case_leads WHERE case_id = c.subject_id)
        WHEN 'incident' THEN (SELECT ended_at IS NOT NULL FROM incidents WHERE incident_id = c.subject_id)
        WHEN 'task' THEN (SELECT ended_at IS NOT NULL FROM tasks WHERE task_id = c.subject_id)
        WHEN 'whistle' THEN (SELECT ended_at IS NOT NULL FROM whistles WHERE whistle_id = c.subject_id)
        WHEN 'deliberation' THEN
            (SELECT ended_at IS NOT NULL FROM deliberations WHERE deliberation_id = c.subject_id)
    END
    ORDER BY c.changed_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
)
DELETE FROM terminal_changes AS c USING old
WHERE (c.unit, c.kind, c.subject_id) = (old.unit, old.kind, old.subject_id)
"""
OVER: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
C = TERMINAL_CHANGES.c
PLACE = (C.changed_in, C.kind, C.subject_id)
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
    changed_at: datetime
    state: State | None


class Told(NamedTuple):
    """What a terminal is told."""

    afresh: bool
    """From the beginning: what it was told before counts no more."""
    changes: list[Change]


class Changes:
    """Written with what changed."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection, self._now = connection, now

    async def note(self, shown: Iterable[Shown]) -> None:
        rows = sorted({(unit, one.kind, one.subject_id) for one in shown for unit in one.units})
        if rows:
            columns = tuple([row[place] for row in rows] for place in range(3))
            await self._connection.exec_driver_sql(NOTE, (*columns, self._now))

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop what is over and did not change since; how many."""
        gone = await self._connection.exec_driver_sql(FORGET, (before, limit))
        return gone.rowcount


_SHAPES: dict[str, tuple[Shape[Any], Any, str]] = {
    "whistle": (Shape(Whistle, WHISTLES), WHISTLES, "whistle_id"),
    "incident": (Shape(Incident, INCIDENTS), INCIDENTS, "incident_id"),
    "task": (Shape(Task, TASKS), TASKS, "task_id"),
    "deliberation": (Shape(Deliberation, DELIBERATIONS), DELIBERATIONS, "deliberation_id"),
    "case": (Shape(CaseLead, CASE_LEADS), CASE_LEADS, "case_id"),
}


async def changes_of(connection: AsyncConnection, unit: UnitCode, *, after: Place | None, limit: int) -> Told:
    """What of a unit's changed after a place, in an order that no later commit goes before."""
    query = select(*PLACE, C.changed_at).where(C.unit == unit, C.changed_in < OVER)
    # A place ahead of every transaction is of a database that was restored since: then all is told anew.
    # Changes restored into a cluster that counts its transactions from the start are ahead as well, and
    # hidden until they change again or are set to 0: docs/running.md says how.
    if after is not None and after.changed_in >= (await connection.execute(select(OVER))).scalar_one():
        after = None
    if after is not None:
        query = query.where(tuple_(*after) < tuple_(*PLACE))
    query = query.order_by(*PLACE).limit(limit)
    places = {Place(*row[:3]): row.changed_at for row in await connection.execute(query)}
    found = await _states(connection, list(places))
    changes = [Change(place, at, found.get((place.kind, place.subject_id))) for place, at in places.items()]
    return Told(after is None, changes)


async def _states(connection: AsyncConnection, places: Sequence[Place]) -> dict[tuple[str, UUID], State]:
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for place in places:
        wanted[place.kind].append(place.subject_id)
    found: dict[tuple[str, UUID], State] = {}
    for kind, keys in wanted.items():
        shape, table, key = _SHAPES[kind]
        rows = (await connection.execute(select(table).where(table.c[key].in_(keys)))).mappings()
        for row in rows:
            found[kind, row[key]] = shape.from_row(row)
    return found
