"""轨迹 made small: points that say nothing are left out, the others are packed as differences.

Left out by D. H. Douglas and T. K. Peucker, "Algorithms for the reduction of the number of points required to
represent a digitized line", Cartographica 10 (1973), 112-122. The Earth is taken as flat, to the scale of the
first point: ten kilometres farther north, at 40 degrees, that is wrong by 0.13 %, nothing on ten metres.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, radians, sqrt

from services.grid.domain.distance import MEAN_RADIUS_M, metres_between
from services.grid.domain.model import Spot
from services.grid.domain.rounds import Fix

TOLERANCE_M = 10.0
"""A phone knows no better where it is. Ours."""
SCALE = 100_000
"""Steps of a degree that are kept: about a metre."""
MOST_CUTS = 16
"""After so many cuts a part of a track is halved; two thousand points of a walk need fewer."""


def length(fixes: Sequence[Fix]) -> float:
    """Metres along the track, before anything is left out."""
    pairs = pairwise(fixes)
    return sum(metres_between(one.spot, other.spot) for one, other in pairs)


def simplified(fixes: Sequence[Fix], tolerance_m: float = TOLERANCE_M) -> tuple[Fix, ...]:
    """The same line without the points that lie within the tolerance of it; first and last stay.

    A track that swings to and fro gives up one point at each cut, and each cut looks through all that are
    left: minutes for a batch of such. So what was cut often enough is halved from then on.
    """
    flat = _flattened([fix.spot for fix in fixes])
    kept, open_parts = {0, len(fixes) - 1}, [(0, len(fixes) - 1, 0)]
    while open_parts:
        first, last, cuts = open_parts.pop()
        farthest, apart = _farthest(flat, first, last)
        if apart > tolerance_m:
            at = farthest if cuts < MOST_CUTS else (first + last) // 2
            kept.add(at)
            open_parts += [(first, at, cuts + 1), (at, last, cuts + 1)]
    return tuple(fixes[at] for at in sorted(kept))


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


def _farthest(flat: Sequence[tuple[float, float]], first: int, last: int) -> tuple[int, float]:
    """Of the points between two, the one farthest from the stretch between them, and how many metres."""
    (here_x, here_y), (there_x, there_y) = flat[first], flat[last]
    along_x, along_y = there_x - here_x, there_y - here_y
    square = along_x**2 + along_y**2 or 1.0
    farthest, apart = first, 0.0
    # Written out: it is done some ten times for each point of each track.
    for place in range(first + 1, last):
        x, y = flat[place]
        x, y = x - here_x, y - here_y
        share = min(1.0, max(0.0, (x * along_x + y * along_y) / square))
        x, y = x - share * along_x, y - share * along_y
        if (far := x * x + y * y) > apart:
            farthest, apart = place, far
    return farthest, sqrt(apart)


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
