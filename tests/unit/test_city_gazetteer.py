"""地名库: the deepest unit a text names; a homonym is asked, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.city.errors import BrokenFile
from shared.city.gazetteer import load_aliases
from tests.kit.city import beijing

XIANGTUN_CHANGPING, XIANGTUN_YANQING = "110114116203", "110119200225"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("昌平区兴寿镇香屯村", XIANGTUN_CHANGPING),
        ("昌平兴寿香屯村", XIANGTUN_CHANGPING),
        ("延庆区香屯村", XIANGTUN_YANQING),
        ("安四路香屯村", XIANGTUN_CHANGPING),
        ("安四路（昌平区兴寿镇香屯村附近）", XIANGTUN_CHANGPING),
        ("广渠门外南里社区", "110101013006"),
        ("东城区东花市街道广渠门外南里社区居委会楼下", "110101013006"),
        ("住在广渠门外南里3号楼", "110101013006"),
        ("大兴区观音寺街道首座御园", "110115009"),
        ("大兴区 观音寺街道 首座御园", "110115009"),
        ("首座御园一里", "110115009014"),
        ("西城区椿树街道", "110102015"),
        ("椿树街道办事处门口", "110102015"),
        ("西城区椿树街道永光社区", "110102015008"),
        ("朝阳区崔各庄乡", "110105038"),
        ("珍珠泉乡", "110119203"),
        ("永宁镇", "110119103"),
        ("前门草厂", "110101011010"),
        ("东城区前门街道草厂社区", "110101011010"),
        ("昌平区回龙观街道龙城社区龙城花海", "110114011003"),
        ("大兴区天宫院街道天堂河小区", "110115010"),
        ("昌平区", "110114"),
    ],
)
def test_an_address_names_its_deepest_unit(text: str, code: str) -> None:
    match = beijing().gazetteer.match(text)
    assert match.found == code, match.explanation


def test_two_villages_of_one_name_are_asked() -> None:
    match = beijing().gazetteer.match("香屯村")
    assert match.found is None
    assert match.candidates == (XIANGTUN_CHANGPING, XIANGTUN_YANQING)
    assert "兴寿镇" in match.explanation
    assert "大庄科乡" in match.explanation


def test_a_bare_homonym_is_asked_even_where_one_of_them_is_famous() -> None:
    match = beijing().gazetteer.match("草厂")
    assert match.found is None
    assert match.candidates == ("110101011010", "110108029213", "110112106227")


def test_a_district_narrows_homonyms_only_as_far_as_it_can() -> None:
    match = beijing().gazetteer.match("昌平区辛庄村")
    assert match.found is None
    assert len(match.candidates) == 4
    assert all(beijing().units.district_of(code) == "110114" for code in match.candidates)


def test_two_towns_in_one_text_are_both_candidates_in_the_order_told() -> None:
    match = beijing().gazetteer.match("人在珍珠泉乡，永宁镇那边不给办")
    assert match.found is None
    assert match.candidates == ("110119203", "110119103")


def test_an_estate_over_several_communities_is_its_streets() -> None:
    match = beijing().gazetteer.match("首座御园")
    assert match.found == "110115009"
    assert len(match.candidates) == 4


@pytest.mark.parametrize("text", ["学院路37号", "安四路", "回龙观"])
def test_a_road_or_a_short_bare_name_alone_is_offered_not_taken(text: str) -> None:
    match = beijing().gazetteer.match(text)
    assert match.found is None
    assert match.candidates


@pytest.mark.parametrize(
    "text", ["", "北京市", "我们村路灯坏了", "火车站广场", "河北省", "!!!", "我是东北人", "在永乐的歌声里"]
)
def test_a_text_without_a_place_has_none(text: str) -> None:
    assert beijing().gazetteer.match(text).candidates == ()


def test_the_tail_of_a_longer_unknown_name_is_no_place() -> None:
    """西城区 has no 北里社区; the four elsewhere are not meant."""
    assert beijing().gazetteer.match("西城区北里社区").found == "110102"


def test_a_text_of_nothing_but_names_is_answered() -> None:
    match = beijing().gazetteer.match("香屯村辛庄村" * 600)
    assert match.found is None
    assert len(match.candidates) <= 40


@given(text=st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    match = beijing().gazetteer.match(text)
    assert match.explanation
    assert match.found is None or match.found in beijing().units


def test_every_unit_of_the_city_is_found_by_its_whole_address() -> None:
    city = beijing()
    wrong = []
    for unit in city.units.by_code.values():
        if unit.level not in ("district", "street", "community"):
            continue
        match = city.gazetteer.match(city.units.path_name(unit.code))
        if match.found != unit.code:
            wrong.append(city.units.path_name(unit.code))
    assert wrong == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("首座御园,estate,999", "unknown unit 999"),
        ("首座御园,castle,110115009", "no kind of alias"),
        ("首,estate,110115009", "at least two characters"),
        ("首座御园,estate", "2 cells where 3 are expected"),
    ],
)
def test_a_broken_alias_names_file_and_line(row: str, reason: str) -> None:
    text = f"alias,kind,unit_code\n龙城花海,estate,110114011003\n{row}\n"
    with pytest.raises(BrokenFile, match=reason) as refusal:
        load_aliases(text, beijing().units, filename="aliases.csv")
    assert (refusal.value.filename, refusal.value.line) == ("aliases.csv", 3)
