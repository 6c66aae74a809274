"""网格 on the map: which unit a point belongs to, and when it is asked instead of guessed."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from shared.city.areas import Areas, load_areas
from shared.city.city import City
from shared.city.errors import BrokenFile
from shared.city.places import Places
from tests.kit.directory import CHUNSHU, a_square, geojson, small_city

XUANWU, TIANTANG = "110102015001", "110115010"
MAP = geojson(
    a_square("S", CHUNSHU, 116.30, 39.90, side=0.04),
    a_square("G1", XUANWU, 116.30, 39.90),
    a_square("G2", XUANWU, 116.305, 39.90),
    a_square("T", TIANTANG, 116.33, 39.90),
)


def city() -> City:
    found = small_city()
    return replace(found, areas=Areas(load_areas(MAP, found.units, filename="map.geojson")))


def site(lng: float, text: str = "积水", stated: Places | None = None) -> str | None:
    return city().place(text=text, stated=stated, point=(lng, 39.905)).places.site


def asked(lng: float, text: str = "积水") -> tuple[str, ...]:
    placing = city().place(text=text, point=(lng, 39.905))
    assert placing.places.site is None
    return placing.match.candidates


def test_a_point_leads_to_the_deepest_unit_whose_area_it_lies_in() -> None:
    assert site(116.302) == XUANWU
    assert site(116.320) == CHUNSHU, "only the street's outline is there"


def test_two_areas_of_one_unit_leave_no_doubt() -> None:
    assert site(116.307) == XUANWU


def test_a_point_in_no_area_tells_nothing() -> None:
    assert asked(116.99) == ()


def test_a_point_in_areas_of_two_units_is_asked() -> None:
    assert set(asked(116.335)) == {CHUNSHU, TIANTANG}


def test_a_stated_unit_stands_whatever_the_map_says() -> None:
    assert site(116.302, stated=Places(site=TIANTANG)) == TIANTANG


def test_words_and_map_together_are_more_exact_than_words() -> None:
    assert site(116.302, text="椿树街道积水") == XUANWU


def test_words_and_map_that_contradict_each_other_are_asked() -> None:
    assert asked(116.302, text="天堂河小区积水") == (TIANTANG, XUANWU)


def test_of_homonyms_the_one_that_lies_there_is_meant() -> None:
    """首座御园 lies in four communities of one street; elsewhere on the map it is asked."""
    found = small_city()
    community = "110115009014"
    areas = Areas(load_areas(geojson(a_square("H", community, 116.3, 39.7)), found.units, filename="m"))
    placing = replace(found, areas=areas).place(text="首座御园群租", point=(116.305, 39.705))
    assert placing.places.site == community


SQUARE = a_square("G", CHUNSHU, 116.0, 39.0)


def with_ring(*points: Any) -> dict[str, Any]:
    return {**SQUARE, "geometry": {"type": "Polygon", "coordinates": [list(points)]}}


BOW_TIE = with_ring([116, 39], [117, 40], [117, 39], [116, 40], [116, 39])


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (BOW_TIE, "not valid: Self-intersection"),
        (with_ring([216, 39], [217, 39], [217, 40], [216, 39]), "not on Earth"),
        (with_ring([116, 39], [117, 39]), "no rings of points"),
        (with_ring(["a", "b"]), "no rings of points"),
        ({**SQUARE, "geometry": None}, "must be a Polygon"),
        ({**SQUARE, "geometry": {"type": "Point", "coordinates": [116, 39]}}, "must be a Polygon"),
        ({**SQUARE, "geometry": {"type": "Polygon", "coordinates": []}}, "empty"),
        ({**SQUARE, "properties": {"code": "G"}}, "needs the properties code and unit_code"),
        ({**SQUARE, "properties": {"code": "G", "unit_code": "110102"}}, "belongs to no community or street"),
        ({**SQUARE, "properties": None}, "needs the properties"),
        (a_square("S", CHUNSHU, 116, 39), "already in line 2"),
        ({"type": "Polygon"}, "is no GeoJSON Feature"),
    ],
)
def test_a_broken_area_is_refused_with_the_line_it_begins_on(feature: dict[str, Any], reason: str) -> None:
    text = geojson(a_square("S", CHUNSHU, 116, 39), a_square("S2", CHUNSHU, 116, 39), feature)
    with pytest.raises(BrokenFile, match=reason) as refusal:
        load_areas(text, small_city().units, filename="map.geojson")
    assert refusal.value.line == 4


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"type": "FeatureCollection",\n "features": [,]}', 2, "Expecting value"),
        ("[]", 1, "must be a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection"}', 1, "must be a GeoJSON FeatureCollection"),
        ("[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_what_is_no_collection_is_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refusal:
        load_areas(text, small_city().units, filename="map.geojson")
    assert refusal.value.line == line


def test_features_are_found_whatever_stands_before_them() -> None:
    """A property called features, on lines before, is not the collection's."""
    feature = json.dumps(SQUARE)
    head = '\ufeff{"name": {"features": [1, "]"]},\n\n"type": "FeatureCollection", "features":\n['
    text = f"{head}{feature}\n]}}"
    assert [area.code for area in load_areas(text, small_city().units, filename="m")] == ["G"]


def test_a_city_without_areas_never_loads_the_geometry_package() -> None:
    program = (
        "import sys; from tests.kit.city import beijing; beijing().place(text='x', point=(116.3, 39.9)); "
        "print('shapely' in sys.modules, 'numpy' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).split() == ["False", "False"]
