"""并案 decided, without I/O: likeness, places, and the floor of how well duplicates are found."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.duplicates import Candidate, is_offered, is_repeat, offer, propose_merge
from services.intake.domain.likeness import (
    Spot,
    Telling,
    apart,
    distance,
    is_alike,
    keys_around,
    near,
    place_keys,
    shingles,
    spot,
    telling,
)
from services.intake.domain.words import PlaceRole, RelatedPlace, Words, read_words
from shared.city.coordinates import Point
from shared.events.intake import CaseMergeProposed
from shared.kernel.ids import CaseId, UnitCode, new_id
from shared.kernel.words import MergeReason
from tests.bench import duplicates as bench
from tests.bench.duplicates import likeness
from tests.kit.city import beijing
from tests.unit.test_intake_policy import AT, CASE_ID, GUANYINSI, a_case

CITY = beijing()
RULE = CITY.policy.duplicates
GATE = Point(116.3390, 39.7180)
NEXT_DOOR = Point(116.3400, 39.7185)
FAR_OFF = Point(116.3700, 39.7180)
COMMUNITY = "110115009014"
LIFT = "3号楼电梯坏了三天了，老人上下楼很困难。"


def a_telling(text: str = LIFT, *, point: Point | None = GATE, unit: str | None = None) -> Telling:
    lng, lat = (point.lng, point.lat) if point else (None, None)
    places = (RelatedPlace(UnitCode(unit), PlaceRole.SITE),) if unit else ()
    return telling(Words(text, None, lng, lat, places), None, CITY)


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_a_share_and_knows_no_order(one: str, other: str) -> None:
    ours, theirs = shingles(one), shingles(other)
    assert 0.0 <= likeness(ours, theirs) <= 1.0 + 1e-9
    assert likeness(ours, theirs) == likeness(theirs, ours)
    assert not ours or likeness(ours, ours) == pytest.approx(1.0)


def test_courtesies_and_the_address_are_no_likeness() -> None:
    assert shingles("您好，我要反映福园里小区的问题，希望相关部门尽快处理。谢谢", "福园里") == frozenset()
    assert likeness(shingles("福园里电梯坏了", "福园里"), shingles("福园里井盖丢了", "福园里")) == 0.0


def test_width_and_case_of_characters_make_no_difference() -> None:
    assert shingles("ＷＩＦＩ信号差") == shingles("wifi信号差")


def test_a_category_that_differs_is_another_matter_and_an_unknown_one_asks_for_more() -> None:
    assert is_alike(("lift",), ("lift", "noise"), 0.2, 0.2, RULE)
    assert not is_alike(("lift",), ("noise",), 1.0, 0.2, RULE)
    assert not is_alike((), ("lift",), 0.39, 0.2, RULE)
    assert is_alike((), ("lift",), 0.4, 0.2, RULE)


def test_distances_are_metres() -> None:
    assert distance(GATE, GATE) == 0.0
    assert distance(Point(116.0, 39.0), Point(116.0, 40.0)) == pytest.approx(111_195, abs=5)
    assert distance(GATE, FAR_OFF) == pytest.approx(2652, abs=10)


def test_without_points_only_a_community_is_small_enough_to_be_near() -> None:
    assert near(Spot(GATE), Spot(NEXT_DOOR), RULE, CITY.units)
    assert not near(Spot(GATE), Spot(FAR_OFF), RULE, CITY.units)
    assert near(Spot(None, COMMUNITY), Spot(GATE, COMMUNITY), RULE, CITY.units)
    assert not near(Spot(None, GUANYINSI), Spot(None, GUANYINSI), RULE, CITY.units)
    assert not near(Spot(), Spot(), RULE, CITY.units)


def test_places_are_apart_only_when_that_is_sure() -> None:
    assert apart(Spot(GATE), Spot(FAR_OFF), RULE, CITY.units)
    assert not apart(Spot(GATE), Spot(NEXT_DOOR), RULE, CITY.units)
    assert apart(Spot(None, "110119101"), Spot(GATE, GUANYINSI), RULE, CITY.units)
    assert not apart(Spot(None, COMMUNITY), Spot(None, GUANYINSI), RULE, CITY.units)
    assert not apart(Spot(GATE), Spot(None, GUANYINSI), RULE, CITY.units)


@given(
    st.floats(115.5, 117.4),
    st.floats(39.5, 41.0),
    st.floats(-0.0045, 0.0045),
    st.floats(-0.0045, 0.0045),
)
def test_whatever_is_near_shares_a_key(lng: float, lat: float, east: float, north: float) -> None:
    one, other = Spot(Point(lng, lat)), Spot(Point(lng + east, lat + north))
    if near(one, other, RULE, CITY.units):
        assert set(keys_around(one, RULE, CITY.units)) & set(place_keys(other, CITY.units))


def test_a_spot_is_stated_or_told() -> None:
    assert spot(Words("路灯不亮", "大兴区观音寺街道"), CITY) == Spot(None, GUANYINSI)
    assert a_telling(unit=COMMUNITY).spot == Spot(GATE, COMMUNITY)
    assert spot(Words("路灯不亮"), CITY) == Spot()


def test_words_come_out_of_the_seal_as_they_went_in() -> None:
    words = Words("文", "址", 116.4, 39.9, (RelatedPlace(GUANYINSI, PlaceRole.HOME),))
    assert read_words(words.plain()) == words
    assert read_words(Words("文").plain()) == Words("文")


def test_the_same_matter_elsewhere_is_another_matter_of_the_same_caller() -> None:
    assert is_repeat(a_telling(), a_telling(), 1.0, CITY)
    assert is_repeat(a_telling(), a_telling(point=None), 1.0, CITY)
    assert not is_repeat(a_telling(), a_telling(point=FAR_OFF), 1.0, CITY)
    assert not is_repeat(a_telling(), a_telling(), RULE.repeat_likeness - 0.01, CITY)


def test_what_is_not_near_is_not_offered() -> None:
    assert is_offered(a_telling(), a_telling(point=NEXT_DOOR), RULE.nearby_likeness, CITY)
    assert not is_offered(a_telling(), a_telling(point=FAR_OFF), 1.0, CITY)
    assert not is_offered(a_telling(), a_telling(point=None), 1.0, CITY)


@pytest.mark.parametrize("category", ["minimum_living", "disability", "wages", "group_rental", "not.there"])
def test_what_strangers_must_not_know_of_is_never_offered(category: str) -> None:
    private = replace(a_telling(), categories=("lift", category))
    open_to_all = a_telling()
    assert is_offered(open_to_all, open_to_all, 1.0, CITY)
    for ours, theirs in ((private, private), (private, open_to_all), (open_to_all, private)):
        assert not is_offered(ours, theirs, 1.0, CITY)


def test_an_offer_tells_category_nearness_and_days_and_no_more() -> None:
    found = Candidate(CaseId(new_id()), ("lift",), "sealed", AT, 0.5)
    made = offer(found, a_telling(), a_telling(point=NEXT_DOOR), RULE, at=AT)
    assert (made.category, made.within_m, made.days) == ("lift", 100, 0)
    assert offer(found, a_telling(point=NEXT_DOOR), a_telling(), RULE, at=AT).within_m == 300
    assert offer(found, a_telling(), a_telling(point=None), RULE, at=AT).within_m is None


def test_whoever_asks_from_many_places_learns_the_cell_and_no_door() -> None:
    """Both doors lie in one cell: whatever the asker states as his own place, they look the same."""
    one, other = a_telling(point=Point(116.3392, 39.7176)), a_telling(point=Point(116.3402, 39.7188))
    assert place_keys(one.spot, CITY.units) == place_keys(other.spot, CITY.units)
    found = Candidate(CaseId(new_id()), ("lift",), "sealed", AT, 0.5)
    steps, seen = range(-40, 41, 4), set()
    for east, north in itertools.product(steps, steps):
        ours = replace(one, spot=Spot(Point(116.3392 + east / 8000, 39.7176 + north / 8000)))
        is_shown = is_offered(ours, one, 1.0, CITY)
        assert is_shown == is_offered(ours, other, 1.0, CITY)
        told = [offer(found, ours, theirs, RULE, at=AT) for theirs in (one, other)]
        assert told[0] == told[1]
        seen.add(told[0].within_m if is_shown else None)
    assert seen == {100, 300, None}


def test_a_proposal_is_a_fact_and_changes_nothing_here() -> None:
    into = CaseId(new_id())
    decision = propose_merge(a_case(), into, MergeReason.JOINED)
    assert decision.state == a_case()
    assert decision.facts == (
        CaseMergeProposed(case_id=CASE_ID, into_case_id=into, reason=MergeReason.JOINED),
    )


def test_the_labelled_set_is_large_and_hard_enough() -> None:
    told = bench.labelled(CITY)
    assert len(told) == 90
    beside = {one.group for one in told if one.place != one.group}
    assert len(beside) >= 3


def test_duplicates_are_found_at_least_this_well() -> None:
    found = bench.results(CITY)
    linked, offered = found["A repeat caller is linked"][2], found["A near-by case is offered"][2]
    assert (linked.same, linked.other) == (90, 513)
    assert (linked.precision >= 0.88, linked.recall >= 0.28) == (True, True)
    # Of some of the thirty matters, such as group rentals and wages, strangers are not told.
    assert (offered.precision >= 0.75, offered.recall >= 0.70) == (True, True)


def test_the_page_says_what_is_measured() -> None:
    assert bench.PAGE.read_text(encoding="utf-8") == bench.page(CITY), (
        "run `python -m tests.bench.duplicates --write`"
    )
