"""MP4, M4A and QuickTime: where a recording says where and when it was made, zeros are written.

Nothing changes its place: boxes of metadata become `free` boxes of the same size. Tracks that are neither
picture nor sound (phones write the position into such) become `free` too, and so do their samples.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from shared.files.errors import BrokenFile, FragmentedRecording
from shared.files.media.parts import MOST_PARTS, Blank, Cleaned, Data, MediaKind, edited
from shared.files.media.samples import sample_ranges

QUICKTIME = b"qt  "
BRANDS = frozenset(
    {
        *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"mp71", b"avc1"),
        *(b"M4V ", b"M4A ", b"M4B ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6", b"mmp4", QUICKTIME),
    }
)
TOLD = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip"})
"""Boxes that say something about the recording, or may hide something."""
FRAGMENTED = frozenset({b"moof", b"mvex"})
"""Boxes of a recording whose tracks go on in fragments, each with tables and metadata of its own."""
DATED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
HANDLERS = {b"vide": MediaKind.VIDEO, b"soun": MediaKind.AUDIO}
Edit = tuple[int, Blank | bytes]


class Box(NamedTuple):
    """A box: its name, and where it, its content and its end are."""

    name: bytes
    start: int
    content: int
    end: int


def read(data: Data) -> Cleaned | None:
    """The cleaned recording, or None when it is none of these.

    Raises `BrokenFile`, `FragmentedRecording`, `UncleanableTrack`.
    """
    if data[4:8] != b"ftyp" or data[8:12] not in BRANDS:
        return None
    top = list(boxes(data, 0, len(data)))
    if any(box.name in FRAGMENTED for box in top):
        raise FragmentedRecording
    movie = next((box for box in top if box.name == b"moov"), None)
    if movie is None or not any(box.name == b"mdat" for box in top):
        raise BrokenFile
    kinds: set[MediaKind] = set()
    edits = [edit for box in top if box.name in TOLD for edit in _freed(box)]
    for box in boxes(data, movie.content, movie.end):
        if box.name in FRAGMENTED:
            raise FragmentedRecording
        if box.name == b"trak":
            edits += _track(data, box, kinds)
        else:
            edits += _told(data, box)
    if not kinds:
        raise BrokenFile
    kind = MediaKind.VIDEO if MediaKind.VIDEO in kinds else MediaKind.AUDIO
    media_type = "video/quicktime" if data[8:12] == QUICKTIME else f"{kind}/mp4"
    return Cleaned(kind, media_type, edited(len(data), edits))


def boxes(data: Data, start: int, end: int) -> Iterator[Box]:
    """The boxes side by side in this stretch."""
    at = start
    for _ in range(MOST_PARTS):
        # A QuickTime `udta` ends in four zeros; nothing shorter than a header is a box.
        if end - at < 8:
            return
        size, name = struct.unpack_from(">I4s", data, at)
        content = at + 8
        if size == 1 and end - at >= 16:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        stop = end if size == 0 else at + size
        if stop > end or stop < content:
            raise BrokenFile
        yield Box(name, at, content, stop)
        at = stop
    raise BrokenFile


def _track(data: Data, track: Box, kinds: set[MediaKind]) -> list[Edit]:
    inside = {box.name: box for box in boxes(data, track.content, track.end)}
    media = inside.get(b"mdia")
    if media is None:
        raise BrokenFile
    below = {box.name: box for box in boxes(data, media.content, media.end)}
    handler = below.get(b"hdlr")
    if handler is None:
        raise BrokenFile
    kind = HANDLERS.get(data[handler.content + 8 : handler.content + 12])
    if kind is None:
        samples = [(start, Blank(end - start)) for start, end in sample_ranges(data, below, boxes)]
        return [*_freed(track), *samples]
    kinds.add(kind)
    every = (*boxes(data, track.content, track.end), *boxes(data, media.content, media.end))
    return [edit for box in every for edit in _told(data, box)]


def _told(data: Data, box: Box) -> list[Edit]:
    """What is written over in one box: all of it, or the dates it was made and changed."""
    if box.name in TOLD:
        return _freed(box)
    if box.name not in DATED or box.end < box.content + 20:
        return []
    return [(box.content + 4, Blank(16 if data[box.content] == 1 else 8))]


def _freed(box: Box) -> list[Edit]:
    return [(box.start + 4, b"free"), (box.content, Blank(box.end - box.content))]
