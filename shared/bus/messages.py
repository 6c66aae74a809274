"""A row of the event log as a message: the envelope in headers, the payload as it was logged."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.bus.port import Message
from shared.events.envelope import Cause, Envelope
from shared.kernel.ids import EventId


class Sayable(NamedTuple):
    """One logged fact, ready to go."""

    topic: str
    envelope: Envelope
    payload: bytes

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Sayable":
        """From a row of `event_log`, with the payload as text."""
        cause = Cause(row["causation_id"], row["correlation_id"], row["traceparent"])
        envelope = Envelope(
            id=EventId(row["id"]),
            type=row["type"],
            source=row["source"],
            subject=f"{row['aggregatetype']}/{row['aggregateid']}",
            time=row["time"],
            sequence=row["sequence"],
            key=row["key"],
            cause=cause,
        )
        return cls(row["topic"], envelope, row["payload"].encode())


def message_of(said: Sayable) -> Message:
    """The message; its key is what keeps it in order."""
    return Message(said.topic, said.envelope.key.encode(), said.payload, said.envelope.headers())
