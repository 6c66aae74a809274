"""事件: report, handle, escalate, and the case it became."""

from services.grid.domain import commands as do
from services.grid.domain.incident import Incident
from services.grid.domain.policy import incidents
from services.grid.handlers.photos import require_photos
from services.grid.ports import GridWork


async def report_incident(work: GridWork, cmd: do.ReportIncident) -> Incident:
    """The id is the terminal's: the same report again is the same incident."""
    told = incidents.examine(cmd, city=work.city, at=work.now)
    known = await work.incidents.reserved(cmd.incident_id)
    if known is not None:
        before = work.seals.open_telling(known)
        return await work.incidents.keep(incidents.repeat(known, before, cmd, told))
    await require_photos(work, cmd.by, cmd.photos)
    work.photos.use(cmd.by, cmd.photos)
    sealed = work.seals.seal_telling(cmd.incident_id, told)
    return await work.incidents.keep(incidents.report(cmd, told, sealed, at=work.now))


async def handle_incident(work: GridWork, cmd: do.HandleIncident) -> Incident:
    incident = await work.incidents.get(cmd.incident_id)
    # Sight first: to a stranger a photo that is missing would tell that the incident exists.
    incidents.require_sight(incident, cmd.by, work.city.units)
    before = work.seals.open_evidence(incident)
    sealed = work.seals.seal_evidence(cmd.incident_id, cmd.evidence)
    await require_photos(work, cmd.by, cmd.photos)
    handled = incidents.handle(incident, cmd, before, sealed, units=work.city.units, at=work.now)
    work.photos.use(cmd.by, cmd.photos)
    return await work.incidents.keep(handled)


async def escalate_incident(work: GridWork, cmd: do.EscalateIncident) -> Incident:
    incident = await work.incidents.get(cmd.incident_id)
    # By the reporter's unit: whoever escalates it, a street too, those are its terminals' photos.
    photos = await work.photos.lying(incident.unit, incident.photos)
    decided = incidents.escalate(incident, cmd, photos, units=work.city.units, at=work.now)
    return await work.incidents.keep(decided)


async def note_case(work: GridWork, cmd: do.NoteCase) -> None:
    """An incident of another grid's database, after a restore, is none of ours."""
    incident = await work.incidents.find(cmd.incident_id)
    if incident is not None:
        await work.incidents.keep(incidents.note_case(incident, cmd))
