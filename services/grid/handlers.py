"""Grid's desk: load, decide, keep."""

from services.grid.domain import case_lead
from services.grid.domain import commands as do
from services.grid.domain.incident import Incident
from services.grid.domain.model import Whistle
from services.grid.domain.policy import blowing, calls, ending, incidents
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


async def report_incident(work: GridWork, cmd: do.ReportIncident) -> Incident:
    """The id is the terminal's: the same report again is the same incident."""
    told = incidents.examine(cmd, city=work.city, at=work.now)
    known = await work.incidents.reserved(cmd.incident_id)
    if known is not None:
        before = work.seals.open_telling(known)
        return await work.incidents.keep(incidents.repeat(known, before, cmd, told))
    sealed = work.seals.seal_telling(cmd.incident_id, told)
    return await work.incidents.keep(incidents.report(cmd, told, sealed, at=work.now))


async def handle_incident(work: GridWork, cmd: do.HandleIncident) -> Incident:
    incident = await work.incidents.get(cmd.incident_id)
    before = work.seals.open_evidence(incident)
    sealed = work.seals.seal_evidence(cmd.incident_id, cmd.evidence)
    handled = incidents.handle(incident, cmd, before, sealed, units=work.city.units, at=work.now)
    return await work.incidents.keep(handled)


async def escalate_incident(work: GridWork, cmd: do.EscalateIncident) -> Incident:
    incident = await work.incidents.get(cmd.incident_id)
    return await work.incidents.keep(incidents.escalate(incident, cmd, units=work.city.units, at=work.now))


async def note_case(work: GridWork, cmd: do.NoteCase) -> None:
    """An incident of another grid's database, after a restore, is none of ours."""
    incident = await work.incidents.find(cmd.incident_id)
    if incident is not None:
        await work.incidents.keep(incidents.note_case(incident, cmd))


async def take_case(work: GridWork, cmd: do.TakeCase) -> None:
    lead = await work.case_leads.find(cmd.case_id)
    await work.case_leads.keep(case_lead.take(lead, cmd))


async def assign_case(work: GridWork, cmd: do.AssignCase) -> None:
    lead = await work.case_leads.find(cmd.case_id)
    if lead is not None:
        await work.case_leads.keep(case_lead.assign(lead, cmd))


async def release_case(work: GridWork, cmd: do.ReleaseCase) -> None:
    """A case that ends before any unit had it was never one to blow on."""
    lead = await work.case_leads.find(cmd.case_id)
    if lead is not None:
        await work.case_leads.keep(case_lead.release(lead, cmd))
