"""任务 in memory: row ⇄ aggregate, one by its id, and the list."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.lifecycle import TaskState
from services.grid.domain.task import Task
from services.grid.domain.task_errors import UnknownTask
from services.grid.store import tables
from services.grid.store.changes import Shown
from services.grid.store.tables import TASKS
from shared.kernel.errors import NotFound
from shared.kernel.ids import TaskId, UnitCode
from shared.store.among import among
from shared.store.repository import Repository


class TaskRepository(Repository[TaskId, Task]):
    AGGREGATE = "task"
    MODEL = Task
    TABLE = tables.TASKS
    KEY = "task_id"

    def shown(self) -> Iterable[Shown]:
        """Changed tasks, to the terminals of whose workers they are."""
        for task in self.changed():
            yield Shown("task", task.task_id, (task.unit,))

    def unknown(self, key: TaskId) -> NotFound:
        return UnknownTask(key)


async def task(connection: AsyncConnection, task_id: TaskId) -> Task:
    """One as it stands, its words sealed. Raises `UnknownTask`."""
    row = (await connection.execute(select(TASKS).where(TASKS.c.task_id == task_id))).mappings().first()
    if row is None:
        raise UnknownTask(task_id)
    return TaskRepository.read(row)


async def tasks(
    connection: AsyncConnection,
    units: Collection[UnitCode] | None,
    state: TaskState | None,
    *,
    after: TaskId | None,
    limit: int,
) -> list[Task]:
    """Tasks of these units' workers, the newest first; None: everybody's."""
    query = select(TASKS).order_by(TASKS.c.task_id.desc()).limit(limit)
    if units is not None:
        query = query.where(among(TASKS.c.unit, units))
    if state is not None:
        query = query.where(TASKS.c.state == state)
    if after is not None:
        query = query.where(TASKS.c.task_id < after)
    rows = (await connection.execute(query)).mappings()
    return [TaskRepository.read(row) for row in rows]
