"""吹哨报到: blow, the calls, the end, what ran over."""

from services.grid.domain import commands as do
from services.grid.domain.model import Whistle
from services.grid.domain.policy import blowing, calls, ending
from services.grid.domain.policy.overdue import expire
from services.grid.ports import GridWork

RUNG_AT_ONCE = 200


async def blow_whistle(work: GridWork, cmd: do.Blow) -> Whistle:
    lead = await work.case_leads.find(cmd.case_id) if cmd.case_id else None
    return await work.whistles.keep(blowing.blow(cmd, lead, city=work.city, at=work.now))


async def sign(work: GridWork, cmd: do.Sign) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(calls.sign(whistle, cmd, units=work.city.units, at=work.now))


async def contact(work: GridWork, cmd: do.Contact) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(calls.contact(whistle, cmd, units=work.city.units, at=work.now))


async def report_in(work: GridWork, cmd: do.ReportIn) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(calls.report_in(whistle, cmd, units=work.city.units, at=work.now))


async def act(work: GridWork, cmd: do.Act) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(calls.act(whistle, cmd, units=work.city.units, at=work.now))


async def score(work: GridWork, cmd: do.Score) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(calls.score(whistle, cmd, units=work.city.units, at=work.now))


async def close(work: GridWork, cmd: do.Close) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(ending.close(whistle, cmd, units=work.city.units, at=work.now))


async def cancel(work: GridWork, cmd: do.Cancel) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(ending.cancel(whistle, cmd, units=work.city.units, at=work.now))


async def ring_overdue(work: GridWork) -> int:
    """Tell what ran over; answers for how many whistles."""
    due = await work.whistles.due(work.now, RUNG_AT_ONCE)
    decisions = [expire(whistle, at=work.now) for whistle in due]
    told = [decision for decision in decisions if decision.facts]
    for decision in told:
        await work.whistles.keep(decision)
    return len(told)
