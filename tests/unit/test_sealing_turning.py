"""换钥: a ring is turned while others use it; a key goes only when nothing needs it any more."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.kernel.errors import Refusal
from shared.sealing import live
from shared.sealing.live import LiveRing
from shared.sealing.ring import SealBroken, key_of, load_ring, new_ring, save_ring
from shared.sealing.turning import (
    SETTLED_AFTER,
    KeyIsWriting,
    KeyJustTurned,
    KeyStillUsed,
    NoSuchKey,
    lay_out,
    retire,
    turn,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SETTLED = NOON + SETTLED_AFTER


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_ring(new_ring("k1"), tmp_path / "vault.json")
    return tmp_path / "vault.json"


def test_a_turned_ring_seals_with_the_new_key_and_opens_with_all(path: Path) -> None:
    old = load_ring(path).seal(b"name", context="c")
    fresh = turn([path], at=NOON)
    ring = load_ring(path)
    assert (ring.current, list(ring.keys), ring.turned_at) == (fresh, ["k1", fresh], NOON)
    assert ring.open(old, context="c") == b"name"
    assert key_of(ring.seal(b"name", context="c")) == fresh
    assert path.stat().st_mode & 0o077 == 0


def test_a_key_that_was_laid_out_opens_at_once_and_is_the_one_the_next_turn_takes(path: Path) -> None:
    laid = lay_out([path], at=NOON)
    assert (load_ring(path).current, lay_out([path], at=NOON)) == ("k1", laid)
    assert turn([path], at=SETTLED) == laid
    assert turn([path], at=SETTLED) != laid


def test_a_ring_with_several_holders_is_the_same_in_each(path: Path, tmp_path: Path) -> None:
    copies = [path, tmp_path / "intake.json", tmp_path / "router.json"]
    turn(copies, at=NOON)
    assert len({copy.read_bytes() for copy in copies}) == 1


@pytest.mark.parametrize(
    ("key", "used", "at", "named"),
    [
        ("k9", 0, SETTLED, NoSuchKey),
        ("current", 0, SETTLED, KeyIsWriting),
        ("k1", 0, SETTLED - timedelta(seconds=1), KeyJustTurned),
        ("k1", 3, SETTLED, KeyStillUsed),
    ],
)
def test_a_key_that_is_needed_stays(
    path: Path, key: str, used: int, at: datetime, named: type[Refusal]
) -> None:
    fresh = turn([path], at=NOON)
    before = path.read_bytes()
    with pytest.raises(named):
        retire([path], fresh if key == "current" else key, used=used, at=at)
    assert path.read_bytes() == before


def test_what_a_retired_key_sealed_opens_nowhere(path: Path) -> None:
    old = load_ring(path).seal(b"name", context="c")
    turn([path], at=NOON)
    retire([path], "k1", used=0, at=SETTLED)
    with pytest.raises(SealBroken, match="k1"):
        load_ring(path).open(old, context="c")


def test_a_running_service_opens_at_once_what_the_new_key_sealed(path: Path) -> None:
    running = LiveRing(path)
    turn([path], at=NOON)
    sealed = load_ring(path).seal(b"name", context="c")
    assert running.open(sealed, context="c") == b"name"


def test_a_running_service_seals_with_the_new_key_when_it_looks_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, now = LiveRing(path), [live.time.monotonic()]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    fresh = turn([path], at=NOON)
    now[0] += live.LOOKED_AT_EVERY
    assert key_of(running.seal(b"name", context="c")) == fresh


def test_a_new_ring_that_cannot_be_read_for_a_moment_is_read_after_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many files are open, or its disk is away: what others seal meanwhile must open afterwards."""
    running = LiveRing(path)
    turn([path], at=NOON)
    sealed = load_ring(path).seal(b"name", context="c")

    def no_more_files(*_: object) -> str:
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as crowded, pytest.raises(SealBroken):
        crowded.setattr(Path, "read_text", no_more_files)
        running.open(sealed, context="c")
    assert running.open(sealed, context="c") == b"name"


@pytest.mark.parametrize("spoilt", [b"", b"{}", None])
def test_a_file_spoilt_in_use_takes_nothing_away(path: Path, spoilt: bytes | None) -> None:
    running = LiveRing(path)
    sealed = running.seal(b"name", context="c")
    if spoilt is None:
        path.unlink()
    else:
        path.write_bytes(spoilt)
    with pytest.raises(SealBroken):
        running.open("k7.AAAA", context="c")
    assert running.open(sealed, context="c") == b"name"
