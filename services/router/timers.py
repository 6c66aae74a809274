"""Time knocks: dispatch and sign overdue, due soon, overdue, a return nobody decided, a shelf's review."""

from datetime import timedelta

from services.router import handlers
from services.router.ports import RouterWork
from shared.ticker import Timer

AT_ONCE = 200


async def ring_bells(work: RouterWork) -> int:
    """One loop for all six clocks, the co-units' own among them: a case has one bell, set to the first."""
    return await handlers.ring_bells(work, limit=AT_ONCE)


TIMERS = (Timer("bells", timedelta(seconds=1), ring_bells),)
