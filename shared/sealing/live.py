"""A ring that is turned while services run: its file is read again when it has changed.

What another service or a command sealed with a newer key opens at once: an unknown key is looked for in the
file first. That a newer key seals from now on is noticed within `LOOKED_AT_EVERY`.
"""

import logging
import time
from pathlib import Path

from shared.sealing.ring import KeyRing, key_of, load_ring

LOOKED_AT_EVERY = 1.0
"""Seconds; a look is one question to the file system, no reading."""
LOG = logging.getLogger("jiesu.sealing")


class LiveRing:
    """A `Ring` that follows its file."""

    def __init__(self, path: Path) -> None:
        """Raises `ValueError` with the path when there is no ring."""
        self._path = path
        self._seen = _state(path)
        self._ring = load_ring(path)
        self._looked = time.monotonic()

    @property
    def current(self) -> str:
        """The key that seals now."""
        return self._followed().current

    def seal(self, plain: bytes, *, context: str) -> str:
        return self._followed().seal(plain, context=context)

    def open(self, sealed: str, *, context: str) -> bytes:
        ring = self._followed()
        if key_of(sealed) not in ring.keys:
            ring = self._looked_up()
        return ring.open(sealed, context=context)

    def _followed(self) -> KeyRing:
        if time.monotonic() - self._looked >= LOOKED_AT_EVERY:
            return self._looked_up()
        return self._ring

    def _looked_up(self) -> KeyRing:
        self._looked = time.monotonic()
        seen = _state(self._path)
        if seen != self._seen:
            try:
                self._ring = load_ring(self._path)
            except ValueError as error:
                # What was read at the start still opens what it opened; the next start will refuse.
                LOG.error("a key ring was spoilt while in use: %s", error)
                if seen is not None and isinstance(error.__cause__, OSError):
                    # It is there, and cannot be read just now: the next look tries again.
                    return self._ring
            self._seen = seen
        return self._ring


def _state(path: Path) -> tuple[int, ...] | None:
    """What a replaced file differs in; None for one that cannot be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
