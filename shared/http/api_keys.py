"""API keys of client apps: `jk_<id>_<secret>`; only a hash of the secret is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from shared.http.callers import ApiKey, ApiKeys, Caller, Role
from shared.http.refusals import BadKey
from shared.kernel.clock import Clock

PREFIX = "jk_"
_WRITTEN = re.compile(r"jk_([A-Za-z0-9]{6,32})_([A-Za-z0-9-]{20,128})", re.ASCII)
_NOBODY = hashlib.sha256(b"nobody").digest()


@dataclass(frozen=True, slots=True)
class ApiKeyDesk:
    """Recognises clients by their API key."""

    keys: ApiKeys
    clock: Clock

    async def recognise(self, text: str) -> Caller:
        """The client. Raises `BadKey`."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise BadKey("malformed")
        found = await self.keys.find(written[1])
        # Compared also when there is no such key, so that the time taken tells nothing.
        matches = hmac.compare_digest(hash_secret(written[2]), found.secret_sha256 if found else _NOBODY)
        if found is None or not matches:
            raise BadKey("unknown")
        if found.expires_at is not None and found.expires_at <= self.clock.now():
            raise BadKey("expired")
        return Caller(found.subject, frozenset({Role.CLIENT}), None, found.scopes, "client")


def hash_secret(secret: str) -> bytes:
    """The secret is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def make_api_key(
    subject: str, *, scopes: frozenset[str] = frozenset(), expires_at: datetime | None = None
) -> tuple[str, ApiKey]:
    """A new key: its text, shown once, and what to keep of it."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(24)
    return f"{PREFIX}{key_id}_{secret}", ApiKey(key_id, hash_secret(secret), subject, scopes, expires_at)
