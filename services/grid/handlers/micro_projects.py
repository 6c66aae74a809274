"""微项目: words are sealed in their place, then it is decided and kept."""

from services.grid.domain.micro_project import (
    Claim,
    MicroProject,
    Offer,
    Release,
    Report,
    Withdraw,
    place_of,
)
from services.grid.domain.policy import micro_projects
from services.grid.ports import GridWork


async def offer(work: GridWork, cmd: Offer) -> MicroProject:
    grown_from = await work.deliberations.find(cmd.deliberation_id) if cmd.deliberation_id else None
    sealed = work.seals.seal_words(place_of(cmd.project_id, "words"), cmd.words)
    offered = micro_projects.offer(cmd, grown_from, sealed, units=work.city.units, at=work.now)
    return await work.micro_projects.keep(offered)


async def claim(work: GridWork, cmd: Claim) -> MicroProject:
    project = await work.micro_projects.get(cmd.project_id)
    sealed = work.seals.seal_words(place_of(cmd.project_id, "claim"), cmd.words)
    claimed = micro_projects.claim(project, cmd, sealed, units=work.city.units, at=work.now)
    return await work.micro_projects.keep(claimed)


async def release(work: GridWork, cmd: Release) -> MicroProject:
    project = await work.micro_projects.get(cmd.project_id)
    return await work.micro_projects.keep(micro_projects.release(project, cmd, units=work.city.units))


async def report(work: GridWork, cmd: Report) -> MicroProject:
    project = await work.micro_projects.get(cmd.project_id)
    sealed = work.seals.seal_words(place_of(cmd.project_id, "report"), cmd.words)
    done = micro_projects.report(project, cmd, sealed, units=work.city.units, at=work.now)
    return await work.micro_projects.keep(done)


async def withdraw(work: GridWork, cmd: Withdraw) -> MicroProject:
    project = await work.micro_projects.get(cmd.project_id)
    ended = micro_projects.withdraw(project, cmd, units=work.city.units, at=work.now)
    return await work.micro_projects.keep(ended)
