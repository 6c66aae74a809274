"""What only the bus shelf counts, beside the metrics of `metrics`."""

from prometheus_client import Counter, Gauge

from shared.observability.metrics import REGISTRY

RELAY_SHARDS = Gauge(
    "jiesu_relay_shards", "Shards of the outbox this process owns.", ["service"], registry=REGISTRY
)
CONSUMER_RENEWED = Counter(
    "jiesu_consumer_renewals",
    "Consumers thrown away and made new, by cause (busy, stuck).",
    ["service", "cause"],
    registry=REGISTRY,
)
FACTS_SKIPPED = Counter(
    "jiesu_facts_skipped", "Facts passed over by header: not heard here.", ["service"], registry=REGISTRY
)
DEAD_LETTER_COPIES = Counter(
    "jiesu_dead_letter_copies",
    "Copies of parked facts for the dead-letter topics, by outcome (sent, failed).",
    ["service", "outcome"],
    registry=REGISTRY,
)
