"""Small files of the kinds citizens send, with everything in them that must not be kept."""

import io
import struct
import zlib

from PIL import Image

GPS_WORDS = (b"+39.9042+116.4074/", b"com.apple.quicktime", b"lat=39.9042", b"\xe0\x12\x34\x56")
"""Places and a date as phones write them into videos."""


def a_jpeg(
    *,
    gps: bool = False,
    maker: str | None = None,
    comment: bytes = b"",
    orientation: int | None = None,
    progressive: bool = False,
    size: tuple[int, int] = (64, 48),
) -> bytes:
    """A photo, with what a phone writes into it if asked."""
    exif = Image.Exif()
    if maker:
        exif[0x010F] = maker
    if orientation:
        exif[0x0112] = orientation
    if gps:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (39.0, 54.0, 15.0)
        exif[0x0132] = "2026:11:23 12:00:00"
    held = io.BytesIO()
    noise = Image.effect_noise(size, 60).convert("RGB")
    noise.save(held, "JPEG", exif=exif.tobytes(), comment=comment, progressive=progressive)
    return held.getvalue()


def claiming(photo: bytes, width: int, height: int) -> bytes:
    """A JPEG that says it is of another size."""
    frame = photo.index(b"\xff\xc0") + 5
    return photo[:frame] + struct.pack(">2H", height, width) + photo[frame + 4 :]


def a_png(*, size: tuple[int, int] = (64, 48), unpacked: int = 1000) -> bytes:
    """A picture of whatever size it claims, whose few bytes unpack to as many as wanted."""

    def chunk(name: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))

    head = struct.pack(">2I5B", *size, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(unpacked), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def a_movie(major: bytes, *, handler: bytes = b"vide", inside: bytes = b"", **tables: bytes) -> bytes:
    """A recording with the place in three boxes, a date, and a track of positions; its tables can be others,
    and `moov` can hold more.
    """
    words = GPS_WORDS
    head = box(b"ftyp", major, bytes(4), major)
    picture, position = b"the moving picture" * 20, words[2] * 3
    media = box(b"mdat", picture, position)
    first = len(head) + 8
    movie = box(
        b"moov",
        box(b"mvhd", bytes(4), words[3] * 2, bytes(88)),
        track(handler, first, [len(picture)], words[3]),
        track(b"meta", first + len(picture), [len(words[2])] * 3, words[3], **tables),
        inside,
        box(b"udta", box(b"\xa9xyz", struct.pack(">HH", 18, 0x15C7), words[0]), bytes(4)),
        box(b"meta", bytes(4), words[1]),
    )
    return head + media + movie + box(b"uuid", bytes(16), b"<x:xmpmeta>", words[0])


def track(handler: bytes, offset: int, sizes: list[int], date: bytes, **other: bytes) -> bytes:
    """One track whose samples lie in one chunk; its tables can be others, or none (empty)."""
    usual = {
        "stsz": box(b"stsz", bytes(8), struct.pack(f">{len(sizes) + 1}I", len(sizes), *sizes)),
        "stsc": box(b"stsc", bytes(4), struct.pack(">4I", 1, 1, len(sizes), 1)),
        "stco": box(b"stco", bytes(4), struct.pack(">2I", 1, offset)),
    }
    tables = box(b"stbl", *(usual | other).values())
    media = box(
        b"mdia",
        box(b"mdhd", bytes(4), date * 2, bytes(12)),
        box(b"hdlr", bytes(8), handler, bytes(12)),
        box(b"minf", tables),
    )
    return box(b"trak", box(b"tkhd", bytes(4), date * 2, bytes(72)), media)


def box(name: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), name) + content


def an_mp3(*, tagged: str | None = None, frames: int = 6) -> bytes:
    """Silent frames of 128 kbit/s, with tags before and behind if asked."""
    sound = (b"\xff\xfb\x90\x64" + bytes(413)) * frames
    if tagged is None:
        return sound
    text = b"\x03" + tagged.encode()
    frame = b"TPE1" + struct.pack(">IH", len(text), 0) + text
    head = b"ID3\x03\x00\x00\x00\x00" + bytes([len(frame) >> 7, len(frame) & 0x7F]) + frame
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 20, 1, 0) + bytes(8)
    return head + sound + bytes(20) + ape + b"TAG" + tagged.encode().ljust(125, b"\x00")


def an_ogg(content: bytes = b"OpusHead\x01\x02" + bytes(9)) -> bytes:
    page = b"OggS\x00\x02" + bytes(20)
    return (page + bytes([1, len(content)]) + content) + page + bytes([1, 200]) + bytes(200)


def an_amr() -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 10


def a_webm() -> bytes:
    header = b"\x42\x86\x81\x01\x42\x82\x84webm"
    segment = b"\x16\x54\xae\x6b\x87\x86\x85V_VP9" + bytes(50)
    size = 0x4000 | len(segment)
    return (
        b"\x1a\x45\xdf\xa3"
        + bytes([0x80 | len(header)])
        + header
        + b"\x18\x53\x80\x67"
        + (size.to_bytes(2, "big") + segment)
    )
