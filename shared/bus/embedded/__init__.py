"""The engine for a laptop or a town without Kafka: records, groups and offsets in Postgres tables."""

from shared.bus.embedded.engine import EmbeddedBus
from shared.bus.embedded.redelivery import Redelivery
from shared.bus.embedded.schema import prepare

__all__ = ["EmbeddedBus", "Redelivery", "prepare"]
