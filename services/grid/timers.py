"""Time knocks: what ran over is told; unused photos are removed; what terminals heard is forgotten."""

from datetime import timedelta

from services.grid import handlers
from shared.ticker import Timer

TIMERS = (
    Timer("overdue", timedelta(seconds=1), handlers.ring_overdue),
    Timer("condemn_photos", timedelta(minutes=10), handlers.condemn_photos),
    Timer("remove_photos", timedelta(minutes=10), handlers.remove_photos),
    Timer("forget_receipts", timedelta(minutes=10), handlers.forget_receipts),
    Timer("forget_changes", timedelta(minutes=10), handlers.forget_changes),
)
