"""微项目 in memory: row ⇄ aggregate, one by its id, and the list."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.lifecycle import MicroProjectState
from services.grid.domain.micro_project import MicroProject
from services.grid.domain.micro_project_errors import UnknownMicroProject
from services.grid.store import tables
from services.grid.store.tables import MICRO_PROJECTS
from shared.kernel.errors import NotFound
from shared.kernel.ids import DeliberationId, MicroProjectId, UnitCode
from shared.store.among import among
from shared.store.repository import Repository


class MicroProjectRepository(Repository[MicroProjectId, MicroProject]):
    AGGREGATE = "micro_project"
    MODEL = MicroProject
    TABLE = tables.MICRO_PROJECTS
    KEY = "project_id"

    def unknown(self, key: MicroProjectId) -> NotFound:
        return UnknownMicroProject(key)


async def micro_project(connection: AsyncConnection, project_id: MicroProjectId) -> MicroProject:
    """One as it stands, its words sealed. Raises `UnknownMicroProject`."""
    query = select(MICRO_PROJECTS).where(MICRO_PROJECTS.c.project_id == project_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise UnknownMicroProject(project_id)
    return MicroProjectRepository.read(row)


async def micro_projects(
    connection: AsyncConnection,
    *,
    seen_by: Collection[UnitCode] | None,
    unit: Collection[UnitCode] | None,
    state: MicroProjectState | None,
    grown_from: DeliberationId | None,
    after: MicroProjectId | None,
    limit: int,
) -> list[MicroProject]:
    """What waits for somebody, and what the asker's units offered or took on; the newest first."""
    query = select(MICRO_PROJECTS).order_by(MICRO_PROJECTS.c.project_id.desc()).limit(limit)
    if seen_by is not None:
        waiting = MICRO_PROJECTS.c.state == MicroProjectState.OFFERED
        own = among(MICRO_PROJECTS.c.unit, seen_by)
        query = query.where(or_(waiting, own, among(MICRO_PROJECTS.c.claimed_by, seen_by)))
    if unit is not None:
        query = query.where(among(MICRO_PROJECTS.c.unit, unit))
    if state is not None:
        query = query.where(MICRO_PROJECTS.c.state == state)
    if grown_from is not None:
        query = query.where(MICRO_PROJECTS.c.deliberation_id == grown_from)
    if after is not None:
        query = query.where(MICRO_PROJECTS.c.project_id < after)
    rows = (await connection.execute(query)).mappings()
    return [MicroProjectRepository.read(row) for row in rows]
