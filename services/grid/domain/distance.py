"""How far two spots lie apart.

The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68, 1984, p. 158) on the
IUGG mean radius. The Earth is no sphere: the error stays below 0.6 %, three metres at the usual radius.
"""

from math import asin, cos, radians, sin, sqrt

from services.grid.domain.model import Spot

MEAN_RADIUS_M = 6_371_008.8


def metres_between(one: Spot, other: Spot) -> float:
    """The great-circle distance in metres."""
    north = radians(other.lat - one.lat)
    east = radians(other.lng - one.lng)
    chord = sin(north / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(east / 2) ** 2
    # Rounding may push antipodes a hair beyond 1, where asin has no answer.
    return 2 * MEAN_RADIUS_M * asin(sqrt(min(1.0, chord)))
