"""联席会商: the minutes sealed, the division said."""

from services.grid.domain.conference import Conference, HoldConference, place_of
from services.grid.domain.policy import conferences
from services.grid.ports import GridWork


async def hold_conference(work: GridWork, cmd: HoldConference) -> Conference:
    lead = await work.case_leads.find(cmd.case_id)
    sealed = work.seals.seal_words(place_of(cmd.conference_id), cmd.minutes)
    held = conferences.hold(cmd, lead, sealed, units=work.city.units, at=work.now)
    return await work.conferences.keep(held)
