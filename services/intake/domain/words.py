"""诉求原文: what the citizen said, and where. Leaves this process only sealed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.ids import UnitCode


class PlaceRole(StrEnum):
    """事发地 · 居住地 · 户籍地: the part a named place plays."""

    SITE = "site"
    HOME = "home"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class RelatedPlace:
    """A unit the caller named, and why it matters."""

    unit: UnitCode
    role: PlaceRole


@dataclass(frozen=True, slots=True)
class Words:
    """Text, address, wgs84 point and named places: the shape router reads."""

    text: str
    address: str | None = None
    lng: float | None = None
    lat: float | None = None
    places: Sequence[RelatedPlace] = ()
    tracking_number: str | None = None
    """What the citizen calls the case by; sealed, so that router's desk finds it and the bus does not."""
    grid: str | None = None
    """网格编码 as stated; the unit it lies in is among the places."""
    attachments: int | None = None
    """How many files came with these words: whoever reads them knows that there is something to look at."""

    def plain(self) -> bytes:
        """The JSON that is sealed."""
        told: dict[str, object] = {
            "text": self.text,
            "address": self.address,
            "lng": self.lng,
            "lat": self.lat,
        }
        if self.tracking_number:
            told["tracking_number"] = self.tracking_number
        if self.grid:
            told["grid"] = self.grid
        if self.attachments:
            told["attachments"] = self.attachments
        if self.places:
            told["places"] = [{"unit": place.unit, "role": place.role} for place in self.places]
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


_MAY_BE_SAID = ("address", "lng", "lat", "tracking_number", "grid", "attachments")


def read_words(plain: bytes) -> Words:
    """What `plain` made, as it was, or what router wrote; a field of a later version is passed over."""
    told = json.loads(plain)
    # Router writes null where a unit found something and nobody knows in which street.
    named = told.pop("places", None) or ()
    places = tuple(RelatedPlace(UnitCode(each["unit"]), PlaceRole(each["role"])) for each in named)
    return Words(told["text"], **{name: told.get(name) for name in _MAY_BE_SAID}, places=places)
