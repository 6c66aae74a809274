"""What is sealed opens only with its key, in its place, unchanged."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing.ring import KeyRing, SealBroken, load_ring, new_ring, save_ring


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    ring = new_ring("2026-11")
    assert ring.open(ring.seal(plain, context="case:1"), context="case:1") == plain


def test_sealed_words_do_not_show_the_words() -> None:
    assert b"\xe9\xa6\x99" not in new_ring("a").seal("香屯村".encode(), context="c").encode()


def test_a_sealed_value_moved_to_another_case_does_not_open() -> None:
    ring = new_ring("a")
    with pytest.raises(SealBroken):
        ring.open(ring.seal(b"words", context="case:1"), context="case:2")


def test_a_changed_value_does_not_open() -> None:
    ring = new_ring("a")
    sealed = ring.seal(b"words", context="c")
    with pytest.raises(SealBroken):
        ring.open(sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"), context="c")


def test_an_old_key_still_opens_and_a_destroyed_one_no_longer() -> None:
    old = new_ring("2025")
    sealed = old.seal(b"words", context="c")
    fresh = new_ring("2026")
    rotated = KeyRing("2026", {**old.keys, **fresh.keys})
    assert rotated.open(sealed, context="c") == b"words"
    assert rotated.seal(b"x", context="c").startswith("2026.")
    with pytest.raises(SealBroken, match="2025"):
        fresh.open(sealed, context="c")


def test_a_ring_survives_its_file_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    ring = new_ring("a")
    path = tmp_path / "keys" / "words.json"
    save_ring(ring, path)
    assert load_ring(path) == ring
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "[]", '{"current": "a", "keys": {}}', '{"current": "a", "keys": {"a": "AA=="}}']
)
def test_a_broken_ring_file_is_refused_by_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ring.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="ring.json"):
        load_ring(path)
