"""巡查: visits, inspections and tracks: what may be recorded, what is said, and how far rounds reach."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time
from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.grid.domain import coverage, tracks
from services.grid.domain.distance import metres_between
from services.grid.domain.errors import MayNotReport
from services.grid.domain.model import Spot
from services.grid.domain.policy import rounds
from services.grid.domain.round_errors import (
    AnswerRefused,
    FormUnknown,
    MinutesRefused,
    PeriodRefused,
    PlaceRefused,
    PlanUnknown,
    TrackRefused,
)
from services.grid.domain.rounds import Answer, Doer, Fix, RecordInspection, RecordTrack, RecordVisit
from shared.kernel.errors import Refusal
from shared.kernel.ids import InspectionId, TrackId, UnitCode, VisitId
from shared.kernel.words import VisitKind
from tests.kit.city import beijing, closing
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, ENFORCEMENT, GUANYINSI, GUANYINSI_COMMUNITY, SITE

CITY = beijing()
KEY = UUID("01950000-0000-7000-8000-0000000000f1")
DOER = Doer("worker-7", GUANYINSI_COMMUNITY, BLOWN_AT)
VISIT = RecordVisit(VisitId(KEY), DOER, None, VisitKind.HOUSEHOLD, 25)
TICKED = (("neighbours", "open"), ("property", "none"), ("wages", "seen"), ("family", "none"))
INSPECTION = RecordInspection(
    InspectionId(KEY), DOER, None, "weekly", 1, tuple(Answer(*pair) for pair in TICKED)
)


def walk(*steps: tuple[float, float, int]) -> RecordTrack:
    fixes = tuple(Fix(Spot(SITE.lng + east, SITE.lat + north), at) for east, north, at in steps)
    return RecordTrack(TrackId(KEY), DOER, fixes)


@pytest.mark.parametrize(
    ("recorded", "behind", "happened"),
    [
        (timedelta(), timedelta(), timedelta()),
        (timedelta(days=-1, hours=-2), timedelta(days=1), timedelta(hours=-2)),
        (timedelta(days=1, hours=-2), timedelta(days=-1), timedelta(hours=-2)),
        (timedelta(days=1), timedelta(), timedelta()),
        # Written down by a good clock, which broke before it was sent.
        (timedelta(hours=-5), timedelta(days=4_000), timedelta(hours=-5)),
        (timedelta(hours=-5), timedelta(days=-40_000), timedelta(hours=-5)),
    ],
)
def test_a_wrong_clock_is_made_good_when_the_device_says_what_time_it_has(
    recorded: timedelta, behind: timedelta, happened: timedelta
) -> None:
    doer = replace(DOER, recorded_at=BLOWN_AT + recorded, behind=behind)
    kept = rounds.visit(replace(VISIT, by=doer), city=CITY, at=BLOWN_AT).state
    assert (kept.recorded_at, kept.happened_at) == (BLOWN_AT + recorded, BLOWN_AT + happened)
    assert kept.received_at == BLOWN_AT


def test_facts_of_a_round_name_no_person_and_no_point() -> None:
    (visited,) = rounds.visit(VISIT, city=CITY, at=BLOWN_AT).facts
    (looked,) = rounds.inspect(INSPECTION, city=CITY, at=BLOWN_AT).facts
    _, walked = rounds.track(walk((0, 0, 0), (0.001, 0, 60)), city=CITY, at=BLOWN_AT)
    said = " ".join(fact.model_dump_json() for fact in (visited, looked, walked))
    assert not [mark for mark in ("worker-7", "116.3", "open", "neighbours") if mark in said]
    assert (visited.minutes, looked.findings, looked.round, walked.seconds) == (25, 2, "2026-W10", 60)


@pytest.mark.parametrize("place", [None, GUANYINSI_COMMUNITY])
def test_a_worker_goes_round_in_the_own_unit(place: UnitCode | None) -> None:
    assert rounds.visit(replace(VISIT, place=place), city=CITY, at=BLOWN_AT).state.place == DOER.unit


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"place": DONGHUASHI}, PlaceRefused),
        ({"place": GUANYINSI}, PlaceRefused),
        ({"place": UnitCode("nobody")}, PlaceRefused),
        ({"minutes": 0}, MinutesRefused),
        ({"minutes": 601}, MinutesRefused),
        ({"by": replace(DOER, unit=ENFORCEMENT)}, MayNotReport),
    ],
)
def test_what_is_no_visit_is_refused_by_name(wrong: dict[str, object], named: type[Refusal]) -> None:
    with pytest.raises(named):
        rounds.visit(replace(VISIT, **wrong), city=CITY, at=BLOWN_AT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"plan": "daily"}, PlanUnknown),
        ({"form_version": 9}, FormUnknown),
        ({"answers": INSPECTION.answers[1:]}, AnswerRefused),
        ({"answers": (*INSPECTION.answers, Answer("more", "x"))}, AnswerRefused),
        ({"answers": (Answer("neighbours", "perhaps"), *INSPECTION.answers[1:])}, AnswerRefused),
    ],
)
def test_what_is_no_inspection_is_refused_by_name(wrong: dict[str, object], named: type[Refusal]) -> None:
    with pytest.raises(named):
        rounds.inspect(replace(INSPECTION, **wrong), city=CITY, at=BLOWN_AT)  # type: ignore[arg-type]


def test_an_inspection_outside_of_the_festival_is_kept_and_counts_for_none() -> None:
    ticked = tuple(Answer(question, "none") for question in ("gatherings", "fire"))
    cmd = replace(INSPECTION, plan="national_day", answers=ticked)
    assert rounds.inspect(cmd, city=CITY, at=BLOWN_AT).state.round is None


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        (((0, 0, 0),), "points"),
        (((0, 0, 0), (5, 0, 1)), "points.1"),
        (((0, 0, 0), (0, 0, 9), (0, 0, 8)), "points.2"),
    ],
)
def test_what_is_no_track_names_its_point(steps: tuple[tuple[float, float, int], ...], field: str) -> None:
    with pytest.raises(TrackRefused) as refused:
        rounds.track(walk(*steps), city=CITY, at=BLOWN_AT)
    assert refused.value.field == field


def test_a_straight_way_is_two_points_and_a_corner_stays() -> None:
    straight = walk(*((step / 1000, 0.0, step) for step in range(50)))
    assert len(tracks.simplified(straight.fixes)) == 2
    corner = walk((0, 0, 0), (0.005, 0, 50), (0.005, 0.005, 100))
    assert tracks.simplified(corner.fixes) == corner.fixes
    kept, _ = rounds.track(straight, city=CITY, at=BLOWN_AT)
    assert len(kept.points) < 20
    assert kept.metres == round(metres_between(straight.fixes[0].spot, straight.fixes[-1].spot))


near = st.floats(-0.05, 0.05)
steps = st.lists(st.tuples(near, near, st.integers(0, 300)), min_size=2, max_size=40)


# Some on one spot, some within the tolerance of each other, some that come back to where they began.
coarse = st.integers(-4, 4).map(lambda step: step / 10_000)
ways = st.lists(st.tuples(near | coarse, near | coarse), min_size=2, max_size=40)


@given(way=ways, comes_back=st.booleans())
def test_no_point_that_was_left_out_lies_off_the_line(
    way: list[tuple[float, float]], comes_back: bool
) -> None:
    there = [*way, way[0]] if comes_back else way
    fixes = walk(*((east, north, second) for second, (east, north) in enumerate(there))).fixes
    kept = tracks.simplified(fixes)
    assert (kept[0], kept[-1]) == (fixes[0], fixes[-1])
    assert all(fix is fixes[fix.seconds] for fix in kept)
    flat = tracks._flattened([fix.spot for fix in fixes])
    for one, other in pairwise(fix.seconds for fix in kept):
        stretch = shapely.LineString([flat[one], flat[other]])
        left_out = shapely.points(flat[one : other + 1])
        assert shapely.distance(stretch, left_out).max() <= tracks.TOLERANCE_M + 1e-6


def test_the_longest_track_that_swings_to_and_fro_holds_nobody_up() -> None:
    """One point is given up at each look through all that are left: in our own words it took seconds."""
    many = rounds.LONGEST_TRACK
    swings = walk(*((step / 50_000, step / 50_000 * (-1) ** step, step) for step in range(many)))
    began = process_time()
    assert len(tracks.simplified(swings.fixes)) > many - 10
    assert process_time() - began < 1


@given(steps=steps)
def test_packing_keeps_a_track_to_within_a_metre(steps: list[tuple[float, float, int]]) -> None:
    fixes = walk(*steps).fixes
    again = tracks.unpacked(tracks.packed(fixes))
    assert [fix.seconds for fix in again] == [fix.seconds for fix in fixes]
    assert all(metres_between(a.spot, b.spot) < 1 for a, b in zip(fixes, again, strict=True))


def test_a_period_is_whole_days_on_the_city_s_clock() -> None:
    period = coverage.period_of(date(2026, 3, 2), date(2026, 3, 8), CITY)
    assert period.begins.astimezone(UTC) == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert (period.ends - period.begins, period.workdays) == (timedelta(days=7), 5)
    wrong = ((date(2026, 3, 2), date(2026, 3, 1)), (date(2026, 1, 1), date(2026, 4, 3)), (date.min,) * 2)
    for first, last in (*wrong, (date.max, date.max)):
        with pytest.raises(PeriodRefused):
            coverage.period_of(first, last, CITY)


def test_the_longest_unvisited_comes_first_and_who_was_visited_in_time_is_not_there() -> None:
    period = coverage.period_of(date(2026, 3, 2), date(2026, 3, 8), CITY)
    one, two, three, four = (UnitCode(str(number)) for number in range(4))
    last = {one: period.ends - timedelta(days=7), two: period.ends - timedelta(days=8), three: period.begins}
    last[three] = period.ends - timedelta(days=30)
    found = coverage.unvisited([one, two, three, four], last, period, 7)
    assert [each.place for each in found] == [four, three, two]


def test_a_share_of_working_time_is_of_workdays_of_eight_hours() -> None:
    went = coverage.Went("worker-7", GUANYINSI_COMMUNITY, 3, 240, 0)
    assert (went.share(5), went.share(0)) == (0.1, None)


def test_communities_are_those_below_the_unit() -> None:
    mine = coverage.places_of(GUANYINSI, CITY)
    assert GUANYINSI_COMMUNITY in mine
    assert all(CITY.units.is_within(place, GUANYINSI) for place in mine)
    assert coverage.places_of(GUANYINSI_COMMUNITY, CITY) == [GUANYINSI_COMMUNITY]
    assert len(coverage.places_of(None, CITY)) > len(mine)


def test_nobody_is_missed_in_a_community_that_was_closed() -> None:
    still = coverage.places_of(GUANYINSI, closing(GUANYINSI_COMMUNITY))
    assert {*coverage.places_of(GUANYINSI, CITY)} - {*still} == {GUANYINSI_COMMUNITY}


def test_a_round_in_a_community_that_is_closed_by_now_is_taken() -> None:
    """By its own worker, and by one of its street, who made it offline."""
    city, of_street = closing(GUANYINSI_COMMUNITY), replace(DOER, unit=GUANYINSI)
    for cmd in (VISIT, replace(VISIT, by=of_street, place=GUANYINSI_COMMUNITY)):
        assert rounds.visit(cmd, city=city, at=BLOWN_AT).state.place == GUANYINSI_COMMUNITY
    assert rounds.inspect(INSPECTION, city=city, at=BLOWN_AT).state.place == GUANYINSI_COMMUNITY
    kept, _ = rounds.track(walk((0, 0, 0), (0.001, 0, 60)), city=city, at=BLOWN_AT)
    assert kept.unit == GUANYINSI_COMMUNITY
