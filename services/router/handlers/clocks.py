"""Time's own commands."""

from services.router.domain.model import Case
from services.router.domain.policy import clocks
from services.router.handlers.ids import order_ids
from services.router.ports import RouterWork
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.observability.logging import logger
from shared.observability.metrics import CLOCKS_PUT_OFF

_LOG = logger("jiesu.router.clocks")
RUNG_AT_ONCE = 200


async def ring_bells(work: RouterWork, *, limit: int = RUNG_AT_ONCE) -> int:
    """Ring what is due, one clock of each case; how many there were.

    One loop for all six clocks, the co-units' own among them: a case has one bell, set to the first.
    """
    due = await work.cases.due(work.now, limit=limit)
    await work.cases.preload(due)
    for case_id in due:
        case = await work.cases.get(case_id)
        await work.cases.keep(_rung(work, case))
    return len(due)


def _rung(work: RouterWork, case: Case) -> Decision[Case]:
    """What is refused is put off alone: all others' clocks ring in the same knock."""
    try:
        return clocks.ring(case, order_ids(), work.city, at=work.now)
    except Refusal as refusal:
        CLOCKS_PUT_OFF.labels(refusal.reason).inc()
        _LOG.error("clock put off", case_id=str(case.case_id), reason=refusal.reason)
        return clocks.put_off(case, at=work.now)
