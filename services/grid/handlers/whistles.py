"""吹哨报到: blow, approve, the calls, the end, what ran over."""

from collections.abc import Callable
from typing import Any

from services.grid.domain import commands as do
from services.grid.domain.case_lead import CaseLead
from services.grid.domain.model import Whistle
from services.grid.domain.policy import blowing, calls, ending
from services.grid.domain.policy.overdue import expire
from services.grid.ports import GridWork
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId

RUNG_AT_ONCE = 200


async def blow_whistle(work: GridWork, cmd: do.Blow) -> Whistle:
    lead = await _lead(work, cmd.case_id)
    return await work.whistles.keep(blowing.blow(cmd, lead, city=work.city, at=work.now))


async def approve(work: GridWork, cmd: do.Approve) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    lead = await _lead(work, whistle.case_id)
    return await work.whistles.keep(blowing.approve(whistle, cmd, lead, city=work.city, at=work.now))


async def refuse(work: GridWork, cmd: do.Refuse) -> Whistle:
    return await _move(work, cmd, blowing.refuse)


async def sign(work: GridWork, cmd: do.Sign) -> Whistle:
    return await _move(work, cmd, calls.sign)


async def contact(work: GridWork, cmd: do.Contact) -> Whistle:
    return await _move(work, cmd, calls.contact)


async def report_in(work: GridWork, cmd: do.ReportIn) -> Whistle:
    return await _move(work, cmd, calls.report_in)


async def act(work: GridWork, cmd: do.Act) -> Whistle:
    return await _move(work, cmd, calls.act)


async def score(work: GridWork, cmd: do.Score) -> Whistle:
    return await _move(work, cmd, calls.score)


async def close(work: GridWork, cmd: do.Close) -> Whistle:
    return await _move(work, cmd, ending.close)


async def cancel(work: GridWork, cmd: do.Cancel) -> Whistle:
    return await _move(work, cmd, ending.cancel)


async def ring_overdue(work: GridWork) -> int:
    """Tell what ran over; answers for how many whistles."""
    due = await work.whistles.due(work.now, RUNG_AT_ONCE)
    decisions = [expire(whistle, at=work.now) for whistle in due]
    told = [decision for decision in decisions if decision.facts]
    for decision in told:
        await work.whistles.keep(decision)
    return len(told)


async def _lead(work: GridWork, case_id: CaseId | None) -> CaseLead | None:
    return await work.case_leads.find(case_id) if case_id else None


async def _move(work: GridWork, cmd: Any, decide: Callable[..., Decision[Whistle]]) -> Whistle:
    whistle = await work.whistles.get(cmd.whistle_id)
    return await work.whistles.keep(decide(whistle, cmd, units=work.city.units, at=work.now))
