"""The token issuers' public keys, from a file or an https URL; remembered while the issuer is away."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from shared.http.refusals import BadToken, KeysAway
from shared.observability.logging import logger
from shared.observability.metrics import JWKS_FETCHED

if TYPE_CHECKING:
    import httpx

LOG = logger("jiesu.http.jwks")
ALGORITHMS = ("EdDSA", "RS256", "ES256")
"""Never none, never HS256: a public key is no shared secret."""
PAUSE = 30.0
"""Seconds between readings, so that made-up key ids do not become a flood of requests."""


class Jwks:
    """A key set that is read when first needed, and again when a token names a key it does not have."""

    def __init__(
        self,
        source: str,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._transport = transport
        self._ticks = ticks
        self._keys: dict[str, PyJWK] = {}
        self._read_at: float | None = None
        self._readings = 0
        self._reading = asyncio.Lock()

    async def key(self, kid: str) -> PyJWK:
        """The key of that id. Raises `BadToken` when nobody has it, `KeysAway` when none were ever read."""
        if kid not in self._keys:
            known = self._readings
            async with self._reading:
                # Who waited for a reading has its outcome: one after the other, the last of many who ask a
                # silent issuer would wait for the patience of all.
                if kid not in self._keys and self._readings == known and self._may_read():
                    await self._read()
        if kid in self._keys:
            return self._keys[kid]
        if not self._keys:
            raise KeysAway
        raise BadToken("unknown key id")

    def _may_read(self) -> bool:
        return not self._keys or self._read_at is None or self._ticks() - self._read_at >= PAUSE

    async def _read(self) -> None:
        self._read_at = self._ticks()
        try:
            self._keys = usable(await self._fetched())
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            JWKS_FETCHED.labels("away").inc()
            LOG.warning("jwks_away", error=type(error).__name__, remembered=len(self._keys))
        else:
            JWKS_FETCHED.labels("read").inc()
        self._readings += 1

    async def _fetched(self) -> bytes:
        if not self._source.startswith("https://"):
            return await asyncio.to_thread(Path(self._source).read_bytes)
        return await self._downloaded()

    async def _downloaded(self) -> bytes:
        import httpx  # Nearly two megabytes that a key set in a file does without.

        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=3.0) as client:
                answer = await client.get(self._source)
                return answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise ConnectionError(f"the issuer's keys did not come: {type(error).__name__}") from error


def usable(document: bytes) -> dict[str, PyJWK]:
    """The public keys of a JWKS by id; those without an id or of another kind are passed over."""
    found: dict[str, PyJWK] = {}
    for entry in orjson.loads(document)["keys"]:
        kid = entry.get("kid")
        if not isinstance(kid, str) or entry.get("kty") not in ("OKP", "RSA", "EC"):
            continue
        try:
            key = PyJWK(entry)
        except PyJWTError:
            continue
        if key.algorithm_name in ALGORITHMS:
            found[kid] = key
    return found
