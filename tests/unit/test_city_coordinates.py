"""坐标: three datums brought to one."""

from math import cos, hypot, nan, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.city.coordinates import (
    Datum,
    Point,
    gcj02_to_bd09,
    inside,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from shared.city.errors import ImpossibleCoordinate
from tests.kit.city import beijing

in_china = st.builds(Point, st.floats(75, 134), st.floats(5, 53))
TIANANMEN = Point(116.391305, 39.905527)


def metres(one: Point, other: Point) -> float:
    east = (one.lng - other.lng) * 111_320 * cos(radians(one.lat))
    return hypot(east, (one.lat - other.lat) * 110_950)


@given(point=in_china)
def test_there_and_back_is_less_than_a_metre(point: Point) -> None:
    assert metres(to_wgs84(wgs84_to_gcj02(point), Datum.GCJ02), point) < 0.01
    assert metres(to_wgs84(wgs84_to_bd09(point), Datum.BD09), point) < 1


def test_the_shift_in_beijing_is_the_known_one() -> None:
    """Figures of the widely published implementations for this point."""
    state = wgs84_to_gcj02(Point(116.404, 39.915))
    assert (state.lng, state.lat) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-7)
    baidu = gcj02_to_bd09(Point(116.404, 39.915))
    assert (baidu.lng, baidu.lat) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-7)


def test_the_way_back_agrees_with_the_known_one() -> None:
    """The published ways back are one step of ours, so they end within two metres of it."""
    gps = to_wgs84(Point(116.404, 39.915), Datum.GCJ02)
    assert metres(gps, Point(116.39775550083061, 39.91359571849836)) < 2
    baidu = to_wgs84(Point(116.404, 39.915), Datum.BD09)
    state = wgs84_to_gcj02(baidu)
    assert metres(state, Point(116.39762729119315, 39.90865673957631)) < 2


def test_the_datums_differ_by_hundreds_of_metres_so_mixing_them_up_matters() -> None:
    assert 400 < metres(wgs84_to_gcj02(TIANANMEN), TIANANMEN) < 800


def test_outside_china_nothing_is_shifted() -> None:
    paris = Point(2.35, 48.86)
    assert wgs84_to_gcj02(paris) == paris
    assert to_wgs84(paris, Datum.GCJ02) == paris


def test_the_city_has_an_inside() -> None:
    bounds = beijing().policy.bounds.rectangle
    assert inside(TIANANMEN, bounds)
    assert not inside(Point(121.47, 31.23), bounds)


@pytest.mark.parametrize(("lng", "lat"), [(181, 0), (0, 91), (nan, 0), (0, float("inf"))])
def test_no_point_on_earth_is_refused(lng: float, lat: float) -> None:
    with pytest.raises(ImpossibleCoordinate):
        Point(lng, lat)
