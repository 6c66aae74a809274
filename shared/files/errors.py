"""What is refused of a file.

Invalid
├─ EmptyFile               an upload without a byte
├─ OneFileOnly             a form with no file, or with several
├─ BrokenFile              begins like a picture or recording, but is not a whole one
└─ TooManyPixels           a picture larger than any camera's
NotFound
└─ NoSuchFile              no link of ours, or its file is gone
TooLarge
└─ FileTooLarge            more than one file may have
UnsupportedType
├─ UnknownContent          no picture and no recording we take, whatever its name says
├─ FragmentedRecording     MP4 in fragments: each may say where it was made
└─ UncleanableTrack        a track beside picture and sound, its sizes written in a form we do not read
Unavailable
└─ ObjectsAway             the files' store does not answer
"""

from shared.kernel.errors import Invalid, NotFound, TooLarge, Unavailable, UnsupportedType


class EmptyFile(Invalid):
    """Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("the file is empty", field="file")


class OneFileOnly(Invalid):
    """A form carries exactly one file."""

    def __init__(self) -> None:
        super().__init__("send exactly one file in the form", field="file")


class BrokenFile(Invalid):
    """Cut off on its way, or never whole."""

    def __init__(self) -> None:
        super().__init__("the file is damaged or cut off; send it again", field="file")


class TooManyPixels(Invalid):
    """Small to send, huge to show."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the picture has more than {most} pixels; send a smaller one", field="file")


class NoSuchFile(NotFound):
    """No link that we made, or one whose file was removed."""

    def __init__(self) -> None:
        super().__init__("no file lies behind this link; ask for a new link")


class FileTooLarge(TooLarge):
    """More than one attachment may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"an attachment has at most {limit} bytes", limit=limit)


class UnknownContent(UnsupportedType):
    """Judged by its content."""

    def __init__(self) -> None:
        super().__init__(
            "by its content this is none of JPEG, PNG, WebP, MP3, M4A, WAV, Ogg, AMR, MP4, MOV, WebM"
        )


class FragmentedRecording(UnsupportedType):
    """Metadata may lie in each fragment, and nothing of it would be taken out."""

    def __init__(self) -> None:
        super().__init__(
            "an MP4 in fragments cannot be freed of its metadata; save it as one whole file", field="file"
        )


class UncleanableTrack(UnsupportedType):
    """What such a track holds could not be written over."""

    def __init__(self) -> None:
        super().__init__(
            "a track beside picture and sound cannot be removed; save the recording without it", field="file"
        )


class ObjectsAway(Unavailable):
    """The store of files does not answer; nothing was lost."""

    def __init__(self) -> None:
        super().__init__("files cannot be stored or read at the moment; try again")
