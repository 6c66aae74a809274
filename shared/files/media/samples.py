"""Where in the file a track's samples lie, read from the tables of its `stbl` box."""

import struct
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from shared.files.errors import BrokenFile, UncleanableTrack
from shared.files.media.parts import MOST_PARTS, Data

Boxes = Callable[[Data, int, int], Iterator[Any]]


def sample_ranges(data: Data, media: Mapping[bytes, Any], boxes: Boxes) -> Iterator[tuple[int, int]]:
    """Beginning and end of each of the track's chunks. Raises `BrokenFile`, `UncleanableTrack`."""
    tables = _down(data, _down(data, media, b"minf", boxes), b"stbl", boxes)
    if b"stz2" in tables:
        raise UncleanableTrack
    offsets = _offsets(data, tables)
    sizes = _sizes(data, tables[b"stsz"]) if b"stsz" in tables else iter(())
    told = _counts(data, tables[b"stsc"], len(offsets)) if b"stsc" in tables else iter(())
    counts = list(islice(told, len(offsets)))
    # Chunks nobody counts the samples of could not be written over, so they would stay.
    if len(counts) != len(offsets):
        raise BrokenFile
    for offset, count in zip(offsets, counts, strict=True):
        taken = list(islice(sizes, count))
        length = sum(taken)
        # A sample whose size nobody tells would stay as it is, with whatever position is in it.
        if len(taken) != count or offset + length > len(data):
            raise BrokenFile
        yield offset, offset + length


def _down(data: Data, inside: Mapping[bytes, Any], name: bytes, boxes: Boxes) -> dict[bytes, Any]:
    if name not in inside:
        raise BrokenFile
    return {box.name: box for box in boxes(data, inside[name].content, inside[name].end)}


def _offsets(data: Data, tables: Mapping[bytes, Any]) -> list[int]:
    if b"stco" in tables:
        return [offset for (offset,) in _rows(data, tables[b"stco"], 4, ">I")]
    if b"co64" in tables:
        return [offset for (offset,) in _rows(data, tables[b"co64"], 4, ">Q")]
    return []


def _sizes(data: Data, table: Any) -> Iterator[int]:
    """The size of each sample: one for all, or one for each."""
    (same,) = _unpacked(">I", data, table.content + 4, table.end)
    if same:
        (count,) = _unpacked(">I", data, table.content + 8, table.end)
        if count > MOST_PARTS:
            raise BrokenFile
        yield from (same for _ in range(count))
    else:
        yield from (size for (size,) in _rows(data, table, 8, ">I"))


def _counts(data: Data, table: Any, chunks: int) -> Iterator[int]:
    """How many samples each chunk has; a row holds from its first chunk to the next row's."""
    rows = [(first, count) for first, count, _ in _rows(data, table, 4, ">III")]
    for (first, count), (after, _) in pairwise((*rows, (chunks + 1, 0))):
        if count > MOST_PARTS:
            raise BrokenFile
        yield from (count for _ in range(first, min(after, chunks + 1)))


def _rows(data: Data, table: Any, count_at: int, row: str) -> Iterator[tuple[int, ...]]:
    (count,) = _unpacked(">I", data, table.content + count_at, table.end)
    if count > MOST_PARTS:
        raise BrokenFile
    start, size = table.content + count_at + 4, struct.calcsize(row)
    for number in range(count):
        yield _unpacked(row, data, start + number * size, table.end)


def _unpacked(form: str, data: Data, at: int, end: int) -> tuple[int, ...]:
    if at + struct.calcsize(form) > end:
        raise BrokenFile
    return struct.unpack_from(form, data, at)
