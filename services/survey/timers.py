"""Time knocks: messages go out when a callback falls due, rounds end when their days are over, and what
citizens wrote is forgotten in time.
"""

from datetime import timedelta

from services.survey import handlers
from services.survey.domain.policy.hours import hours_ahead
from services.survey.store import SurveyWork, demand
from shared.observability import metrics
from shared.ticker import Timer

SOON = 4
"""Hours of calling for which callers can still be found (ours)."""


async def measure(work: SurveyWork) -> int:
    """Show how many callers are needed; nothing is moved."""
    at, service = work.now, work.SOURCE
    now = await demand.waiting(work.connection, at)
    oldest = (at - now.oldest_due_at).total_seconds() if now.oldest_due_at else 0.0
    soon = await demand.coming(work.connection, at, [hours_ahead(work.city, SOON, at=at)[-1].ends])
    uncalled = await demand.many_uncalled(work.connection, at - timedelta(days=1))
    metrics.CALLBACKS_DUE.labels(service).set(now.due)
    metrics.CALLBACKS_DUE_AGE.labels(service).set(oldest)
    metrics.CALLBACKS_COMING.labels(service).set(sum(soon))
    metrics.CALLBACKS_UNCALLED.labels(service).set(uncalled)
    return 0


TIMERS = (
    Timer("send_links", timedelta(seconds=1), handlers.send_due_links),
    Timer("hand_over_messages", timedelta(seconds=1), handlers.hand_over_messages),
    Timer("end_expired", timedelta(minutes=1), handlers.end_expired),
    Timer("measure", timedelta(minutes=1), measure),
    Timer("anonymise", timedelta(minutes=10), handlers.anonymise),
    Timer("forget_webhooks", timedelta(hours=1), handlers.forget_webhooks),
)
