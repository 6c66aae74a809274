"""联席会商: the minutes sealed, the division said, and what router made of it."""

from services.grid.domain.conference import Conference, Division, HoldConference, SettleDivision, place_of
from services.grid.domain.policy import conferences
from services.grid.ports import GridWork
from shared.kernel.decision import Decision


async def hold_conference(work: GridWork, cmd: HoldConference) -> Conference:
    lead = await work.case_leads.find(cmd.case_id)
    sealed = work.seals.seal_words(place_of(cmd.conference_id), cmd.minutes)
    held = conferences.hold(cmd, lead, sealed, units=work.city.units, at=work.now)
    kept = await work.conferences.keep(held)
    await work.divisions.keep(Decision(Division(work.said_last, kept.conference_id)))
    return kept


async def settle_division(work: GridWork, cmd: SettleDivision) -> None:
    """Most of what router refuses or decides was no conference's to ask."""
    division = await work.divisions.find(cmd.asked_by)
    if division is not None:
        await work.divisions.keep(conferences.settle(division, cmd))
