"""The unit tree: Beijing's own, and trees that are refused whole."""

import pytest

from shared.city.errors import BrokenFile, UnknownUnit
from shared.city.units import load_units
from shared.kernel.words import UnitLevel
from tests.kit.city import beijing, seed

HEAD = "code,name,level,parent_code\n11,北京市,city,\n"


def test_all_published_units_are_there() -> None:
    published = load_units([("units.csv", seed("units.csv"))])
    assert len(published) == 7901
    levels = [unit.level for unit in published.by_code.values()]
    assert levels.count(UnitLevel.DISTRICT) == 16
    assert levels.count(UnitLevel.STREET) == 349
    assert levels.count(UnitLevel.COMMUNITY) == 7535


def test_a_community_knows_its_street_its_district_and_its_address() -> None:
    units = beijing().units
    assert units.street_of("110101013006") == "110101013"
    assert units.district_of("110101013006") == "110101"
    assert units.street_of("110101") is None
    assert units.path_name("110101013006") == "东城区东花市街道广渠门外南里社区居委会"
    assert units.is_within("110101013006", "110101")
    assert "110101013006" in {unit.code for unit in units.children("110101013")}


def test_a_unit_is_found_with_all_that_lie_below_it() -> None:
    rows = "12,某区,district,11\n13,甲街道,street,12\n14,乙区,district,11\n"
    units = load_units([("units.csv", HEAD + rows)])
    assert set(units.with_below("11")) == {"11", "12", "13", "14"}
    assert set(units.with_below("12")) == {"12", "13"}
    assert units.with_below("13") == ("13",)
    assert units.with_below("nowhere") == ()


def test_a_unit_oversees_itself_and_what_lies_below_it() -> None:
    units = beijing().units
    above = ("110101013006", "110101013", "110101", "110000")
    assert [units.oversees(each, "110101013006") for each in above] == [True] * 4
    assert not units.oversees("110101013006", "110101013")
    assert not units.oversees("110102", "110101013006")


def test_above_what_the_directory_never_knew_lies_nobody() -> None:
    units = beijing().units
    assert units.oversees("nowhere", "nowhere")
    assert not units.oversees("110000", "nowhere")
    assert not units.oversees("nowhere", "110101")


def test_an_unknown_unit_is_refused_by_name() -> None:
    with pytest.raises(UnknownUnit) as refusal:
        beijing().units.get("nowhere")
    assert refusal.value.code == "nowhere"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("12,某区,district,99", 3, "unknown parent 99"),
        ("12,某区,district,11\n12,某区,district,11", 4, "already in units.csv:3"),
        ("12,甲,district,13\n13,乙,district,12", 3, "cycle"),
        ("12,甲,district,12", 3, "cycle"),
        ("12,某区,country,11", 3, "is no level"),
        ("12,某街道,street,11", 3, "a street cannot lie below a city"),
        ("12,某市,city,", 3, "second root"),
        ("12,某区,district,", 3, "has no parent"),
        ("12,,district,11", 3, "needs a code and a name"),
        ("12,某区,district", 3, "3 cells where 4 are expected"),
        ('12,"某区,district,11', 3, "unexpected end of data"),
    ],
)
def test_a_broken_tree_is_refused_with_its_line(rows: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refusal:
        load_units([("units.csv", f"{HEAD}{rows}\n")])
    assert (refusal.value.filename, refusal.value.line) == ("units.csv", line)


def test_a_wrong_head_line_and_an_empty_table_are_refused() -> None:
    with pytest.raises(BrokenFile, match="the first line must be code,name,level,parent_code"):
        load_units([("units.csv", "name,code\n")])
    with pytest.raises(BrokenFile, match="there are no units"):
        load_units([("units.csv", "code,name,level,parent_code\n")])
