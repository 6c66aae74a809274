"""换钥: a new key on a ring, the key that seals changed, an old key taken off. Files are written here only.

A ring's newest key stands last. One that is not `current` yet was laid out before: every holder of the ring
can open with it already, and the next turn takes it instead of making another.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock

from shared.kernel.errors import Conflict, NotFound
from shared.sealing.ring import KeyRing, load_ring, save_ring, turned, with_key, without_key

SETTLED_AFTER = timedelta(minutes=10)
"""So long after a turn somebody may still seal with the key before: a file on its way, a knock under way."""


class NoSuchKey(NotFound):
    """The ring has no key of this name."""

    def __init__(self, key_id: str, known: Sequence[str]) -> None:
        super().__init__(f"the ring has no key {key_id}; it has {', '.join(known)}", key=key_id)


class KeyIsWriting(Conflict):
    """What is sealed now is sealed with it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"{key_id} is the key that seals; rotate first", key=key_id)


class KeyJustTurned(Conflict):
    """Not everybody need have noticed the turn."""

    def __init__(self, key_id: str, until: datetime) -> None:
        at = until.isoformat(timespec="seconds")
        super().__init__(f"{key_id} may still be sealed with; ask again after {at}", key=key_id)


class KeyStillUsed(Conflict):
    """Taken off, it would make these unreadable for ever."""

    def __init__(self, key_id: str, values: int) -> None:
        super().__init__(
            f"{values} values are sealed with {key_id}; seal them anew first", key=key_id, values=values
        )


def lay_out(files: Sequence[Path], *, at: datetime) -> str:
    """Put a fresh key on the ring, which seals nothing yet; its name. Files are copies, the first leads."""
    with _alone(files[0]):
        ring = load_ring(files[0])
        return _newest(ring) if _is_laid_out(ring) else _laid_out(ring, files, at)


def turn(files: Sequence[Path], *, at: datetime) -> str:
    """Seal with the key laid out before, or a fresh one; its name. All can open with it before any seals."""
    with _alone(files[0]):
        if not _is_laid_out(load_ring(files[0])):
            _laid_out(load_ring(files[0]), files, at)
        ring = load_ring(files[0])
        _save(turned(ring, _newest(ring), at=at), files)
        return _newest(ring)


def retire(files: Sequence[Path], key_id: str, *, used: int, at: datetime) -> None:
    """Take a key off. Raises `NoSuchKey`, `KeyIsWriting`, `KeyJustTurned`, `KeyStillUsed`."""
    with _alone(files[0]):
        ring = load_ring(files[0])
        require_retirable(ring, key_id, used=used, at=at)
        _save(without_key(ring, key_id), files)


def require_retirable(ring: KeyRing, key_id: str, *, used: int, at: datetime) -> None:
    """Raise the refusal, if the key has to stay; `used`: how many stored values are sealed with it."""
    if key_id not in ring.keys:
        raise NoSuchKey(key_id, list(ring.keys))
    if key_id == ring.current:
        raise KeyIsWriting(key_id)
    settled = ring.turned_at + SETTLED_AFTER if ring.turned_at else at
    if at < settled:
        raise KeyJustTurned(key_id, settled)
    if used:
        raise KeyStillUsed(key_id, used)


def _newest(ring: KeyRing) -> str:
    return next(reversed(ring.keys))


def _is_laid_out(ring: KeyRing) -> bool:
    return _newest(ring) != ring.current


def _laid_out(ring: KeyRing, files: Sequence[Path], at: datetime) -> str:
    # Named by its day: a name that a destroyed key had never comes back.
    key_id = f"k{at:%Y%m%d%H%M%S%f}"
    _save(with_key(ring, key_id), files)
    return key_id


def _save(ring: KeyRing, files: Sequence[Path]) -> None:
    for path in files:
        save_ring(ring, path)


def _alone(path: Path) -> FileLock:
    """Two who turn at once would each make a key that the other's file does not have."""
    return FileLock(path.with_suffix(".lock"), mode=0o600)
