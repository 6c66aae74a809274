"""权责清单: versions of the responsibility list, compared and published."""

from services.router.domain.policy import lists
from services.router.domain.records import DrawnList, PublishList
from services.router.ports import RouterWork
from shared.city.responsibility_lists import load_list


async def compare_list(work: RouterWork, cmd: PublishList) -> DrawnList:
    """What a list would change; nothing is."""
    version = load_list(cmd.document, work.city.units, work.city.categories).version
    return lists.draw_up(cmd.document, work.city, await work.lists.find(version), at=work.now)


async def publish_list(work: RouterWork, cmd: PublishList) -> DrawnList:
    """公布: the list is applied from its day on. What the folder has been giving is published before it."""
    await work.alone_with_city()
    await _publish_applied(work, cmd.by)
    drawn = await compare_list(work, cmd)
    if not drawn.is_known:
        known = await work.lists.find(drawn.found.version)
        await work.lists.keep(lists.publish(cmd, drawn, known, at=work.now))
    return drawn


async def _publish_applied(work: RouterWork, by: str) -> None:
    if await work.lists.any():
        return
    for document in work.city.lists.documents:
        cmd = PublishList(document=document, by=by)
        await work.lists.keep(lists.publish(cmd, lists.first(document, work.city), None, at=work.now))
