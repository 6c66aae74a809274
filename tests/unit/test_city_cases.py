"""The first five real cases reach their units from their own words."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.city.city import load_city
from shared.city.errors import BrokenFile
from shared.city.places import Places
from shared.city.responsibilities import ItemKind, Undertaking
from shared.kernel.words import Kind, Tier, WhistleKind
from tests.kit.city import FOLDER, beijing


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a report went."""

    category: str
    tier: Tier
    done: Undertaking


def route(kind: Kind, text: str, address: str = "", stated: Places | None = None) -> Routed:
    city = beijing()
    suggestion = city.categories.classify(text, kind)[0]
    assert suggestion.confidence >= city.policy.classifying.threshold
    places = city.place(text=text, address=address, stated=stated).places
    item = city.responsibilities.find(suggestion.category, places.lead_place, text)
    return Routed(suggestion.category, suggestion.tier, city.responsibilities.undertake(item, places))


def test_group_rental_in_shouzuo_yuyuan_calls_for_joint_enforcement() -> None:
    routed = route(
        Kind.COMPLAINT,
        "大兴区观音寺街道首座御园有一户群租房，隔成好多小间，夜里噪音很大，影响我们休息",
    )
    assert (routed.category, routed.done.lead) == ("group_rental", "110115009")
    assert routed.done.item.kind is ItemKind.SHARED
    assert routed.done.item.whistle is WhistleKind.JOINT_ENFORCEMENT
    assert routed.done.co_units == ("D110115-GAJ", "D110115-ZJW", "D110115-XFZD", "D110115-CGZF")


def test_the_yellow_line_on_ansi_road_is_the_towns_with_road_maintenance() -> None:
    routed = route(
        Kind.REPORT,
        "安四路香屯村附近的黄色虚线和旁边的单行标志相矛盾，开车的人不知道该不该掉头",
        address="安四路（昌平区兴寿镇香屯村附近）",
    )
    assert (routed.category, routed.done.lead) == ("road_marking", "110114116")
    assert routed.done.co_units == ("D110114-GLFJ",)
    assert routed.done.community == "110114116203"


def test_cars_in_the_way_go_to_the_street_and_on_to_the_community() -> None:
    routed = route(Kind.COMPLAINT, "广渠门外南里社区楼下私家车乱停，把出行的路堵死了，老人出不去")
    assert (routed.category, routed.done.lead) == ("parking", "110101013")
    assert routed.done.community == "110101013006"
    assert routed.done.co_units == ("110101013006",)


def test_standing_water_on_a_road_is_urgent() -> None:
    routed = route(Kind.REPORT, "下雨后西城区椿树街道这边马路上有一大片积水，行人没法走")
    assert (routed.category, routed.tier, routed.done.lead) == ("road_water", Tier.URGENT, "110102015")
    assert "D110102-SWJ" in routed.done.co_units


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我家住在延庆区珍珠泉乡，户口和档案都在永宁镇，现在生活不能自理，想申请低保", ""),
        ("老人生活不能自理，要办低保，可是户籍在永宁镇", "延庆区珍珠泉乡"),
        ("住在珍珠泉乡户口在永宁镇，低保没人管", ""),
        ("永宁镇的档案转不过来，人住珍珠泉乡，低保一直办不下来", ""),
    ],
)
def test_who_lives_in_one_town_with_papers_in_another_has_one_lead_and_one_co_unit(
    text: str, address: str
) -> None:
    routed = route(Kind.HELP, text, address)
    assert (routed.category, routed.done.lead) == ("minimum_living", "110119203")
    assert routed.done.co_units == ("110119103", "D110119-MZJ")


def test_places_stated_by_the_caller_go_before_what_the_text_tells() -> None:
    stated = Places(site="110119203", papers="110119103")
    routed = route(Kind.HELP, "永宁镇和珍珠泉乡都不给办低保", stated=stated)
    assert (routed.done.lead, routed.done.co_units[0]) == ("110119203", "110119103")


def test_two_towns_without_their_parts_are_asked() -> None:
    placing = beijing().place(text="永宁镇和珍珠泉乡都不给办低保")
    assert placing.places == Places()
    assert placing.match.candidates == ("110119103", "110119203")


def test_a_homonym_as_address_is_asked_unless_the_text_tells_which() -> None:
    assert beijing().place(text="路灯坏了", address="香屯村").places.site is None
    assert beijing().place(text="延庆区路灯坏了", address="香屯村").places.site == "110119200225"
    asked = beijing().place(text="椿树街道也这样", address="香屯村")
    assert asked.places.site is None


def test_a_city_folder_without_a_file_is_refused_by_its_name(tmp_path: Path) -> None:
    for name in ("policy.yaml", "units.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    with pytest.raises(BrokenFile, match=r"departments\.csv:1: the file cannot be read"):
        load_city(tmp_path)


def test_a_city_file_that_is_not_utf8_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"version: 1\nzh: \xb1\xb1\n")
    with pytest.raises(BrokenFile, match=r"policy\.yaml:2: the file is not UTF-8"):
        load_city(tmp_path)
