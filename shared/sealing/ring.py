"""A key ring: the current key seals, every key still on the ring opens, a destroyed key ends what it sealed.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the context is authenticated, so a sealed
value copied to another row or case does not open there.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.settings import WrongSetting

NONCE = 12


class SealBroken(Exception):
    """The sealed value is not one of ours, was moved or changed, or its key has been destroyed."""


class NotAKeyRing(WrongSetting, ValueError):
    """There is no ring in the file that should hold one."""


class Ring(Protocol):
    """What seals and opens: a ring as it was read, or one that follows its file."""

    @property
    def current(self) -> str:
        """The key that seals."""

    def seal(self, plain: bytes, *, context: str) -> str:
        """`<key id>.<base64url of nonce and ciphertext>`."""

    def open(self, sealed: str, *, context: str) -> bytes:
        """The plain bytes. Raises `SealBroken`."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key ids with their 32-byte keys; `current` is the one that seals."""

    current: str
    keys: dict[str, bytes]
    turned_at: datetime | None = None
    """Since when `current` seals; None for the first key."""
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False, compare=False)
    """Made when first used: making one costs more than sealing with it."""

    def seal(self, plain: bytes, *, context: str) -> str:
        """`<key id>.<base64url of nonce and ciphertext>`."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher(self.current).encrypt(nonce, plain, context.encode())
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, context: str) -> bytes:
        """The plain bytes. Raises `SealBroken`."""
        key_id, _, body = sealed.partition(".")
        if key_id not in self.keys:
            raise SealBroken(f"the key {key_id!r} is not on the ring")
        try:
            raw = base64.urlsafe_b64decode(body)
            return self._cipher(key_id).decrypt(raw[:NONCE], raw[NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"what was sealed for {context!r} does not open") from error

    def _cipher(self, key_id: str) -> AESGCM:
        found = self._ciphers.get(key_id)
        if found is None:
            found = self._ciphers[key_id] = AESGCM(self.keys[key_id])
        return found


def new_ring(key_id: str) -> KeyRing:
    """A ring with one fresh key."""
    return KeyRing(key_id, {key_id: secrets.token_bytes(32)})


def with_key(ring: KeyRing, key_id: str) -> KeyRing:
    """The ring with one more fresh key, which opens and does not seal yet."""
    return replace(ring, keys={**ring.keys, key_id: secrets.token_bytes(32)})


def turned(ring: KeyRing, key_id: str, *, at: datetime) -> KeyRing:
    """The ring with this key as the one that seals; the others open as before."""
    return replace(ring, current=key_id, turned_at=at)


def without_key(ring: KeyRing, key_id: str) -> KeyRing:
    """The ring without a key: what it sealed opens nowhere any more."""
    return replace(ring, keys={name: key for name, key in ring.keys.items() if name != key_id})


def key_of(sealed: str) -> str:
    """The key a value was sealed with."""
    return sealed.partition(".")[0]


def load_ring(path: Path) -> KeyRing:
    """Read a ring's file. Raises `NotAKeyRing` with the path when it is not one."""
    try:
        found = json.loads(path.read_text())
        keys = {name: base64.b64decode(key, validate=True) for name, key in found["keys"].items()}
        since = found.get("turned_at")
        ring = KeyRing(found["current"], keys, datetime.fromisoformat(since) if since else None)
        AESGCM(ring.keys[ring.current])
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAKeyRing(f"{path}: not a key ring: {error}") from error
    return ring


def save_ring(ring: KeyRing, path: Path) -> None:
    """Write a ring for its owner alone, whole or not at all: services read it while it changes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {name: base64.b64encode(key).decode() for name, key in ring.keys.items()}
    told = {"current": ring.current, "keys": keys}
    if ring.turned_at is not None:
        told["turned_at"] = ring.turned_at.isoformat()
    draft = path.with_suffix(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(json.dumps(told, indent=1))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
