"""W3C trace context: read a traceparent and continue it. No SDK; a collector reads it from logs and facts."""

import re
import secrets
from dataclasses import dataclass
from typing import Self

_WRITTEN = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SAMPLED = 0x01


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace: which trace, which span of it, and whether it is kept."""

    trace_id: str
    span_id: str
    sampled: bool

    @classmethod
    def begin(cls) -> Self:
        """A new trace."""
        return cls(secrets.token_hex(16), secrets.token_hex(8), True)

    @classmethod
    def parse(cls, header: str | None) -> Self | None:
        """The trace a traceparent names, or None when there is none or it is malformed."""
        written = _WRITTEN.fullmatch(header or "")
        if written is None:
            return None
        version, trace_id, span_id, flags, rest = written.groups()
        if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    def child(self) -> "Trace":
        """The next span of the same trace."""
        return Trace(self.trace_id, secrets.token_hex(8), self.sampled)

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def continued(header: str | None) -> Trace:
    """The span for a knock: of the caller's trace, or of a new one."""
    found = Trace.parse(header)
    return found.child() if found else Trace.begin()
