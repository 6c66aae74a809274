"""地点: what a caller may state of a place, checked against the city before anything is stored."""

from services.intake.domain.commands import Register, StatedPlace
from services.intake.domain.errors import (
    EmptyPlace,
    GridElsewhere,
    HalfPoint,
    NoSuchGrid,
    NoSuchPoint,
    NoSuchUnit,
    OutsideCity,
)
from services.intake.domain.words import PlaceRole, RelatedPlace, Words
from shared.city.city import City
from shared.city.coordinates import Bounds, Point, inside, to_wgs84
from shared.city.errors import ImpossibleCoordinate
from shared.kernel.ids import UnitCode


def read_place(cmd: Register, city: City) -> Words:
    """The request's words with its place in wgs84. Raises the refusal that names the field."""
    place = cmd.place or StatedPlace()
    if cmd.place is not None and cmd.place == StatedPlace(system=cmd.place.system):
        raise EmptyPlace
    for number, related in enumerate(cmd.related_places):
        _check_unit(related.unit, city, f"related_places.{number}.unit")
    point = _point(place, city.policy.bounds.rectangle)
    return Words(
        text=cmd.text,
        address=place.address,
        lng=point.lng if point else None,
        lat=point.lat if point else None,
        places=(*_site(place, city), *cmd.related_places),
        grid=place.grid,
    )


def _site(place: StatedPlace, city: City) -> tuple[RelatedPlace, ...]:
    if place.unit is not None:
        _check_unit(place.unit, city, "place.unit")
    unit = place.unit if place.grid is None else _unit_of(place.grid, place.unit, city)
    return (RelatedPlace(unit, PlaceRole.SITE),) if unit is not None else ()


def _unit_of(grid: str, stated: UnitCode | None, city: City) -> UnitCode:
    """The unit the grid cell lies in, or the stated one where that is more exact."""
    area, within = city.areas.by_code.get(grid), city.units.is_within
    if area is None or area.unit_code not in city.units:
        raise NoSuchGrid
    if stated is None or within(area.unit_code, stated):
        return UnitCode(area.unit_code)
    if not within(stated, area.unit_code):
        raise GridElsewhere
    return stated


def _check_unit(code: str, city: City, field: str) -> None:
    if code not in city.units:
        raise NoSuchUnit(field)


def _point(place: StatedPlace, bounds: Bounds) -> Point | None:
    if place.lng is None and place.lat is None:
        return None
    if place.lng is None or place.lat is None:
        raise HalfPoint("place.lng" if place.lng is None else "place.lat")
    try:
        point = to_wgs84(Point(place.lng, place.lat), place.system)
    except ImpossibleCoordinate:
        raise NoSuchPoint(_beyond(place.lng, -180, 180)) from None
    if not inside(point, bounds):
        raise OutsideCity(_beyond(point.lng, bounds.west, bounds.east))
    return point


def _beyond(lng: float, west: float, east: float) -> str:
    """Which of the two coordinates to look at first."""
    return "place.lat" if west <= lng <= east else "place.lng"
