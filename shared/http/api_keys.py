"""API keys of client apps: `jk_<id>_<secret>`; only a hash of the secret is kept.

A key that was good is looked up again after 30 seconds: a revocation is noticed within that, everywhere.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shared.http.callers import ApiKey, ApiKeys, Caller, Role
from shared.http.refusals import BadKey, ExpiredKey, RevokedKey
from shared.http.remembered import Remembered
from shared.kernel.clock import Clock

PREFIX = "jk_"
TRUSTED_FOR = 30.0
"""Seconds a key that was good is not looked up again."""
_WRITTEN = re.compile(r"jk_([A-Za-z0-9]{6,32})_([A-Za-z0-9-]{20,128})", re.ASCII)
_CLIENT = frozenset({Role.CLIENT})
_NOBODY = hashlib.sha256(b"nobody").digest()


@dataclass(frozen=True, slots=True)
class ApiKeyDesk:
    """Recognises clients by their API key."""

    keys: ApiKeys
    clock: Clock
    ticks: Callable[[], float] = time.monotonic
    _good: Remembered[ApiKey] = field(default_factory=Remembered, repr=False, compare=False)

    async def recognise(self, text: str) -> Caller:
        """The client. Raises `BadKey`; `ExpiredKey` and `RevokedKey` for a key that was one."""
        found = self._good.find(text, at=self.ticks()) or await self._verified(text)
        if found.expires_at is not None and found.expires_at <= self.clock.now():
            raise ExpiredKey
        return Caller(found.subject, _CLIENT, None, found.scopes, "client", found.rate)

    async def _verified(self, text: str) -> ApiKey:
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise BadKey("malformed")
        found = await self.keys.find(written[1])
        # Compared also when there is no such key, so that the time taken tells nothing.
        matches = hmac.compare_digest(hash_secret(written[2]), found.secret_sha256 if found else _NOBODY)
        if found is None or not matches:
            raise BadKey("unknown")
        if found.revoked_at is not None:
            raise RevokedKey
        self._good.keep(text, found, until=self.ticks() + TRUSTED_FOR)
        return found


def hash_secret(secret: str) -> bytes:
    """The secret is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def make_api_key(
    subject: str, *, scopes: frozenset[str] = frozenset(), expires_at: datetime | None = None
) -> tuple[str, ApiKey]:
    """A new key: its text, shown once, and what to keep of it."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(24)
    return f"{PREFIX}{key_id}_{secret}", ApiKey(key_id, hash_secret(secret), subject, scopes, expires_at)
