"""并案: how alike two tellings are, and whether they speak of the same matter. Pure.

Words are compared by the characters and pairs of neighbouring characters they share: two characters carry in
Chinese what three letters carry elsewhere. What everybody says to a hotline, and the place, which is compared
for itself, are left out first. docs/duplicates.md says how well it works.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from math import asin, cos, floor, radians, sin, sqrt
from unicodedata import normalize

from services.intake.domain.words import PlaceRole, Words
from shared.city.city import City
from shared.city.coordinates import Point
from shared.city.policy import Duplicates
from shared.city.units import Units
from shared.kernel.words import UnitLevel

MOST_SHINGLES = 400
"""Of a very long text, as many as are kept: enough to know it again, and a row stays small."""
MOST_CATEGORIES = 2
_EARTH = 6_371_000.0
_METRES_A_DEGREE = 111_320.0
_NO_WORD = re.compile(r"[\W_]+")
_COURTESIES = re.compile(
    "您好|你好|请问|麻烦|谢谢|反映一下|我要反映|反映|投诉|举报|的问题|问题|希望|请求|要求|建议|尽快|赶快|及时"
    "|相关部门|有关部门|执法部门|市民来电|来电人|处理|解决|查处|帮忙|我们小区|我们|我家|家里|小区|已经|非常|严重"
)
_EMPTY_CHARACTERS = frozenset(
    "的了是在有我们家都没不就也还到着和与上下个人这那从把被给好请来去能会要让一二三四五六七八九十多几天小区楼号里门口路"
    "单元每晚夜早午时间点"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a telling is set, as far as it is known."""

    point: Point | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What of a request is compared."""

    categories: tuple[str, ...]
    spot: Spot
    shingles: Set[str]


def telling(words: Words, stated: str | None, city: City) -> Telling:
    """The request as it is compared; its categories are the client's, else what rules make of its words."""
    found = city.categories.classify(words.text)[:MOST_CATEGORIES]
    categories = (stated,) if stated else tuple(each.category for each in found)
    return Telling(categories, spot(words, city), shingles(words.text, words.address))


def spot(words: Words, city: City, *, beside: Spot | None = None) -> Spot:
    """Its point and the unit it lies in, stated or told. Beside another spot only the point, where both have
    one: two points are compared without their units, and to find a unit in words costs milliseconds.
    """
    point = _point(words)
    if point is not None and beside is not None and beside.point is not None:
        return Spot(point)
    stated = next((place.unit for place in words.places if place.role == PlaceRole.SITE), None)
    told = stated or city.place(text=words.text, address=words.address or "").places.site
    return Spot(point, told if told in city.units else None)


def spot_found(words: Words, by: Spot) -> Spot:
    """Where a telling is set that was found by the keys around another spot: one without a point was found by
    its unit, which is the same then.
    """
    return Spot(_point(words), by.unit)


def shingles(text: str, address: str | None = None) -> frozenset[str]:
    """Characters and neighbouring pairs that say something."""
    folded = _COURTESIES.sub(" ", _folded(text))
    for name in _NO_WORD.split(_folded(address or "")):
        folded = folded.replace(name, " ") if len(name) > 1 else folded
    runs = [run for run in _NO_WORD.split(folded) if run]
    single = {character for run in runs for character in run}
    pairs = {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
    said = {each for each in single | pairs if not _EMPTY_CHARACTERS.issuperset(each)}
    return frozenset(sorted(said)[:MOST_SHINGLES])


def is_alike(
    ours: Sequence[str], theirs: Sequence[str], like: float, floor_: float, rule: Duplicates
) -> bool:
    """Whether words this alike speak of one matter: a category nobody knows asks for more likeness."""
    if ours and theirs:
        return like >= floor_ and not set(ours).isdisjoint(theirs)
    return like >= floor_ * rule.unknown_category_factor


def distance(one: Point, other: Point) -> float:
    """Metres between two wgs84 points."""
    south, north = radians(one.lat), radians(other.lat)
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(other.lng - one.lng) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(half))


def blurred(where: Spot) -> Spot:
    """The middle of its cell instead of its point."""
    if where.point is None:
        return where
    row, column = _indices(where.point)
    return Spot(Point((column + 0.5) / _CELLS_A_DEGREE, (row + 0.5) / _CELLS_A_DEGREE), where.unit)


def near(one: Spot, other: Spot, rule: Duplicates, units: Units) -> bool:
    """By their points; without them only a community is small enough to say so."""
    if one.point and other.point:
        return distance(one.point, other.point) <= rule.distance_m
    return one.unit == other.unit and _is_community(one.unit, units)


def apart(one: Spot, other: Spot, rule: Duplicates, units: Units) -> bool:
    """Surely two places: points too far from each other, or units neither of which lies in the other."""
    if one.point and other.point:
        return distance(one.point, other.point) > rule.apart_m
    if one.unit is None or other.unit is None:
        return False
    return not (units.is_within(one.unit, other.unit) or units.is_within(other.unit, one.unit))


def place_keys(where: Spot, units: Units) -> tuple[str, ...]:
    """What a telling is found by: its cell of a grid, and its community."""
    cell = () if where.point is None else (_cell(*_indices(where.point)),)
    return (*cell, *_unit_key(where, units))


def keys_around(where: Spot, rule: Duplicates, units: Units) -> tuple[str, ...]:
    """The keys of everything that may be near: the cells within the distance, and the same community."""
    if where.point is None:
        return _unit_key(where, units)
    row, column = _indices(where.point)
    reach = range(-_reach(rule), _reach(rule) + 1)
    wide = range(-_reach(rule) * 2, _reach(rule) * 2 + 1)
    return (*(_cell(row + i, column + j) for i in reach for j in wide), *_unit_key(where, units))


CELL_METRES = 250
"""Height of a cell; east to west it is shorter the farther north, within a factor of two below 60°."""
_CELLS_A_DEGREE = _METRES_A_DEGREE / CELL_METRES


def _indices(point: Point) -> tuple[int, int]:
    return floor(point.lat * _CELLS_A_DEGREE), floor(point.lng * _CELLS_A_DEGREE)


def _reach(rule: Duplicates) -> int:
    return -(-rule.distance_m // CELL_METRES)


def _cell(row: int, column: int) -> str:
    return f"cell:{row}:{column}"


def _unit_key(where: Spot, units: Units) -> tuple[str, ...]:
    """Of a community only: what else a whole street tells would crowd out what is near, and never is."""
    return (f"unit:{where.unit}",) if _is_community(where.unit, units) else ()


def _is_community(unit: str | None, units: Units) -> bool:
    return unit is not None and units.get(unit).level is UnitLevel.COMMUNITY


def _point(words: Words) -> Point | None:
    return Point(words.lng, words.lat) if words.lng is not None and words.lat is not None else None


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()
