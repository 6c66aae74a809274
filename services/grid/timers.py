"""Time knocks: steps that ran over their limit are told; answers to terminals are forgotten."""

from datetime import timedelta

from services.grid import handlers
from shared.ticker import Timer

TIMERS = (
    Timer("overdue", timedelta(seconds=1), handlers.ring_overdue),
    Timer("forget_receipts", timedelta(minutes=10), handlers.forget_receipts),
)
