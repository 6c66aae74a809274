"""轨迹 made small: points that say nothing are left out, the others are packed as differences.

Left out by D. H. Douglas and T. K. Peucker, "Algorithms for the reduction of the number of points required to
represent a digitized line", Cartographica 10 (1973), 112-122. The Earth is taken as flat, to the scale of the
first point: ten kilometres farther north, at 40 degrees, that is wrong by 0.13 %, nothing on ten metres.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, radians

from services.grid.domain.distance import MEAN_RADIUS_M, metres_between
from services.grid.domain.model import Spot
from services.grid.domain.rounds import Fix

TOLERANCE_M = 10.0
"""A phone knows no better where it is. Ours."""
SCALE = 100_000
"""Steps of a degree that are kept: about a metre."""


def length(fixes: Sequence[Fix]) -> float:
    """Metres along the track, before anything is left out."""
    pairs = pairwise(fixes)
    return sum(metres_between(one.spot, other.spot) for one, other in pairs)


def simplified(fixes: Sequence[Fix], tolerance_m: float = TOLERANCE_M) -> tuple[Fix, ...]:
    """The same line without the points that lie within the tolerance of it; first and last stay.

    Each point has its place in the list for a height: that is how what is kept is known again.
    """
    # Here and not above: whoever imports grid's rules without a track to make small does without numpy.
    import shapely

    flat = _flattened([fix.spot for fix in fixes])
    line = shapely.LineString([(x, y, place) for place, (x, y) in enumerate(flat)])
    # The other kind looks after what crosses itself; a track may.
    kept = shapely.simplify(line, tolerance_m, preserve_topology=False)
    return tuple(fixes[int(place)] for *_, place in kept.coords)


def packed(fixes: Sequence[Fix]) -> bytes:
    """Differences as numbers of as many bytes as they need, seven bits in each."""
    written, before = bytearray(), (0, 0, 0)
    for fix in fixes:
        here = (round(fix.spot.lng * SCALE), round(fix.spot.lat * SCALE), fix.seconds)
        for now, was in zip(here, before, strict=True):
            _write(written, now - was)
        before = here
    return bytes(written)


def unpacked(written: bytes) -> tuple[Fix, ...]:
    """What `packed` made, to within the scale."""
    numbers, here, found = _numbers(written), (0, 0, 0), list[Fix]()
    for step in zip(numbers, numbers, numbers, strict=True):
        here = (here[0] + step[0], here[1] + step[1], here[2] + step[2])
        found.append(Fix(Spot(here[0] / SCALE, here[1] / SCALE), here[2]))
    return tuple(found)


def _flattened(spots: Sequence[Spot]) -> list[tuple[float, float]]:
    metre = radians(1) * MEAN_RADIUS_M
    east = metre * cos(radians(spots[0].lat))
    return [(spot.lng * east, spot.lat * metre) for spot in spots]


def _write(written: bytearray, number: int) -> None:
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    while rest > 0x7F:
        written.append(rest & 0x7F | 0x80)
        rest >>= 7
    written.append(rest)


def _numbers(written: bytes) -> Iterator[int]:
    number, shift = 0, 0
    for byte in written:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield -((number + 1) >> 1) if number & 1 else number >> 1
            number, shift = 0, 0
