"""网格: areas and the unit each belongs to; which of them a point lies in. Coordinates are wgs84.

Outlines are kept as bytes. The geometry package and its index cost memory that a city without areas, or a
service that never asks, does not have: they come with the first question.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.city.errors import BrokenFile
from shared.city.geojson import features_of
from shared.city.units import Units
from shared.kernel.words import UnitLevel

_OF_LEVELS = (UnitLevel.COMMUNITY, UnitLevel.STREET)


@dataclass(frozen=True, slots=True)
class Area:
    """网格: a grid cell, or the whole outline of a community or street."""

    code: str
    name: str
    unit_code: str
    outline: bytes | None
    """Well-known binary; None: only its code was told, and no point is known to lie in it."""


class Areas:
    """All areas of a city, by code."""

    def __init__(self, areas: Iterable[Area] = ()) -> None:
        self.by_code = {area.code: area for area in areas}
        self._outlined = tuple(area for area in self.by_code.values() if area.outline is not None)
        self._index: Any = None

    def __len__(self) -> int:
        return len(self.by_code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Areas) and self.by_code == other.by_code

    __hash__ = None  # type: ignore[assignment]

    def codes_by_unit(self) -> dict[str, tuple[str, ...]]:
        """网格编码: the codes of each unit's areas, in one order whatever the file's."""
        found: dict[str, list[str]] = {}
        for code in sorted(self.by_code):
            found.setdefault(self.by_code[code].unit_code, []).append(code)
        return {unit_code: tuple(codes) for unit_code, codes in found.items()}

    def at(self, lng: float, lat: float) -> tuple[Area, ...]:
        """The areas a point lies in or on the edge of."""
        if not self._outlined:
            return ()
        import shapely

        if self._index is None:
            self._index = shapely.STRtree(shapely.from_wkb([area.outline for area in self._outlined]))
        found = self._index.query(shapely.Point(lng, lat), predicate="intersects")
        return tuple(self._outlined[place] for place in sorted(found))


def load_areas(text: str, units: Units, *, filename: str) -> tuple[Area, ...]:
    """Read a FeatureCollection of (multi)polygons with the properties code, name and unit_code."""
    areas: dict[str, Area] = {}
    lines: dict[str, int] = {}
    for line, feature in features_of(text, filename=filename):
        area = _area(feature, units, filename, line)
        if area.code in areas:
            raise BrokenFile(filename, line, f"area {area.code} is already in line {lines[area.code]}")
        areas[area.code], lines[area.code] = area, line
    return tuple(areas.values())


def _area(feature: dict[str, Any], units: Units, filename: str, line: int) -> Area:
    said = feature.get("properties")
    said = said if isinstance(said, dict) else {}
    code, unit_code, name = (said.get(key) for key in ("code", "unit_code", "name"))
    if not isinstance(code, str) or not code.strip() or not isinstance(unit_code, str):
        raise BrokenFile(filename, line, "an area needs the properties code and unit_code, both text")
    if unit_code not in units:
        raise BrokenFile(filename, line, f"area {code} names the unknown unit {unit_code}")
    if units.get(unit_code).level not in _OF_LEVELS:
        raise BrokenFile(filename, line, f"area {code} belongs to no community or street, but to {unit_code}")
    try:
        outline = _outline(feature.get("geometry"))
    except ValueError as refused:
        raise BrokenFile(filename, line, f"area {code}: {refused}") from None
    return Area(code.strip(), name.strip() if isinstance(name, str) else "", unit_code, outline)


def _outline(geometry: Any) -> bytes:
    """Raises ValueError with the reason when it is no sound polygon on Earth."""
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError("the geometry must be a Polygon or a MultiPolygon")
    try:
        # A height is left out: 网格 have none.
        found = shapely.force_2d(shape(geometry))
    except (ShapelyError, TypeError, ValueError, LookupError, AttributeError):
        raise ValueError("the coordinates are no rings of points") from None
    if found.is_empty:
        raise ValueError("the polygon is empty")
    if not found.is_valid:
        raise ValueError(f"the polygon is not valid: {shapely.is_valid_reason(found)}")
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("the polygon is not on Earth; coordinates are longitude, latitude")
    wkb: bytes = shapely.to_wkb(found)
    return wkb
