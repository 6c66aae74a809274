"""A cleaned file as a list of pieces of the one that came in: nothing is copied before it is stored."""

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

CHUNK = 262_144
MOST_PARTS = 100_000
"""Segments, chunks or boxes of one file: real ones have some thousands, a made-up one could have millions."""

Data = bytes | mmap.mmap


class MediaKind(StrEnum):
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


class Span(NamedTuple):
    """Bytes taken over as they came, from `start` up to `end`."""

    start: int
    end: int


class Blank(NamedTuple):
    """So many zeros where something was that is nobody's business."""

    size: int


Piece = Span | Blank | bytes


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file that is taken: what it is, and the pieces it is stored as."""

    kind: MediaKind
    media_type: str
    pieces: tuple[Piece, ...]
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a file that is stored."""

    kind: MediaKind
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    sha256: str


def size_of(pieces: Iterable[Piece]) -> int:
    """How many bytes will be stored."""
    return sum(_size(piece) for piece in pieces)


def chunks(data: Data, pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The stored file, bit by bit; small pieces go together."""
    held = bytearray()
    for piece in pieces:
        for bit in _bits(data, piece):
            held += bit
            if len(held) >= CHUNK:
                yield bytes(held)
                held.clear()
    if held:
        yield bytes(held)


def edited(size: int, edits: Iterable[tuple[int, Blank | bytes]]) -> tuple[Piece, ...]:
    """The whole file with some places written over; it keeps its length, so offsets in it stay true."""
    pieces: list[Piece] = []
    at = 0
    for start, piece in sorted(edits, key=lambda edit: edit[0]):
        if start < at:  # Inside what is written over already.
            continue
        pieces += (Span(at, start), piece)
        at = start + _size(piece)
    return (*pieces, Span(at, size))


def _size(piece: Piece) -> int:
    match piece:
        case Span(start, end):
            return end - start
        case Blank(size):
            return size
        case _:
            return len(piece)


def _bits(data: Data, piece: Piece) -> Iterator[bytes]:
    match piece:
        case Span(start, end):
            for at in range(start, end, CHUNK):
                yield data[at : min(at + CHUNK, end)]
        case Blank(size):
            for at in range(0, size, CHUNK):
                yield bytes(min(CHUNK, size - at))
        case _:
            yield piece
