"""巡查: visits, inspections, tracks; each recorded once."""

import asyncio

from services.grid.domain.policy import rounds
from services.grid.domain.round_errors import AlreadyRecorded
from services.grid.domain.rounds import Inspection, RecordInspection, RecordTrack, RecordVisit, Visit
from services.grid.ports import GridWork


async def record_visit(work: GridWork, cmd: RecordVisit) -> Visit:
    decision = rounds.visit(cmd, city=work.city, at=work.now)
    if await work.visits.find(cmd.visit_id) is not None:
        raise AlreadyRecorded(cmd.visit_id)
    return await work.visits.keep(decision)


async def record_inspection(work: GridWork, cmd: RecordInspection) -> Inspection:
    decision = rounds.inspect(cmd, city=work.city, at=work.now)
    if await work.inspections.find(cmd.inspection_id) is not None:
        raise AlreadyRecorded(cmd.inspection_id)
    return await work.inspections.keep(decision)


async def record_track(work: GridWork, cmd: RecordTrack) -> None:
    # Thousands of points are looked through: others are answered meanwhile.
    kept, said = await asyncio.to_thread(rounds.track, cmd, city=work.city, at=work.now)
    work.tracks.keep(kept, said)
