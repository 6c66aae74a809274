"""What grid refuses about photos, by name.

NotFound
└── NoSuchPhoto    none of this thing's, or gone
Invalid
└── PhotoMissing   named before it was sent, or twice
UnsupportedType
└── NoPicture      a recording is no photo
"""

from shared.kernel.errors import Invalid, NotFound, UnsupportedType


class NoSuchPhoto(NotFound):
    """None of this thing's, or gone."""

    def __init__(self) -> None:
        super().__init__("there is no such photo here")


class PhotoMissing(Invalid):
    """Named before it was sent, or twice."""

    def __init__(self, field: str) -> None:
        super().__init__("this photo has not been sent; POST /v1/terminal/photos first", field=field)


class NoPicture(UnsupportedType):
    """A recording is no photo."""

    def __init__(self) -> None:
        super().__init__("by its content this is no picture")
