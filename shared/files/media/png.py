"""PNG without its text, time and EXIF chunks; all checksums are verified, so half a picture is noticed."""

import struct
import zlib

from shared.files.errors import BrokenFile
from shared.files.media.parts import CHUNK, MOST_PARTS, Cleaned, Data, MediaKind, Span

MAGIC = b"\x89PNG\r\n\x1a\n"
KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND"),
        *(b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"cICP"),
        *(b"acTL", b"fcTL", b"fdAT"),
    }
)


def read(data: Data) -> Cleaned | None:
    """The cleaned picture, or None when it is no PNG. Raises `BrokenFile`."""
    if data[:8] != MAGIC:
        return None
    kept, at = [Span(0, 8)], 8
    for _ in range(MOST_PARTS):
        name, end = _chunk(data, at)
        if name in KEPT:
            kept.append(Span(at, end))
        if name == b"IEND":
            break
        at = end
    else:
        raise BrokenFile
    if data[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise BrokenFile
    width, height = struct.unpack_from(">II", data, 16)
    return Cleaned(MediaKind.IMAGE, "image/png", tuple(kept), width, height)


def _chunk(data: Data, at: int) -> tuple[bytes, int]:
    """The name of the chunk at this place, and where it ends."""
    if at + 12 > len(data):
        raise BrokenFile
    length, name = struct.unpack_from(">I4s", data, at)
    end = at + 12 + length
    if end > len(data):
        raise BrokenFile
    found = 0
    for start in range(at + 4, end - 4, CHUNK):
        found = zlib.crc32(data[start : min(start + CHUNK, end - 4)], found)
    if found != struct.unpack_from(">I", data, end - 4)[0]:
        raise BrokenFile
    return name, end
