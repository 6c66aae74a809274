"""The production engine: Apache Kafka through aiokafka. Nobody else speaks aiokafka."""

from shared.bus.kafka.engine import KafkaBus

__all__ = ["KafkaBus"]
