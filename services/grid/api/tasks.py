"""任务: give, list, look, report, withdraw. Terminals have them by sync."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.grid import handlers
from services.grid.api.desk import (
    Change,
    Equipped,
    MadeOnce,
    Onlooker,
    OpenWork,
    OwnUnit,
    Worker,
    below,
    overseen,
    sight_of,
    unit_of,
)
from services.grid.api.task_schemas import TaskIn, TaskOut, TaskReportIn
from services.grid.domain.lifecycle import TaskState
from services.grid.domain.policy.tasks import require_sight
from services.grid.domain.rounds import Doer
from services.grid.domain.task import Task, WithdrawTask
from services.grid.store import GridWork
from services.grid.store import tasks as queries
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import TaskId

ROUTES = APIRouter(prefix="/tasks")


async def _change(
    task_id: UUID, caller: Worker, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change[TaskId, Task]:
    key = TaskId(task_id)

    def load(work: GridWork) -> Awaitable[Task]:
        return work.tasks.get(key)

    return Change(key, unit_of(caller), seen, once, open_work, load, require_sight, TaskOut.of)


Changing = Annotated[Change[TaskId, Task], Depends(_change)]


@ROUTES.post("", status_code=201, response_model=TaskOut)
async def give_task(body: TaskIn, by: OwnUnit, making: MadeOnce) -> Response:
    """布置: a street or community has its grid workers, or those below it, do something."""
    command = body.to_command(by)
    return await making.make(
        lambda work: handlers.give_task(work, command),
        TaskOut.of,
        at=lambda made: f"/v1/tasks/{made.task_id}",
    )


@ROUTES.get("")
async def task_list(
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
    state: Annotated[TaskState | None, Query()] = None,
) -> Page[TaskOut]:
    """Tasks of the asker's unit and those below it, without words; newest first."""
    units = below(overseen(unit, sight_of(reader), city), city.units)
    after = None if asked.after is None else TaskId(UUID(str(asked.after[0])))
    rows = await queries.tasks(connection, units, state, after=after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.task_id,), item=lambda row: TaskOut.of(row, city.units))


@ROUTES.get("/{task_id}")
async def task(
    task_id: UUID,
    connection: Reading,
    reader: Onlooker,
    city: InCity,
    equipped: Equipped,
    response: Response,
) -> TaskOut:
    """One with its words, for its workers' unit, those above it, and the desks that oversee all."""
    found = await queries.task(connection, TaskId(task_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    return TaskOut.of(found, city.units, equipped.seals.open_words)


@ROUTES.post("/{task_id}/report", response_model=TaskOut)
async def report_task(body: TaskReportIn, caller: Worker, change: Changing) -> Response:
    """任务上报 of who is online: done, or why it cannot be."""

    async def move(work: GridWork) -> Task:
        by = Doer(caller.subject, change.by, recorded_at=work.now)
        return await handlers.report_task(work, body.to_command(change.key, by))

    return await change.make(move)


@ROUTES.post("/{task_id}/withdraw", response_model=TaskOut)
async def withdraw_task(by: OwnUnit, change: Changing) -> Response:
    """It need not be done any more: by who gave it, or the street."""
    return await change.make(lambda work: handlers.withdraw_task(work, WithdrawTask(change.key, by)))
