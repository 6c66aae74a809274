"""Reads for the coverage report: sums by worker, each place's last visit, what was looked at in a round."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Text, cast, func, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.coverage import Found, Period, Went
from services.grid.domain.lifecycle import IncidentState
from services.grid.store.tables import INCIDENTS, INSPECTIONS, VISITS
from shared.kernel.ids import UnitCode
from shared.store.among import among

Units = Collection[UnitCode] | None
"""None: everybody's."""


WENT = text("""
WITH called AS (
    SELECT worker, unit, count(*) AS visits, sum(minutes) AS minutes FROM visits
    WHERE happened_at >= :begins AND happened_at < :ends
        AND (CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[])))
    GROUP BY worker, unit
),
walked AS (
    SELECT worker, unit, sum(metres) AS metres FROM tracks
    WHERE happened_at >= :begins AND happened_at < :ends
        AND (CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[])))
    GROUP BY worker, unit
)
SELECT worker, unit, coalesce(visits, 0) AS visits, coalesce(minutes, 0) AS minutes,
    coalesce(metres, 0) AS metres, count(*) OVER () AS workers
FROM called FULL JOIN walked USING (worker, unit)
ORDER BY worker, unit
LIMIT :most
""")


async def went(
    connection: AsyncConnection, units: Units, period: Period, *, most: int
) -> tuple[Sequence[Went], int]:
    """What each worker of these units did, by name: the first of them, and how many there are."""
    named = None if units is None else list(units)
    asked = {"begins": period.begins, "ends": period.ends, "units": named, "most": most}
    rows = (await connection.execute(WENT, asked)).all()
    found = [Went(one.worker, UnitCode(one.unit), one.visits, one.minutes, one.metres) for one in rows]
    return found, rows[0].workers if rows else 0


async def found(connection: AsyncConnection, units: Units, period: Period) -> Found:
    """How many incidents these units' workers reported in the period, and how those stand now."""
    reported_at, state = INCIDENTS.c.reported_at, INCIDENTS.c.state
    handled = func.count().filter(state == IncidentState.HANDLED)
    escalated = func.count().filter(state == IncidentState.ESCALATED)
    query = select(func.count(), handled, escalated).select_from(INCIDENTS)
    query = query.where(reported_at >= period.begins, reported_at < period.ends)
    if units is not None:
        query = query.where(among(INCIDENTS.c.unit, units))
    return Found(*(await connection.execute(query)).one())


async def last_visits(
    connection: AsyncConnection, places: Collection[UnitCode], before: datetime
) -> Mapping[UnitCode, datetime]:
    """When each place was called on last, before an instant; places never called on are not in it."""
    # One look into the index for each place: a maximum by groups reads every visit there ever was.
    codes = func.unnest(cast(list(places), ARRAY(Text))).table_valued("code", name="places").render_derived()
    visits = VISITS.c
    newest = select(visits.happened_at).where(visits.place == codes.c.code, visits.happened_at < before)
    last = newest.order_by(visits.happened_at.desc()).limit(1).lateral("last")
    query = select(codes.c.code, last.c.happened_at).select_from(codes.join(last, true()))
    return {UnitCode(place): at for place, at in await connection.execute(query)}


async def inspected(
    connection: AsyncConnection, rounds: Collection[tuple[str, str]], places: Collection[UnitCode]
) -> Mapping[str, frozenset[UnitCode]]:
    """The places that were looked at in these rounds, by plan."""
    looked = INSPECTIONS.c
    query = select(looked.plan, looked.place).where(
        tuple_(looked.plan, looked.round).in_(list(rounds)), among(looked.place, places)
    )
    found: dict[str, set[UnitCode]] = {}
    for plan, place in await connection.execute(query.distinct()):
        found.setdefault(plan, set()).add(UnitCode(place))
    return {plan: frozenset(places) for plan, places in found.items()}
