"""RIFF files, WebP pictures and WAV sound: chunks that carry the content are kept, others left out."""

import struct
from collections.abc import Iterator

from shared.files.errors import BrokenFile
from shared.files.media.parts import MOST_PARTS, Cleaned, Data, MediaKind, Piece, Span, size_of

WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
WAV_KEPT = frozenset({b"fmt ", b"fact", b"data"})
EXIF_OR_XMP = 0x0C
"""Flags of a WebP that announce chunks we leave out."""


def read_webp(data: Data) -> Cleaned | None:
    """The cleaned picture, or None when it is no WebP. Raises `BrokenFile`."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    found: dict[bytes, int] = {}
    pieces: list[Piece] = []
    frames: list[tuple[int, int]] = []
    for name, at, end in _chunks(data):
        found.setdefault(name, at)
        frames += _frames(data, name, at, end)
        if name == b"VP8X":
            if end != at + 18:
                raise BrokenFile
            pieces.append(data[at : at + 8] + bytes([data[at + 8] & ~EXIF_OR_XMP]) + data[at + 9 : end])
        elif name in WEBP_KEPT:
            pieces.append(Span(at, end))
    width, height = _webp_size(data, found, frames)
    return Cleaned(MediaKind.IMAGE, "image/webp", _file(b"WEBP", pieces), width, height)


def read_wav(data: Data) -> Cleaned | None:
    """The cleaned sound, or None when it is no WAV. Raises `BrokenFile`."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    kept = {name: Span(at, end) for name, at, end in _chunks(data) if name in WAV_KEPT}
    if not {b"fmt ", b"data"} <= kept.keys():
        raise BrokenFile
    return Cleaned(MediaKind.AUDIO, "audio/wav", _file(b"WAVE", list(kept.values())))


def _chunks(data: Data) -> Iterator[tuple[bytes, int, int]]:
    """Name, beginning and end of each chunk."""
    last = 8 + int(struct.unpack_from("<I", data, 4)[0])
    # Some writers leave the last padding byte out.
    if last > len(data) + 1:
        raise BrokenFile
    yield from _side_by_side(data, 12, min(last, len(data)))


def _side_by_side(data: Data, at: int, last: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(MOST_PARTS):
        if at + 8 > last:
            return
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > len(data):
            raise BrokenFile
        yield name, at, end
        at = end + length % 2
    raise BrokenFile


def _file(form: bytes, pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces in a new frame, each chunk padded to an even length."""
    padded: list[Piece] = []
    for piece in pieces:
        padded.append(piece)
        if isinstance(piece, Span) and (piece.end - piece.start) % 2:
            padded.append(b"\x00")
    return (b"RIFF" + struct.pack("<I", 4 + size_of(padded)) + form, *padded)


def _webp_size(data: Data, found: dict[bytes, int], frames: list[tuple[int, int]]) -> tuple[int, int]:
    """The canvas, or the one frame where there is none; no frame is larger than it, whatever is claimed."""
    if not frames:
        raise BrokenFile
    width, height = frames[0]
    if (at := found.get(b"VP8X")) is not None:
        low_w, high_w, low_h, high_h = struct.unpack_from("<HBHB", data, at + 12)
        width, height = 1 + low_w + (high_w << 16), 1 + low_h + (high_h << 16)
    if any(wide > width or high > height for wide, high in frames):
        raise BrokenFile
    return width, height


def _frames(data: Data, name: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """The sizes of the pictures in this chunk, as their own first bytes say, which is what is unpacked."""
    if name in (b"VP8 ", b"VP8L"):
        yield _frame_size(data, name, at, end)
    elif name == b"ANMF":
        for inner, start, stop in _side_by_side(data, at + 8 + 16, end):
            if inner in (b"VP8 ", b"VP8L"):
                yield _frame_size(data, inner, start, stop)


def _frame_size(data: Data, name: bytes, at: int, end: int) -> tuple[int, int]:
    head = data[at + 8 : min(end, at + 18)]
    if name == b"VP8L" and len(head) >= 5:
        signature, bits = struct.unpack_from("<BI", head)
        if signature == 0x2F:
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif name == b"VP8 " and len(head) == 10:
        start, width, height = struct.unpack_from("<3sHH", head, 3)
        if start == b"\x9d\x01\x2a":
            return width & 0x3FFF, height & 0x3FFF
    raise BrokenFile
