"""Reads for the coverage report: sums by worker, each place's last visit, what was looked at in a round."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.coverage import Period, Went
from services.grid.store.among import among
from services.grid.store.tables import INSPECTIONS, TRACKS, VISITS
from shared.kernel.ids import UnitCode

Units = Collection[UnitCode] | None
"""None: everybody's."""


async def went(connection: AsyncConnection, units: Units, period: Period) -> Sequence[Went]:
    """What each worker of these units did, by name."""
    visits, tracks = VISITS.c, TRACKS.c
    called = select(visits.worker, visits.unit, func.count(), func.sum(visits.minutes)).where(
        visits.happened_at >= period.begins, visits.happened_at < period.ends
    )
    walked = select(tracks.worker, tracks.unit, func.sum(tracks.metres)).where(
        tracks.happened_at >= period.begins, tracks.happened_at < period.ends
    )
    if units is not None:
        called, walked = called.where(among(visits.unit, units)), walked.where(among(tracks.unit, units))
    calls = await connection.execute(called.group_by(visits.worker, visits.unit))
    sums = {(worker, unit): (many, minutes) for worker, unit, many, minutes in calls}
    walks = await connection.execute(walked.group_by(tracks.worker, tracks.unit))
    metres = {(worker, unit): far for worker, unit, far in walks}
    return [
        Went(worker, UnitCode(unit), *sums.get((worker, unit), (0, 0)), metres.get((worker, unit), 0))
        for worker, unit in sorted({*sums, *metres})
    ]


async def last_visits(
    connection: AsyncConnection, places: Collection[UnitCode], before: datetime
) -> Mapping[UnitCode, datetime]:
    """When each place was called on last, before an instant; places never called on are not in it."""
    visits = VISITS.c
    query = select(visits.place, func.max(visits.happened_at)).where(
        among(visits.place, places), visits.happened_at < before
    )
    found = await connection.execute(query.group_by(visits.place))
    return {UnitCode(place): at for place, at in found}


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
