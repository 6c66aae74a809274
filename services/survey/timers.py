"""Time knocks: links go out when a callback falls due."""

from datetime import timedelta

from services.survey import handlers
from shared.ticker import Timer

TIMERS = (Timer("send_links", timedelta(seconds=1), handlers.send_due_links),)
