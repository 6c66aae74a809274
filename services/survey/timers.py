"""Time knocks: messages go out when a callback falls due, rounds end when their days are over, and what
citizens wrote is forgotten in time.
"""

from datetime import timedelta

from services.survey import handlers
from services.survey.handlers import sending
from shared.ticker import Timer

TIMERS = (
    Timer("send_links", timedelta(seconds=1), sending.send_due_links),
    Timer("hand_over_messages", timedelta(seconds=1), sending.hand_over_messages),
    Timer("end_expired", timedelta(minutes=1), handlers.end_expired),
    Timer("anonymise", timedelta(minutes=10), handlers.anonymise),
    Timer("forget_webhooks", timedelta(hours=1), sending.forget_webhooks),
)
