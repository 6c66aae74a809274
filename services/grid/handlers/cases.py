"""主办: who leads a case, as router tells."""

from services.grid.domain import case_lead
from services.grid.domain import commands as do
from services.grid.ports import GridWork


async def take_case(work: GridWork, cmd: do.TakeCase) -> None:
    lead = await work.case_leads.find(cmd.case_id)
    await work.case_leads.keep(case_lead.take(lead, cmd))


async def assign_case(work: GridWork, cmd: do.AssignCase) -> None:
    lead = await work.case_leads.find(cmd.case_id)
    if lead is not None:
        await work.case_leads.keep(case_lead.assign(lead, cmd))


async def reschedule_case(work: GridWork, cmd: do.RescheduleCase) -> None:
    lead = await work.case_leads.find(cmd.case_id)
    if lead is not None:
        await work.case_leads.keep(case_lead.reschedule(lead, cmd))


async def release_case(work: GridWork, cmd: do.ReleaseCase) -> None:
    """A case that ends before any unit had it was never one to blow on."""
    lead = await work.case_leads.find(cmd.case_id)
    if lead is not None:
        await work.case_leads.keep(case_lead.release(lead, cmd))
