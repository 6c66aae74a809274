"""A file by its content: each format's reader is asked, none believes a name or a header."""

from shared.files.errors import BrokenFile, EmptyFile, TooManyPixels, UnknownContent
from shared.files.media import isobmff, jpeg, png, riff, sound, webm
from shared.files.media.parts import Cleaned, Data

MOST_BYTES = 20_000_000
MOST_PIXELS = 64_000_000
"""More than phones take. The number is read from the header: a picture is never unpacked here."""
READERS = (
    *(jpeg.read, png.read, riff.read_webp),
    *(isobmff.read, webm.read),
    *(sound.read_ogg, sound.read_amr, riff.read_wav, sound.read_mp3),
)


def examine(data: Data) -> Cleaned:
    """What it is and what of it is kept.

    Raises `EmptyFile`, `UnknownContent`, `BrokenFile`, `TooManyPixels`, `FragmentedRecording`,
    `UncleanableTrack`.
    """
    if not len(data):
        raise EmptyFile
    for read in READERS:
        found = read(data)
        if found is not None:
            return _bounded(found)
    raise UnknownContent


def _bounded(found: Cleaned) -> Cleaned:
    if found.width is not None and found.height is not None:
        if not found.width * found.height:
            raise BrokenFile
        if found.width * found.height > MOST_PIXELS:
            raise TooManyPixels(MOST_PIXELS)
    return found
