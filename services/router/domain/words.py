"""The citizen's words as they come out of the seal. They are read, and never kept open."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from services.router.domain.errors import WordsUnreadable
from shared.city.places import Places
from shared.kernel.ids import UnitCode


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """A place as the client stated it, and the part it plays."""

    role: Literal["site", "home", "papers"]
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What the citizen said and where; coordinates are wgs84."""

    text: str
    address: str | None = None
    lng: float | None = None
    lat: float | None = None
    places: tuple[StatedPlace, ...] | None = None
    tracking_number: str | None = None
    grid: str | None = None
    """网格编码 as the client stated it; its unit is among the places."""
    attachments: int | None = None
    """How many files came with these words; they lie with intake."""

    def point(self) -> tuple[float, float] | None:
        """Where it is on the map, if the client said so."""
        return None if self.lng is None or self.lat is None else (self.lng, self.lat)

    def stated(self) -> Places:
        """The stated places by part; the first of each part counts."""
        found = {place.role: place.unit for place in reversed(self.places or ()) if place.unit}
        return Places(found.get("site"), found.get("home"), found.get("papers"))


_WORDS = TypeAdapter(Words)


def context(case_id: object) -> str:
    """What the seal of a case's words is bound to."""
    return f"case:{case_id}"


def read_words(plain: bytes) -> Words:
    """The words. Raises `WordsUnreadable` without quoting them."""
    try:
        return _WORDS.validate_json(plain)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise WordsUnreadable(where) from None


def write_words(words: Words) -> bytes:
    """What `read_words` reads."""
    return _WORDS.dump_json(words)
