"""Every metric, named once, with a sentence. Importing opens nothing; `exposition` is scraped."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry(auto_describe=False)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROWS = (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 4000)


def _counter(name: str, sentence: str, *labels: str) -> Counter:
    return Counter(name, sentence, labels, registry=REGISTRY)


def _gauge(name: str, sentence: str, *labels: str) -> Gauge:
    return Gauge(name, sentence, labels, registry=REGISTRY)


def _histogram(name: str, sentence: str, *labels: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
    return Histogram(name, sentence, labels, registry=REGISTRY, buckets=buckets)


HTTP_REQUESTS = _counter(
    "jiesu_http_requests", "Requests answered, by route template.", "service", "method", "route", "status"
)
HTTP_SECONDS = _histogram(
    "jiesu_http_request_seconds", "Time from request to answer.", "service", "method", "route"
)
HTTP_REPLAYED = _counter(
    "jiesu_http_replayed_answers", "Answers given again for a known Idempotency-Key.", "route"
)
AUTH_REFUSED = _counter("jiesu_auth_refused", "Callers turned away, by reason.", "reason")
JWKS_FETCHED = _counter(
    "jiesu_jwks_fetches", "Readings of the token issuers' keys, by outcome (read, away).", "outcome"
)

OUTBOX_UNSENT = _gauge("jiesu_outbox_unsent", "Facts committed and not yet on the bus.", "service")
OUTBOX_AGE = _gauge("jiesu_outbox_age_seconds", "Age of the oldest fact not yet on the bus.", "service")
RELAY_SENT = _counter("jiesu_relay_sent", "Facts the bus has acknowledged, by topic.", "service", "topic")
RELAY_FAILED = _counter("jiesu_relay_failures", "Sendings that failed and are tried again.", "service")
RELAY_SHARDS = _gauge("jiesu_relay_shards", "Shards of the outbox this process owns.", "service")

FACTS_HEARD = _counter(
    "jiesu_facts_heard",
    "Facts taken from the bus, by type and fate (handled, duplicate, parked, behind).",
    "service",
    "type",
    "fate",
)
HEARD_BATCH = _histogram(
    "jiesu_heard_batch_facts", "Facts handled in one transaction.", "service", buckets=_ROWS
)
HEARD_DELAY = _histogram(
    "jiesu_heard_delay_seconds", "Time from a fact being said to its being handled.", "service"
)
CONSUMER_LAG = _gauge(
    "jiesu_consumer_lag", "Facts on the bus that are not handled yet.", "service", "topic", "partition"
)
CONSUMER_BUSY = _counter(
    "jiesu_consumer_retries", "Batches tried again because database or bus were busy.", "service"
)
CONSUMER_RENEWED = _counter(
    "jiesu_consumer_renewals",
    "Consumers thrown away and made new, by cause (busy, stuck).",
    "service",
    "cause",
)
FACTS_SKIPPED = _counter("jiesu_facts_skipped", "Facts passed over by header: not heard here.", "service")
PARKED = _gauge("jiesu_parked_facts", "Facts that wait for ops, or behind one that does.", "service")
DEAD_LETTER_COPIES = _counter(
    "jiesu_dead_letter_copies",
    "Copies of parked facts for the dead-letter topics, by outcome (sent, failed).",
    "service",
    "outcome",
)

TIMER_RUNS = _counter(
    "jiesu_timer_runs",
    "Times a timer rang, by outcome (rang, elsewhere, failed).",
    "service",
    "timer",
    "outcome",
)
TIMER_MOVED = _counter("jiesu_timer_moved", "Things a timer moved on.", "service", "timer")
TIMER_SECONDS = _histogram("jiesu_timer_seconds", "Time one ring of a timer took.", "service", "timer")
CLOCKS_PUT_OFF = _counter(
    "jiesu_clocks_put_off", "Clocks of cases whose ringing was refused, by reason; tried again.", "reason"
)
CALLBACKS_DUE = _gauge(
    "jiesu_callbacks_due", "Callbacks that are due and wait for a caller, in his hand or not.", "service"
)
CALLBACKS_DUE_AGE = _gauge(
    "jiesu_callbacks_due_age_seconds",
    "How long ago the oldest of them fell due, nights counted; 0 when none is due.",
    "service",
)
CALLBACKS_COMING = _gauge(
    "jiesu_callbacks_coming", "Callbacks that fall due within the next four hours of calling.", "service"
)
CALLBACKS_UNCALLED = _gauge(
    "jiesu_callbacks_uncalled",
    "Rounds that ended within 24 hours because their days were over, and nobody had called.",
    "service",
)
PHOTOS_LOST = _counter(
    "jiesu_photos_lost", "Photos of incidents that no case has: not to be found, or not taken.", "reason"
)


def exposition() -> bytes:
    """What Prometheus scrapes."""
    return generate_latest(REGISTRY)
