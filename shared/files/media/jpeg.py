"""JPEG without its metadata: segments are kept or left out, pixels stay as they are, nothing is packed anew.

Of the EXIF data the orientation alone is written again: without it a photo lies on its side.
"""

import re
import struct

from shared.files.errors import BrokenFile
from shared.files.media.parts import MOST_PARTS, Cleaned, Data, MediaKind, Piece, Span

MAGIC = b"\xff\xd8\xff"
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
KEPT_APPS = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
"""Application segments a picture needs to be shown in its colours; all others, and comments, are left out."""
EXIF = b"Exif\x00\x00"
ORIENTATION = 0x0112
_NO_FILL = re.compile(rb"[^\xff]")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def read(data: Data) -> Cleaned | None:
    """The cleaned picture, or None when it is no JPEG. Raises `BrokenFile`."""
    if data[:3] != MAGIC:
        return None
    orientation, size, kept = 1, None, [Span(0, 2)]
    at = 2
    for _ in range(MOST_PARTS):
        at, marker, end = _segment(data, at)
        if marker == EOI:
            break
        if marker in FRAMES:
            if size is not None:
                raise BrokenFile
            size = _size(data, at, end)
        elif marker == 0xE1 and data[at + 4 : at + 10] == EXIF:
            orientation = _orientation(data[at + 10 : end])
        if _is_kept(data, at, marker):
            kept.append(Span(at, end))
        at = end
    else:
        raise BrokenFile
    return _cleaned(kept, size, orientation)


def _segment(data: Data, at: int) -> tuple[int, int, int]:
    """Where the segment at this place begins, its marker, and where it ends."""
    if data[at : at + 1] != b"\xff":
        raise BrokenFile
    at = _last_fill(data, at)
    if at + 2 > len(data):
        raise BrokenFile
    marker = data[at + 1]
    if marker == EOI:
        return at, EOI, at + 2
    if marker < 0xC0 or marker == SOI or 0xD0 <= marker <= 0xD7 or at + 4 > len(data):
        raise BrokenFile
    end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    if end > len(data) or end < at + 4:
        raise BrokenFile
    if marker != SOS:
        return at, marker, end
    # A scan has no length: it goes on to the next marker that is neither an escaped FF nor a restart.
    found = _NEXT_MARKER.search(data, end)
    if found is None:
        raise BrokenFile
    return at, SOS, found.start()


def _last_fill(data: Data, at: int) -> int:
    """The last of the FF bytes that begin here: before a marker there may be any number of them."""
    # Found by the engine at once: a file of nothing else would take seconds byte by byte.
    found = _NO_FILL.search(data, at)
    return (found.start() if found else len(data)) - 1


def _is_kept(data: Data, at: int, marker: int) -> bool:
    if marker in KEPT_APPS:
        name = KEPT_APPS[marker]
        return data[at + 4 : at + 4 + len(name)] == name
    return marker in FRAMES or marker in TABLES or marker == SOS


def _size(data: Data, at: int, end: int) -> tuple[int, int]:
    if end < at + 9:
        raise BrokenFile
    height, width = struct.unpack_from(">HH", data, at + 5)
    return width, height


def _orientation(tiff: bytes) -> int:
    """The orientation in the first directory; 1, upright, when none can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if (tag, kind) == (ORIENTATION, 3):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _cleaned(kept: list[Span], size: tuple[int, int] | None, orientation: int) -> Cleaned:
    if size is None:
        raise BrokenFile
    pieces: list[Piece] = [*kept, b"\xff\xd9"]
    if orientation != 1:
        pieces.insert(1, _only_orientation(orientation))
    width, height = size if orientation < 5 else size[::-1]
    return Cleaned(MediaKind.IMAGE, "image/jpeg", tuple(pieces), width, height)


def _only_orientation(orientation: int) -> bytes:
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    return struct.pack(">BBH", 0xFF, 0xE1, 2 + len(EXIF) + len(tiff)) + EXIF + tiff
