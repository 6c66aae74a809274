"""How far a department stands from the site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grid.domain.distance import MEAN_RADIUS_M, metres_between
from services.grid.domain.model import Spot

spots = st.builds(Spot, lng=st.floats(-180, 180), lat=st.floats(-90, 90))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        # Lengths of a degree on the WGS84 ellipsoid; the sphere may differ from them by 0.6 %.
        (Spot(116.0, 40.0), Spot(116.0, 41.0), 111_044.0),
        (Spot(116.0, 40.0), Spot(117.0, 40.0), 85_394.0),
        (Spot(116.3390, 39.7180), Spot(116.3390, 39.7225), 499.6),
    ],
)
def test_distance_is_the_geodesic_within_the_sphere_s_error(one: Spot, other: Spot, metres: float) -> None:
    assert metres_between(one, other) == pytest.approx(metres, rel=0.006)


def test_antipodes_are_half_the_circumference_apart() -> None:
    assert metres_between(Spot(0, 0), Spot(180, 0)) == pytest.approx(3.141592653589793 * MEAN_RADIUS_M)


@given(spots, spots)
def test_distance_is_symmetric_never_negative_and_nowhere_undefined(one: Spot, other: Spot) -> None:
    there = metres_between(one, other)
    assert there == pytest.approx(metres_between(other, one), abs=1e-3)
    assert 0 <= there <= 3.1416 * MEAN_RADIUS_M
    assert metres_between(one, one) == 0
