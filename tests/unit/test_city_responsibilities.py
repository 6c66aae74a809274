"""权责清单: complete, found by matter and place, refused with lines when broken."""

import pytest

from shared.city.errors import BrokenFile, NoResponsibility, PlaceTooCoarse
from shared.city.places import Places
from shared.city.responsibilities import ResponsibilityList, load_responsibilities, read_former
from tests.kit.city import beijing, seed


def load(text: str) -> ResponsibilityList:
    city = beijing()
    return load_responsibilities(
        text, units=city.units, categories=city.categories, filename="responsibilities.yaml"
    )


def test_every_category_has_somebody_everywhere() -> None:
    city = beijing()
    assert len(city.responsibilities.items) >= 60
    for code in city.categories.by_code:
        for street in ("110101013", "110114116"):
            item = city.responsibilities.find(code, street)
            done = city.responsibilities.undertake(item, Places(site=street))
            assert done.lead in city.units
            assert all(unit in city.units and unit != done.lead for unit in done.co_units)


def test_what_the_text_says_chooses_among_a_categorys_items() -> None:
    find = beijing().responsibilities.find
    assert find("parking", "110101013", "车停在院里").lead == "street"
    assert "district:fire" in find("parking", "110101013", "车停在消防通道上").co_units
    assert find("social_insurance", "110101013", "医保报销").lead == "D110000-YBJ"


def test_a_streets_own_item_goes_before_the_citys() -> None:
    find = beijing().responsibilities.find
    assert find("group_rental", "110115009014").scope == "110115009"
    assert find("group_rental", "110101013").scope == "city"


def test_the_same_role_is_another_department_in_another_district() -> None:
    duty = beijing().responsibilities
    item = duty.find("road_marking", "110114116", "黄线")
    assert duty.undertake(item, Places(site="110114116")).co_units == ("D110114-GLFJ",)
    assert duty.undertake(item, Places(site="110101013")).co_units == ("D110101-CGW",)


def test_a_street_duty_needs_a_place_that_names_a_street() -> None:
    duty = beijing().responsibilities
    item = duty.find("parking")
    for places in (Places(), Places(site="110101")):
        with pytest.raises(PlaceTooCoarse):
            duty.undertake(item, places)


def test_a_list_that_is_over_is_read_once_however_often_it_is_asked_for() -> None:
    first, again = (
        read_former(seed("responsibilities.yaml"), units=beijing().units, filename="2026.1") for _ in "ab"
    )
    assert first.items is again.items


def test_a_category_nobody_knows_has_nobody() -> None:
    with pytest.raises(NoResponsibility):
        beijing().responsibilities.find("weather")


@pytest.mark.parametrize(
    ("right", "wrong", "at", "reason"),
    [
        ("  - category: greening", "  - category: grass", "category: grass", "no category is called grass"),
        ("    lead: U110000-HEAT", "    lead: U110000-COLD", "U110000-COLD", "'U110000-COLD' is no unit"),
        ("    lead: U110000-HEAT\n", "", "- category: heating", "lead: Field required"),
        ("    lead: street", "    lead: ''", "lead: ''", "at least 1 character"),
        ("    lead: street", "    lead: papers", "lead: papers", "'papers' is no unit and no duty"),
        ("district:environment", "district:moon", "district:moon", "is no role of a district department"),
        ("scope: 110115009", "scope: 999", "scope: 999", "no unit has the code 999"),
        ("kind: shared", "kind: nobody", "kind: nobody", "Input should be"),
        ("  culture: [WLJ]", "  culture: [XXX]", "culture: [XXX]", "东城区 has no department for culture"),
        ("effective_from: 2026-01-01", "effective_from: soon", "effective_from: soon", "valid date"),
        ("  - category: consultation", "  - category: school", "items:", "consultation has no item"),
        ("kind: department_only\n    keywords: [物业公司资质, 物业费标准]\n    lead: district:housing",
         "kind: department_only\n    lead: street", "lead: street\n    co_units: [street]",
         "a department's own duty is led by a department"),
        ("    kind: street_only\n    lead: street\n", "    kind: street_only\n    lead: district\n",
         "lead: district\n", "a street's own duty is led by a street or community"),
        ("    co_units: [community]", f"    co_units: [{', '.join(['community'] * 11)}]",
         "co_units: [community, community", "an item names 10 co-units at most"),
    ],
)  # fmt: skip
def test_a_broken_list_names_file_line_and_reason(right: str, wrong: str, at: str, reason: str) -> None:
    text = seed("responsibilities.yaml")
    assert right in text
    broken = text.replace(right, wrong, 1)
    with pytest.raises(BrokenFile) as refusal:
        load(broken)
    assert reason in refusal.value.problem
    assert refusal.value.line == broken[: broken.index(at)].count("\n") + 1
