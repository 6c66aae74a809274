"""Which bus this run has, and why: a person must never wonder whether it was Kafka."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.local.kafka import LocalKafka
from deploy.local.kafka.fetch import Say
from deploy.local.kafka.probe import answers
from deploy.local.refusals import KafkaUnavailable, LocalRefused, NotReady
from deploy.local.waiting import NEVER, wait_until

Kind = Literal["kafka", "embedded"]


class UnknownBus(LocalRefused):
    """The bus asked for is none of ours."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no bus called {name!r}; choose kafka or embedded")


@dataclass(frozen=True, slots=True)
class BusChoice:
    """The bus of a run; `outside` is the address of a Kafka we did not start."""

    kind: Kind
    reason: str
    outside: str | None = None

    @property
    def needs_local_kafka(self) -> bool:
        """Whether we must start a broker of our own."""
        return self.kind == "kafka" and self.outside is None


def choose_bus(
    forced: str | None,
    environment: Mapping[str, str],
    kafka: LocalKafka,
    *,
    say: Say,
    stop: threading.Event = NEVER,
) -> BusChoice:
    """A forced bus first, then a Kafka named from outside, then our own if it can be had, else embedded."""
    wish = forced or environment.get("BUS") or None
    outside = environment.get("KAFKA_BOOTSTRAP_SERVERS") or None
    if wish not in (None, "kafka", "embedded"):
        raise UnknownBus(str(wish))
    if wish == "embedded":
        return BusChoice("embedded", "asked for")
    if outside:
        if not wait_until(lambda: answers(outside), within=10.0, stop=stop, every=0.3):
            raise NotReady("kafka", f"nobody answers at KAFKA_BOOTSTRAP_SERVERS={outside}")
        return BusChoice("kafka", "KAFKA_BOOTSTRAP_SERVERS names it", outside)
    try:
        kafka.fetch(say=say, stop=stop)
    except KafkaUnavailable as refusal:
        if wish == "kafka":
            raise
        return BusChoice("embedded", str(refusal))
    return BusChoice("kafka", "asked for" if wish else "Java and Kafka's own jars are here")
