"""任务: words are sealed in their place, then it is decided and kept."""

from services.grid.domain.policy import tasks
from services.grid.domain.task import GiveTask, ReportTask, Task, WithdrawTask, place_of
from services.grid.handlers.photos import require_photos
from services.grid.ports import GridWork


async def give_task(work: GridWork, cmd: GiveTask) -> Task:
    lead = await work.case_leads.find(cmd.case_id) if cmd.case_id else None
    sealed = work.seals.seal_words(place_of(cmd.task_id, "words"), cmd.words)
    return await work.tasks.keep(tasks.give(cmd, lead, sealed, units=work.city.units, at=work.now))


async def report_task(work: GridWork, cmd: ReportTask) -> Task:
    task = await work.tasks.get(cmd.task_id)
    # Sight first: to a stranger a photo that is missing would tell that the task exists.
    tasks.require_sight(task, cmd.by.unit, work.city.units)
    sealed = work.seals.seal_words(place_of(cmd.task_id, "report"), cmd.words)
    await require_photos(work, task.unit, cmd.photos)
    reported = tasks.report(task, cmd, sealed, units=work.city.units, at=work.now)
    work.photos.use(task.unit, cmd.photos)
    return await work.tasks.keep(reported)


async def withdraw_task(work: GridWork, cmd: WithdrawTask) -> Task:
    task = await work.tasks.get(cmd.task_id)
    return await work.tasks.keep(tasks.withdraw(task, cmd, units=work.city.units, at=work.now))
