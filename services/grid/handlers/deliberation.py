"""议事: words are sealed in their place, then it is decided and kept."""

from collections.abc import Iterable

from services.grid.domain import deliberation_commands as do
from services.grid.domain.deliberation import Deliberation, place_of
from services.grid.domain.policy import deliberation as table
from services.grid.domain.policy import deliberation_meeting as meetings
from services.grid.domain.policy import deliberation_work as carrying_out
from services.grid.ports import GridWork
from shared.kernel.ids import CaseId


async def raise_matter(work: GridWork, cmd: do.RaiseMatter) -> Deliberation:
    leads = await _leads(work, cmd.case_ids)
    sealed = work.seals.seal_words(place_of(cmd.deliberation_id, "matter"), cmd.matter)
    raised = table.raise_matter(cmd, sealed, leads, units=work.city.units, at=work.now)
    return await work.deliberations.keep(raised)


async def link_cases(work: GridWork, cmd: do.LinkCases) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    leads = await _leads(work, cmd.case_ids)
    return await work.deliberations.keep(table.link_cases(found, cmd, leads, units=work.city.units))


async def propose(work: GridWork, cmd: do.Propose) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "option", len(found.options) + 1, cmd.words)
    return await work.deliberations.keep(table.propose(found, cmd, sealed, units=work.city.units))


async def drop_option(work: GridWork, cmd: do.DropOption) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "objection", cmd.option, cmd.reason)
    return await work.deliberations.keep(table.drop_option(found, cmd, sealed, units=work.city.units))


async def pilot(work: GridWork, cmd: do.Pilot) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    return await work.deliberations.keep(table.pilot(found, cmd, units=work.city.units))


async def meet(work: GridWork, cmd: do.Meet) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "minutes", len(found.meetings) + 1, cmd.minutes)
    met = meetings.meet(found, cmd, sealed, units=work.city.units, at=work.now)
    return await work.deliberations.keep(met)


async def commit(work: GridWork, cmd: do.Commit) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "commitment", cmd.side, cmd.words)
    given = carrying_out.commit(found, cmd, sealed, units=work.city.units, at=work.now)
    return await work.deliberations.keep(given)


async def pledge(work: GridWork, cmd: do.GivePledge) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "pledge", len(found.pledges) + 1, cmd.words)
    given = carrying_out.pledge(found, cmd, sealed, units=work.city.units, at=work.now)
    return await work.deliberations.keep(given)


async def begin(work: GridWork, cmd: do.Begin) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = tuple(
        _sealed(work, found, "task", number, task.words) for number, task in enumerate(cmd.tasks, 1)
    )
    begun = carrying_out.begin(found, cmd, sealed, city=work.city, at=work.now)
    return await work.deliberations.keep(begun)


async def add_task(work: GridWork, cmd: do.AddTask) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "task", len(found.tasks) + 1, cmd.task.words)
    added = carrying_out.add_task(found, cmd, sealed, city=work.city, at=work.now)
    return await work.deliberations.keep(added)


async def report_task(work: GridWork, cmd: do.ReportTask) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "evidence", cmd.task, cmd.evidence)
    done = carrying_out.report_task(found, cmd, sealed, units=work.city.units, at=work.now)
    return await work.deliberations.keep(done)


async def evaluate(work: GridWork, cmd: do.Evaluate) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    judged = carrying_out.evaluate(found, cmd, units=work.city.units, at=work.now)
    return await work.deliberations.keep(judged)


async def abandon(work: GridWork, cmd: do.Abandon) -> Deliberation:
    found = await work.deliberations.get(cmd.deliberation_id)
    sealed = _sealed(work, found, "reason", 0, cmd.reason)
    ended = carrying_out.abandon(found, cmd, sealed, units=work.city.units, at=work.now)
    return await work.deliberations.keep(ended)


def _sealed(work: GridWork, found: Deliberation, part: str, number: int | str, words: str) -> str:
    return work.seals.seal_words(place_of(found.deliberation_id, part, number), words)


async def _leads(work: GridWork, case_ids: Iterable[CaseId]) -> table.Leads:
    # In one order for everybody: two tables that name the same cases cannot lock crosswise.
    return {case_id: await work.case_leads.find(case_id) for case_id in sorted(set(case_ids))}
