"""议事 in memory: row ⇄ aggregate, one by its id, and the list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.deliberation import Deliberation
from services.grid.domain.deliberation_errors import UnknownDeliberation
from services.grid.domain.lifecycle import DeliberationState
from services.grid.store import tables
from services.grid.store.changes import Shown
from services.grid.store.tables import DELIBERATIONS
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, DeliberationId, UnitCode
from shared.store.among import among
from shared.store.repository import Repository


class DeliberationRepository(Repository[DeliberationId, Deliberation]):
    AGGREGATE = "deliberation"
    MODEL = Deliberation
    TABLE = tables.DELIBERATIONS
    KEY = "deliberation_id"

    def shown(self) -> Iterable[Shown]:
        """Changed deliberations with work to do, to the terminals of their unit and of whoever does it."""
        for changed in self.changed():
            if changed.tasks:
                yield Shown("deliberation", changed.deliberation_id, changed.doers)

    def unknown(self, key: DeliberationId) -> NotFound:
        return UnknownDeliberation(key)


@dataclass(frozen=True, slots=True)
class DeliberationQuestion:
    """What the list is narrowed to."""

    seen_by: Collection[UnitCode] | None
    """The asker's own unit and those below it; None for a desk that sees every one."""
    with_task_of: UnitCode | None = None
    """Seen too where this unit answers for a task."""
    unit: Collection[UnitCode] | None = None
    state: DeliberationState | None = None
    case_id: CaseId | None = None


async def deliberation(connection: AsyncConnection, deliberation_id: DeliberationId) -> Deliberation:
    """One as it stands, its words sealed. Raises `UnknownDeliberation`."""
    query = select(DELIBERATIONS).where(DELIBERATIONS.c.deliberation_id == deliberation_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise UnknownDeliberation(deliberation_id)
    return DeliberationRepository.read(row)


async def deliberations(
    connection: AsyncConnection, question: DeliberationQuestion, *, after: DeliberationId | None, limit: int
) -> list[Deliberation]:
    """The newest first: ids are ordered by time, so they are the key of the paging too."""
    query = select(DELIBERATIONS).order_by(DELIBERATIONS.c.deliberation_id.desc()).limit(limit)
    if question.seen_by is not None:
        query = query.where(_seen(question.seen_by, question.with_task_of))
    if question.unit is not None:
        query = query.where(among(DELIBERATIONS.c.unit, question.unit))
    if question.state is not None:
        query = query.where(DELIBERATIONS.c.state == question.state)
    if question.case_id is not None:
        query = query.where(DELIBERATIONS.c.case_ids.contains([str(question.case_id)]))
    if after is not None:
        query = query.where(DELIBERATIONS.c.deliberation_id < after)
    return [DeliberationRepository.read(row) for row in (await connection.execute(query)).mappings()]


def _seen(by: Collection[UnitCode], with_task_of: UnitCode | None) -> ColumnElement[bool]:
    own = among(DELIBERATIONS.c.unit, by)
    if with_task_of is None:
        return own
    return or_(own, DELIBERATIONS.c.tasks.contains([{"owner": with_task_of}]))
