"""CloudEvents 1.0 in binary mode: attributes in headers, the fact's JSON as the value.

`sequence` counts 1..n for one subject of one source; `causationid` is the event (or request) that led to
this one, `correlationid` the first in the chain.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Generic, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeVar

from shared.events.catalog import FACTS, UPCASTERS
from shared.events.fact import FIRST, LAST, Fact
from shared.kernel.ids import EventId

CONTENT_TYPE = b"application/json"
SPEC_VERSION = b"1.0"
SCHEMA_BASE = "urn:jiesu:fact:"

Headers = tuple[tuple[str, bytes], ...]
MOST = 2**63 - 1
"""The highest number that what is said about a subject can have."""

NUL = rb"\u0000"
"""How JSON writes it. No fact has free text, so nothing else is written like that."""
_read_id = TypeAdapter(UUID).validator.validate_python
"""Takes a quarter of the time that `UUID` itself takes."""


class Undecodable(Exception):
    """Bad for ever: no fact of ours, or of a version we do not know. `reason` is for the dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Cause(NamedTuple):
    """Why something is said: the event or request before it, and the first of the chain."""

    causation_id: str
    correlation_id: str
    traceparent: str | None = None


class Envelope(NamedTuple):
    """What travels with a fact. These are tuples, because they are made for every fact that goes or comes."""

    id: EventId
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    key: str
    cause: Cause

    def headers(self) -> Headers:
        """The Kafka headers of binary mode."""
        cause = self.cause
        trace = (("ce_traceparent", cause.traceparent.encode()),) if cause.traceparent else ()
        return (
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", str(self.id).encode()),
            ("ce_source", f"/jiesu/{self.source}".encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", self.time.isoformat().encode()),
            ("ce_dataschema", f"{SCHEMA_BASE}{self.type}".encode()),
            ("ce_sequence", str(self.sequence).encode()),
            ("ce_partitionkey", self.key.encode()),
            ("ce_causationid", cause.causation_id.encode()),
            ("ce_correlationid", cause.correlation_id.encode()),
            *trace,
            ("content-type", CONTENT_TYPE),
        )

    def causes(self) -> Cause:
        """The cause that whatever follows from this fact carries."""
        return Cause(str(self.id), self.cause.correlation_id, self.cause.traceparent)

    def answers(self) -> EventId | None:
        """The fact that led to this one; None where a person or a clock did."""
        try:
            return EventId(UUID(self.cause.causation_id))
        except ValueError:
            return None


SomeFact = TypeVar("SomeFact", bound=Fact, covariant=True, default=Fact)


class Heard(NamedTuple, Generic[SomeFact]):
    """A fact as it came from the bus, brought to the newest version."""

    envelope: Envelope
    fact: SomeFact


def type_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The fact's type by header alone, so that what nobody hears is skipped without parsing."""
    for name, value in headers:
        if name == "ce_type":
            return value.decode(errors="replace")
    return None


def read_envelope(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope. Raises `Undecodable` naming what is missing or wrong."""
    found = dict(headers)
    if b"\0" in b"".join(found.values()):
        raise Undecodable("a header has a NUL in it, which nobody can keep")
    try:
        trace = found.get("ce_traceparent")
        return Envelope(
            EventId(_read_id(found["ce_id"].decode())),
            found["ce_type"].decode(),
            found["ce_source"].decode().removeprefix("/jiesu/"),
            found["ce_subject"].decode(),
            _read_time(found["ce_time"].decode()),
            _read_sequence(found["ce_sequence"]),
            found["ce_partitionkey"].decode(),
            Cause(
                found["ce_causationid"].decode(),
                found["ce_correlationid"].decode(),
                trace.decode() if trace is not None else None,
            ),
        )
    except KeyError as missing:
        raise Undecodable(f"the header {missing.args[0]} is missing") from None
    except ValidationError:
        raise Undecodable("the header ce_id is malformed: it is no UUID") from None
    except ValueError as error:
        raise Undecodable(f"a header is malformed: {error}") from None


def _read_time(written: str) -> datetime:
    time = datetime.fromisoformat(written)
    if time.tzinfo is None:
        raise ValueError("ce_time does not say its offset from UTC")
    if not FIRST.year <= time.year < LAST.year:
        raise ValueError(f"ce_time is not between {FIRST.year} and {LAST.year}")
    return time


def _read_sequence(written: bytes) -> int:
    sequence = int(written)
    if not 1 <= sequence <= MOST:
        raise ValueError(f"ce_sequence is no number from 1 to {MOST}")
    return sequence


def decode(headers: Iterable[tuple[str, bytes]], value: bytes | None) -> Heard:
    """The fact with its envelope. Raises `Undecodable`."""
    envelope = read_envelope(headers)
    if value is None:
        raise Undecodable("the value is null")
    if NUL in value:
        raise Undecodable("the value has a NUL in it, which nobody can keep")
    declared = FACTS.get(envelope.type)
    if declared is None:
        raise Undecodable(f"no fact of type {envelope.type} is declared")
    try:
        fact = declared.model_validate_json(value, extra="ignore")
    except ValidationError as error:
        raise Undecodable(_first_error(error)) from None
    upcast = UPCASTERS.get(envelope.type)
    while upcast is not None:
        fact = upcast(fact)
        upcast = UPCASTERS.get(fact.type_name())
    return Heard(envelope, fact)


def _first_error(error: ValidationError) -> str:
    """Where and what, without the value: it might be what nobody should read."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return f"{where}: {first['msg']}"
