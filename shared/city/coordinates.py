"""Points in the three Chinese datums, turned into wgs84; and the city's bounds.

The formulae are the widely published reverse-engineered ones (the `eviltransform` project's README collects
them): wgs84 → gcj02 by the Krasovsky ellipsoid and the two polynomials below, gcj02 → bd09 by a rotation.
The way back is a fixed-point iteration; the libraries on the package index stop after one step and miss
by up to 2.5 m in Beijing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import atan2, cos, fabs, hypot, isfinite, pi, sin, sqrt

from shared.city.errors import ImpossibleCoordinate

_SEMI_MAJOR = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BAIDU_TURN = pi * 3000.0 / 180.0
_ROUNDS = 6


class Datum(StrEnum):
    """坐标系: what a longitude and latitude are measured against."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Point:
    """A longitude and latitude in one datum."""

    lng: float
    lat: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lng) and isfinite(self.lat)) or abs(self.lng) > 180 or abs(self.lat) > 90:
            raise ImpossibleCoordinate(self.lng, self.lat)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The wgs84 rectangle the city lies in."""

    west: float
    south: float
    east: float
    north: float


def inside(point: Point, bounds: Bounds) -> bool:
    """Whether a wgs84 point lies within the city's bounds."""
    return bounds.west <= point.lng <= bounds.east and bounds.south <= point.lat <= bounds.north


def to_wgs84(point: Point, datum: Datum) -> Point:
    """Bring a point of any of the three datums to wgs84."""
    if datum is Datum.WGS84:
        return point
    shift = wgs84_to_gcj02 if datum is Datum.GCJ02 else wgs84_to_bd09
    return _undo(shift, point)


def wgs84_to_bd09(point: Point) -> Point:
    """Shift a wgs84 point to Baidu's datum."""
    return gcj02_to_bd09(wgs84_to_gcj02(point))


def gcj02_to_bd09(point: Point) -> Point:
    """Rotate a gcj02 point into Baidu's datum."""
    length = hypot(point.lng, point.lat) + 0.00002 * sin(point.lat * _BAIDU_TURN)
    angle = atan2(point.lat, point.lng) + 0.000003 * cos(point.lng * _BAIDU_TURN)
    return Point(length * cos(angle) + 0.0065, length * sin(angle) + 0.006)


def wgs84_to_gcj02(point: Point) -> Point:
    """Shift a wgs84 point to the Chinese state datum; outside China nothing is shifted."""
    if not (73.66 < point.lng < 135.05 and 3.86 < point.lat < 53.55):
        return point
    x, y, latitude = point.lng - 105.0, point.lat - 35.0, point.lat / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(latitude) ** 2
    north = _north(x, y) * 180.0 / (_SEMI_MAJOR * (1 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = _east(x, y) * 180.0 / (_SEMI_MAJOR / sqrt(magic) * cos(latitude) * pi)
    return Point(point.lng + east, point.lat + north)


def _undo(shift: Callable[[Point], Point], shifted: Point) -> Point:
    guess = shifted
    for _ in range(_ROUNDS):
        there = shift(guess)
        guess = Point(guess.lng + shifted.lng - there.lng, guess.lat + shifted.lat - there.lat)
    return guess


def _waves(value: float) -> float:
    return (20.0 * sin(6.0 * value * pi) + 20.0 * sin(2.0 * value * pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    curve = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x))
    slow = (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    slowest = (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    return curve + _waves(x) + slow + slowest


def _east(x: float, y: float) -> float:
    curve = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x))
    slow = (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    slowest = (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return curve + _waves(x) + slow + slowest
