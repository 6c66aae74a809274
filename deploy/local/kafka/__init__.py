"""Apache Kafka without Docker: the real broker's jars from Maven Central, one node, KRaft."""

from deploy.local.kafka.broker import LocalKafka
from deploy.local.kafka.fetch import kafka_jars

__all__ = ["LocalKafka", "kafka_jars"]
