"""Time's own commands."""

from services.router.domain.policy import clocks
from services.router.handlers.ids import order_ids
from services.router.ports import RouterWork


async def ring_bells(work: RouterWork, *, limit: int) -> int:
    """Ring what is due, one clock of each case; how many there were."""
    due = await work.cases.due(work.now, limit=limit)
    await work.cases.preload(due)
    for case_id in due:
        case = await work.cases.get(case_id)
        await work.cases.keep(clocks.ring(case, order_ids(), work.city, at=work.now))
    return len(due)
