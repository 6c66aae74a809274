"""Time knocks: a month whose close was asked for is frozen."""

from datetime import timedelta

from services.scoring import handlers
from shared.ticker import Timer

TIMERS: tuple[Timer, ...] = (Timer("close_month", timedelta(seconds=2), handlers.close_month),)
