"""地点核对: what a client asks before it registers, so that the citizen says which 香屯村 is meant.

A POST that changes nothing: addresses do not belong into URLs, which others write down.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from services.intake.api.cases import Reporter
from services.intake.api.schemas import Said
from shared.city.city import City
from shared.city.gazetteer import Match
from shared.http.knock import InCity
from shared.http.wire import NOT_BLANK, Wire
from shared.kernel.words import UnitLevel

ROUTES = APIRouter()


class MatchOutcome(StrEnum):
    """What the city's names say about an address."""

    FOUND = "found"
    ASK = "ask"
    UNKNOWN = "unknown"


class PlaceAskedIn(Wire):
    """An address as the citizen says it; the report's own words may help."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
    text: Said | None = None


class PlaceOut(Wire):
    """A unit as a citizen would know it again."""

    code: str = Field(description="For `place.unit` of the case, or Open311's address_id.")
    name: str
    path: str = Field(description="The names from the district down.")
    level: UnitLevel


class PlacesOut(Wire):
    """One unit, or the units to ask about. Whatever it says, the case is taken without an answer too."""

    outcome: MatchOutcome
    place: PlaceOut | None = Field(description="The one unit the address names.")
    candidates: list[PlaceOut] = Field(
        description="`ask`: one of these is meant, in the order told. `found`: the communities it may lie in."
    )


@ROUTES.post("/places:match")
async def match_place(asked: PlaceAskedIn, city: InCity, _: Reporter) -> PlacesOut:
    """地点核对: the unit an address names; homonyms are answered as candidates, never guessed."""
    return _told(city.place(address=asked.address, text=asked.text or "").match, city)


def _told(match: Match, city: City) -> PlacesOut:
    others = [_place(code, city) for code in match.candidates if code != match.found]
    if match.found is not None:
        return PlacesOut(outcome=MatchOutcome.FOUND, place=_place(match.found, city), candidates=others)
    return PlacesOut(
        outcome=MatchOutcome.ASK if others else MatchOutcome.UNKNOWN, place=None, candidates=others
    )


def _place(code: str, city: City) -> PlaceOut:
    unit = city.units.get(code)
    return PlaceOut(code=unit.code, name=unit.name, path=city.units.path_name(code), level=unit.level)
