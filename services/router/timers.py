"""Time knocks: dispatch and sign overdue, due soon, overdue, a return nobody decided, a shelf's review."""

from datetime import timedelta

from services.router import handlers
from shared.ticker import Timer

TIMERS = (Timer("bells", timedelta(seconds=1), handlers.ring_bells),)
