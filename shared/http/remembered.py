"""What was verified a moment ago: the same secret need not be verified again with each request.

Keeps a digest and never the secret; bounded, the least recently used goes first.
"""

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 10_000


class Remembered(Generic[T]):
    """Values by secret, each good until an instant on the asker's own clock."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, tuple[T, float]] = OrderedDict()

    def find(self, secret: str, *, at: float) -> T | None:
        """The value, while it is good."""
        digest = _digest(secret)
        found = self._known.get(digest)
        if found is None:
            return None
        value, until = found
        if until <= at:
            del self._known[digest]
            return None
        self._known.move_to_end(digest)
        return value

    def keep(self, secret: str, value: T, *, until: float) -> None:
        """Remember a value that has just been verified."""
        self._known[_digest(secret)] = value, until
        if len(self._known) > self._most:
            self._known.popitem(last=False)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
