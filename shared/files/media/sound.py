"""MP3, Ogg and AMR recordings. MP3 loses its tags; comments in Ogg stay, AMR has none."""

import struct

from shared.files.errors import BrokenFile
from shared.files.media.parts import MOST_PARTS, Cleaned, Data, MediaKind, Span

SURE_AFTER = 4
"""So many frames in a row are no accident."""
MOST_TAGS = 100
"""At the head of one recording: real ones have one, some two."""
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
OGG_SOUND = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
AMR_FRAMES = {
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, None, None, None, None, None, None, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, None, None, None, None, 1, 1),
}


def read_mp3(data: Data) -> Cleaned | None:
    """The cleaned sound, or None when it is no MP3. Raises `BrokenFile`."""
    first = _after_id3(data)
    at = first
    for _ in range(SURE_AFTER):
        length = _frame(data, at)
        if length is None:
            if first == 0:
                return None
            raise BrokenFile
        at += length
    return Cleaned(MediaKind.AUDIO, "audio/mpeg", (Span(first, _before_tags(data, first)),))


def _after_id3(data: Data) -> int:
    """Where the first frame may begin: after all ID3v2 tags at the head."""
    at = 0
    for _ in range(MOST_TAGS):
        if data[at : at + 3] != b"ID3" or at + 10 > len(data):
            return at
        size = 0
        for part in data[at + 6 : at + 10]:
            size = size << 7 | part & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    raise BrokenFile


def _before_tags(data: Data, first: int) -> int:
    """Where ID3v1 and APE tags at the tail begin."""
    end = len(data)
    if data[end - 128 : end - 125] == b"TAG":
        end -= 128
    if data[end - 32 : end - 24] == b"APETAGEX":
        (size,) = struct.unpack_from("<I", data, end - 20)
        end -= size + (32 if data[end - 9] & 0x80 else 0)
    if end <= first:
        raise BrokenFile
    return end


def _frame(data: Data, at: int) -> int | None:
    """The length of the layer III frame that begins here, or None when none does."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bits, rate, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in RATES or rate == 3 or bits in (0, 15):
        return None
    kilobits = (KILOBITS_1 if version == 3 else KILOBITS_2)[bits]
    return (144 if version == 3 else 72) * kilobits * 1000 // RATES[version][rate] + padding


def read_ogg(data: Data) -> Cleaned | None:
    """The sound as it came, or None when it is no Ogg with sound. Raises `BrokenFile`."""
    if data[:4] != b"OggS":
        return None
    at, first = 0, b""
    for number in range(MOST_PARTS):
        start, end = _page(data, at)
        first = data[start : start + 8] if number == 0 else first
        at = end
        if at == len(data):
            break
    else:
        raise BrokenFile
    if not first.startswith(tuple(name[: len(first)] for name in OGG_SOUND)) or len(first) < 5:
        return None
    return Cleaned(MediaKind.AUDIO, "audio/ogg", (Span(0, len(data)),))


def _page(data: Data, at: int) -> tuple[int, int]:
    """Where the content of the page at this place begins and ends."""
    if data[at : at + 4] != b"OggS" or at + 27 > len(data):
        raise BrokenFile
    start = at + 27 + data[at + 26]
    end = start + sum(data[at + 27 : start])
    if end > len(data):
        raise BrokenFile
    return start, end


def read_amr(data: Data) -> Cleaned | None:
    """The sound as it came, or None when it is no AMR. Raises `BrokenFile`."""
    for magic, lengths in AMR_FRAMES.items():
        if data[: len(magic)] == magic:
            _check_amr(data, len(magic), lengths)
            return Cleaned(MediaKind.AUDIO, "audio/amr", (Span(0, len(data)),))
    return None


def _check_amr(data: Data, at: int, lengths: tuple[int | None, ...]) -> None:
    if at == len(data):
        raise BrokenFile
    # The frames of one minute: enough to know it, and cheap also for the longest recording.
    for _ in range(3000):
        if at == len(data):
            return
        length = lengths[data[at] >> 3 & 0xF]
        if length is None or data[at] & 0x83 or at + length > len(data):
            raise BrokenFile
        at += length
