"""Time knocks: a month whose close was asked for is frozen; each finished day is looked at for hot spots."""

from datetime import timedelta

from services.scoring import handlers
from shared.ticker import Timer

TIMERS = (
    Timer("close_month", timedelta(seconds=2), handlers.close_month),
    Timer("seek_hotspots", timedelta(seconds=20), handlers.seek_hotspots),
)
