"""附件 by content: real files made by encoders of others, read, cleaned and shown again."""

import io
import struct
import wave
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from shared.files.errors import (
    BrokenFile,
    EmptyFile,
    FragmentedRecording,
    TooManyPixels,
    UncleanableTrack,
    UnknownContent,
)
from shared.files.media import Cleaned, MediaKind, chunks, examine, size_of
from tests.kit.media import GPS_WORDS, a_jpeg, a_movie, a_webm, an_amr, an_mp3, an_ogg, box

LEICA = "secret maker"


def stored(data: bytes) -> tuple[Cleaned, bytes]:
    """The file as it would lie in the store."""
    found = examine(data)
    content = b"".join(chunks(data, found.pieces))
    assert len(content) == size_of(found.pieces)
    assert examine(content).media_type == found.media_type
    return found, content


def shown(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_every_pixel_and_loses_who_where_and_when(progressive: bool) -> None:
    data = a_jpeg(gps=True, maker=LEICA, comment=b"my flat", progressive=progressive)
    assert LEICA.encode() in data
    found, content = stored(data)
    assert (found.kind, found.media_type, found.width, found.height) == ("image", "image/jpeg", 64, 48)
    after = shown(content)
    assert after.tobytes() == shown(data).tobytes()
    assert dict(after.getexif()) == {}
    assert after.getexif().get_ifd(0x8825) == {}
    assert LEICA.encode() not in content
    assert b"my flat" not in content


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_keeps_its_side_up_and_nothing_else(orientation: int) -> None:
    found, content = stored(a_jpeg(gps=True, orientation=orientation))
    exif = shown(content).getexif()
    assert dict(exif) == ({} if orientation == 1 else {0x0112: orientation})
    assert (found.width, found.height) == ((64, 48) if orientation < 5 else (48, 64))


def test_colours_stay_as_they_were_meant() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for form in ("JPEG", "PNG", "WEBP"):
        held = io.BytesIO()
        Image.new("RGB", (9, 7), (200, 10, 10)).save(held, form, icc_profile=profile)
        assert shown(stored(held.getvalue())[1]).info["icc_profile"] == profile


def test_what_hangs_behind_a_picture_is_left_behind() -> None:
    archive = b"PK\x03\x04 an archive behind a picture"
    for data in (a_jpeg(), a_png(), a_webp()):
        content = stored(data + archive)[1]
        assert archive not in content
        assert content == stored(data)[1]


def a_png(info: PngInfo | None = None, **more: object) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((40, 30), 50).save(held, "PNG", pnginfo=info, **more)
    return held.getvalue()


def a_webp(**more: object) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((41, 31), 50).convert("RGB").save(held, "WEBP", **more)
    return held.getvalue()


def test_a_png_loses_text_and_exif() -> None:
    info = PngInfo()
    info.add_text("Author", LEICA)
    info.add_itxt("XML:com.adobe.xmp", LEICA, zip=False)
    exif = Image.Exif()
    exif[0x010F] = LEICA
    data = a_png(info, exif=exif.tobytes())
    found, content = stored(data)
    assert (found.media_type, found.width, found.height) == ("image/png", 40, 30)
    assert shown(content).tobytes() == shown(data).tobytes()
    assert LEICA.encode() not in content
    assert b"eXIf" not in content


@pytest.mark.parametrize("lossless", [False, True])
def test_a_webp_loses_exif_and_xmp(lossless: bool) -> None:
    exif = Image.Exif()
    exif[0x010F] = LEICA
    data = a_webp(exif=exif.tobytes(), xmp=f"<x>{LEICA}</x>".encode(), lossless=lossless)
    assert LEICA.encode() in data
    found, content = stored(data)
    assert (found.media_type, found.width, found.height) == ("image/webp", 41, 31)
    after = shown(content)
    assert after.tobytes() == shown(data).tobytes()
    assert LEICA.encode() not in content
    assert {"exif", "xmp"}.isdisjoint(after.info)


def test_a_webp_without_extras_is_measured_too() -> None:
    for lossless in (False, True):
        found, content = stored(a_webp(lossless=lossless))
        assert (found.width, found.height) == (41, 31)
        shown(content)


def an_animation() -> bytes:
    held = io.BytesIO()
    first, *others = (Image.effect_noise((41, 31), spread).convert("RGB") for spread in (10, 50, 90))
    first.save(held, "WEBP", save_all=True, append_images=others)
    return held.getvalue()


def test_an_animation_is_measured_by_its_canvas() -> None:
    data = an_animation()
    found, content = stored(data)
    assert (found.width, found.height) == (41, 31)
    assert content == data


@pytest.mark.parametrize("lossless", [False, True])
def test_a_small_canvas_hides_no_large_picture(lossless: bool) -> None:
    """What is unpacked is the frame, whose own first bytes say how large it is."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for data in (a_webp(lossless=lossless, icc_profile=profile), an_animation()):
        at = data.index(b"VP8X") + 12
        small = data[:at] + bytes(6) + data[at + 6 :]
        with pytest.raises(BrokenFile):
            examine(small)


def test_every_cut_of_a_picture_is_noticed() -> None:
    for data in (a_jpeg(gps=True), a_png(), a_webp()):
        for end in range(16, len(data) - 1, 97):
            with pytest.raises(BrokenFile):
                examine(data[:end])


def test_a_changed_byte_of_a_png_is_noticed() -> None:
    data = bytearray(a_png())
    data[60] ^= 1
    with pytest.raises(BrokenFile):
        examine(bytes(data))


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    header = struct.pack(">II5B", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        bomb += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with pytest.raises(TooManyPixels):
        examine(bomb)


@pytest.mark.parametrize("major", [b"isom", b"qt  "])
def test_a_video_loses_place_date_and_the_track_that_follows_the_phone(major: bytes) -> None:
    data = a_movie(major)
    assert all(words in data for words in GPS_WORDS)
    found, content = stored(data)
    assert found.kind is MediaKind.VIDEO
    assert found.media_type == ("video/quicktime" if major == b"qt  " else "video/mp4")
    assert len(content) == len(data)
    assert [words for words in GPS_WORDS if words in content] == []
    assert b"the moving picture" in content


@pytest.mark.parametrize(
    "counted",
    [
        b"",
        box(b"stsc", bytes(8)),
        box(b"stsc", bytes(4), struct.pack(">4I", 1, 2, 3, 1)),
    ],
)
def test_positions_whose_samples_nobody_counts_are_a_broken_file(counted: bytes) -> None:
    with pytest.raises(BrokenFile):
        examine(a_movie(b"isom", stsc=counted))


@pytest.mark.parametrize(
    "told",
    [
        b"",
        box(b"stsz", bytes(8), struct.pack(">2I", 1, len(GPS_WORDS[2]))),
        box(b"stsz", bytes(4), struct.pack(">2I", len(GPS_WORDS[2]), 2)),
        box(b"stsz", bytes(4), struct.pack(">2I", 1, 100_001)),
    ],
)
def test_positions_of_which_not_every_size_is_told_are_a_broken_file(told: bytes) -> None:
    with pytest.raises(BrokenFile):
        examine(a_movie(b"isom", stsz=told))


def test_more_samples_than_a_real_file_has_are_not_cut_off_but_refused() -> None:
    counted = box(b"stsc", bytes(4), struct.pack(">4I", 1, 1, 100_001, 1))
    told = box(b"stsz", bytes(4), struct.pack(">2I", 1, 100_001))
    for tables in ({"stsc": counted}, {"stsc": counted, "stsz": told}):
        with pytest.raises(BrokenFile):
            examine(a_movie(b"isom", **tables) + box(b"mdat", bytes(100_001)))


def test_positions_of_one_size_are_written_over() -> None:
    same = box(b"stsz", bytes(4), struct.pack(">2I", len(GPS_WORDS[2]), 3))
    _, content = stored(a_movie(b"isom", stsz=same))
    assert GPS_WORDS[2] not in content


@pytest.mark.parametrize(
    "fragmented",
    [
        a_movie(b"isom", inside=box(b"mvex", box(b"trex", bytes(24)))),
        a_movie(b"isom")
        + box(b"moof", box(b"traf", box(b"udta", GPS_WORDS[0])))
        + box(b"mdat", GPS_WORDS[2]),
    ],
)
def test_a_recording_in_fragments_is_refused_by_name(fragmented: bytes) -> None:
    with pytest.raises(FragmentedRecording):
        examine(fragmented)


def test_a_track_of_positions_with_compact_sizes_is_refused_by_name() -> None:
    compact = box(b"stz2", bytes(7), b"\x08", struct.pack(">I3B", 3, *[len(GPS_WORDS[2])] * 3))
    with pytest.raises(UncleanableTrack):
        examine(a_movie(b"isom", stsz=compact))


class Counted(bytes):
    """A file that counts how often it was asked for a stretch of itself."""

    asked = 0

    def __getitem__(self, key: Any) -> Any:
        self.asked += 1
        return super().__getitem__(key)


def test_a_file_that_is_nothing_but_filling_is_not_walked_byte_by_byte() -> None:
    photo, sound = a_jpeg(), an_mp3()
    assert stored(photo[:2] + b"\xff" * 50_000 + photo[2:])[0].width == 64
    filled = Counted(b"\xff\xd8" + b"\xff" * 50_000)
    tags = Counted(b"ID3\x03\x00\x00\x00\x00\x00\x00" * 50_000 + sound)
    for made_up in (filled, tags):
        with pytest.raises(BrokenFile):
            examine(made_up)
        assert made_up.asked < 2000


def test_sound_in_mp4_is_sound() -> None:
    assert stored(a_movie(b"M4A ", handler=b"soun"))[0].media_type == "audio/mp4"


def test_mp3_loses_its_tags_at_both_ends() -> None:
    data = an_mp3(tagged=LEICA)
    found, content = stored(data)
    assert (found.kind, found.media_type) == (MediaKind.AUDIO, "audio/mpeg")
    assert content == an_mp3()


def test_wav_loses_its_remarks() -> None:
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", "NONE"))
        sound.writeframes(bytes(range(200)) * 4)
    plain = held.getvalue()
    remark = b"LIST" + struct.pack("<I", 16) + b"INFOIART" + struct.pack("<I", 4) + b"me!\x00"
    tagged = b"RIFF" + struct.pack("<I", len(plain) + len(remark) - 8) + plain[8:] + remark
    found, content = stored(tagged)
    assert found.media_type == "audio/wav"
    assert content == plain
    with pytest.raises(BrokenFile):
        examine(plain[:-100])


def test_other_recordings_are_known_by_their_content() -> None:
    for data, expected in ((an_ogg(), "audio/ogg"), (an_amr(), "audio/amr"), (a_webm(), "video/webm")):
        found, content = stored(data)
        assert (found.media_type, content) == (expected, data)
    for data in (an_ogg(), a_movie(b"isom"), a_webm(), an_amr()):
        with pytest.raises(BrokenFile):
            examine(data[:-3])


STRANGERS = {
    "archive": b"PK\x03\x04" + bytes(200),
    "gzip": b"\x1f\x8b\x08" + bytes(200),
    "program": b"\x7fELF" + bytes(200),
    "windows program": b"MZ" + bytes(200),
    "page": b"<html><script>alert(1)</script></html>",
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "document": b"%PDF-1.7\n" + bytes(200),
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
    "matroska": b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + bytes(100),
    "gif": b"GIF89a" + bytes(100),
    "nothing known": bytes(1000),
    "text": "路灯不亮".encode() * 50,
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_no_picture_and_no_recording_is_not_taken(stranger: str) -> None:
    with pytest.raises(UnknownContent):
        examine(STRANGERS[stranger])


def test_nothing_is_no_file() -> None:
    with pytest.raises(EmptyFile):
        examine(b"")
