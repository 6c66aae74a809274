"""WebM as browsers record it, known by its EBML header and codecs; its tags stay, browsers write no place."""

from shared.files.errors import BrokenFile
from shared.files.media.parts import Cleaned, Data, MediaKind, Span

MAGIC = b"\x1a\x45\xdf\xa3"
SEGMENT = b"\x18\x53\x80\x67"
DOC_TYPE = b"\x42\x82"
HEAD = 65_536
"""The tracks stand before the first cluster, within this many bytes."""
PICTURES = (b"V_VP8", b"V_VP9", b"V_AV1")
SOUNDS = (b"A_OPUS", b"A_VORBIS")


def read(data: Data) -> Cleaned | None:
    """The recording as it came, or None when it is no WebM. Raises `BrokenFile`."""
    if data[:4] != MAGIC:
        return None
    start, length = _size(data, 4)
    end = start + (length or 0)
    if _doc_type(data[start:end]) != b"webm":
        return None
    if length is None or data[end : end + 4] != SEGMENT:
        raise BrokenFile
    start, length = _size(data, end + 4)
    if length is not None and start + length > len(data):
        raise BrokenFile
    head = data[start : start + HEAD]
    if any(codec in head for codec in PICTURES):
        return Cleaned(MediaKind.VIDEO, "video/webm", (Span(0, len(data)),))
    if any(codec in head for codec in SOUNDS):
        return Cleaned(MediaKind.AUDIO, "audio/webm", (Span(0, len(data)),))
    raise BrokenFile


def _size(data: Data, at: int) -> tuple[int, int | None]:
    """Where an element's content begins and how long it is; None = as long as the recording went on."""
    if at >= len(data) or data[at] == 0:
        raise BrokenFile
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return at + width, None if value == (1 << 7 * width) - 1 else value


def _doc_type(header: bytes) -> bytes:
    at = header.find(DOC_TYPE)
    if at < 0 or at + 3 > len(header):
        return b""
    length = header[at + 2] & 0x7F
    return header[at + 3 : at + 3 + length].rstrip(b"\x00")
