"""照片: what a terminal sends before it speaks of it. What is known of one; its content lies elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.grid.domain.photo_errors import PhotoMissing
from shared.kernel.ids import UnitCode

MOST_PHOTOS = 10
UNUSED_FOR = timedelta(days=3)
"""So long a photo waits for the item that names it. Ours."""


class PhotoState(StrEnum):
    """Where the content is on its way: a row is there before its object, and until after it."""

    ARRIVING = "arriving"
    KEPT = "kept"
    CONDEMNED = "condemned"
    """Nothing named it; its object is removed, then the row."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a unit's grid worker."""

    unit: UnitCode
    sha256: str
    """Of the file as it was sent: the terminal knows it before it is online. What is kept is cleaned."""
    object_name: str
    media_type: str
    bytes: int
    uploaded_by: str
    created_at: datetime
    used: bool = False
    state: PhotoState = PhotoState.ARRIVING


def require_all(named: tuple[str, ...], known: frozenset[str]) -> None:
    """Refuse the first that was not sent, or that is named twice."""
    for number, one in enumerate(named):
        if one not in known or one in named[:number]:
            raise PhotoMissing(f"photos.{number}")
