"""签名: what survey and the message gateway send each other is signed with one secret that both hold.

`Jiesu-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA-256 over "<t>.<body>">`.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.survey.domain.errors import ForgedWebhook, StaleWebhook

HEADER = "Jiesu-Signature"
TOLERANCE = timedelta(minutes=5)
"""How far the two clocks may be apart; an older signature is one that somebody kept."""
_WRITTEN = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signs, and tells what is signed."""

    secret: bytes = field(repr=False)

    def write(self, body: bytes, *, at: datetime) -> str:
        """The header's value for a body sent now."""
        seconds = int(at.timestamp())
        return f"t={seconds},v1={self._digest(seconds, body)}"

    def require(self, header: str | None, body: bytes, *, at: datetime) -> None:
        """Raises `ForgedWebhook`, `StaleWebhook`."""
        written = _WRITTEN.fullmatch(header or "")
        if written is None or not hmac.compare_digest(written[2], self._digest(int(written[1]), body)):
            raise ForgedWebhook
        if abs(at.timestamp() - int(written[1])) > TOLERANCE.total_seconds():
            raise StaleWebhook

    def _digest(self, seconds: int, body: bytes) -> str:
        return hmac.new(self.secret, b"%d." % seconds + body, hashlib.sha256).hexdigest()
