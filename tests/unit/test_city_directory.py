"""单位名录: read over the running one, compared with it, or refused whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.city.directory import (
    NOTHING,
    Directory,
    areas_told,
    directory_of,
    fingerprint,
    listed_in,
    read_directory,
)
from shared.city.directory_difference import difference
from shared.city.errors import BrokenFile, ClosedUnit
from shared.city.gazetteer import Gazetteer
from shared.city.units import units_of
from shared.kernel.words import UnitLevel
from tests.kit.directory import a_square, geojson, with_row

UNITS = """code,name,level,parent_code
1,某市,city,
11,甲区,district,1
12,乙区,district,1
111,子街道,street,11
112,丑街道,street,11
1111,子社区居委会,community,111
"""
NAMES = "alias,kind,unit_code\n某某花园,estate,1111\n"
FILES = {"units.csv": UNITS, "names.csv": NAMES, "map.geojson": geojson(a_square("G", "1111", 116.0, 39.0))}
RUNNING = read_directory(FILES, NOTHING)


def changed(**files: str) -> dict[str, int]:
    after = read_directory({**FILES, **{f"{name}.csv": text for name, text in files.items()}}, RUNNING)
    return {name: count for name, count in difference(RUNNING, after).counts().items() if count}


def test_the_same_files_change_nothing_in_whatever_order() -> None:
    head, *rows = UNITS.splitlines()
    assert changed(units="\n".join([head, *reversed(rows)]) + "\n") == {}
    again = read_directory({**FILES, "units.csv": "\n".join([head, *reversed(rows)])}, RUNNING)
    assert fingerprint(again) == fingerprint(RUNNING)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("112,丑街道", "113,寅街道", {"added": 1, "closed": 1}),
        ("丑街道", "丑地区", {"renamed": 1}),
        ("112,丑街道,street,11", "112,丑街道,street,12", {"moved": 1}),
        ("112,丑街道,street,11", "112,丑局,department,1", {"renamed": 1, "moved": 1, "releveled": 1}),
    ],
)
def test_each_kind_of_change_is_told_apart(before: str, after: str, found: dict[str, int]) -> None:
    assert changed(units=UNITS.replace(before, after)) == found


def test_a_closed_unit_stays_by_name_and_nothing_leads_to_it() -> None:
    """Closed with its street: it keeps its place in the tree; other names and areas go."""
    text = "\n".join(line for line in UNITS.splitlines() if "子" not in line)
    after = read_directory({"units.csv": text}, RUNNING)
    assert "1111" not in after.units
    assert after.units.lineage("1111") == ("1111", "111", "11", "1")
    assert after.units.name_of("1111") == "子社区居委会"
    with pytest.raises(ClosedUnit):
        after.units.get_acting("1111")
    assert (after.aliases, len(after.areas)) == ((), 0)
    assert Gazetteer(after.units, after.aliases).match("甲区子社区漏水").found == "11"
    told = difference(RUNNING, after)
    assert [each.code for each in told.closed] == ["111", "1111"]
    assert (len(told.aliases_removed), told.areas_removed) == (1, ("G",))


def test_a_closed_unit_that_comes_again_is_reopened() -> None:
    gone = read_directory({"units.csv": UNITS.replace("112,丑街道,street,11\n", "")}, RUNNING)
    again = read_directory({"units.csv": UNITS}, gone)
    assert [each.code for each in difference(gone, again).reopened] == ["112"]


def test_a_kind_that_is_not_given_stays_as_it_is() -> None:
    after = read_directory({"n.csv": "alias,kind,unit_code\n某某苑,name,112\n"}, RUNNING)
    assert (after.units, after.areas) == (RUNNING.units, RUNNING.areas)
    assert [each.text for each in after.aliases] == ["某某苑"]


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("units.csv", with_row(UNITS, "2,丙,street,99"), 8, "unknown parent 99"),
        ("units.csv", UNITS.replace("11,甲区,district,1\n", "11,甲区,district,111\n"), 3, "cycle"),
        ("units.csv", with_row(UNITS, "11,丙区,district,1"), 8, "already in units.csv:3"),
        ("units.csv", with_row(UNITS, "2,丙,planet,11"), 8, "is no level"),
        ("names.csv", with_row(NAMES, "某某里,estate,99"), 3, "unknown unit 99"),
        ("other.csv", "a,b\n", 1, "the first line must be"),
    ],
)
def test_broken_files_are_refused_with_their_line(name: str, text: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refusal:
        read_directory({**FILES, name: text}, RUNNING)
    assert (refusal.value.filename, refusal.value.line) == (name, line)


def test_who_waits_for_a_parent_waits_outside() -> None:
    told = listed_in(RUNNING)
    parent = told.pop("111")
    assert "1111" not in directory_of(told, RUNNING.areas).units
    assert directory_of({**told, "111": parent}, RUNNING.areas).units.by_code == RUNNING.units.by_code


def test_areas_are_known_by_their_codes_to_who_never_saw_their_outlines() -> None:
    """One that is known stays as it is, one that moved is the other unit's, one that is gone is gone."""
    files = geojson(a_square("G", "112", 116.0, 39.0), a_square("H", "1111", 116.1, 39.0))
    told = listed_in(read_directory({"map.geojson": files}, RUNNING))
    heard = areas_told(told, RUNNING.areas)
    assert {code: area.unit_code for code, area in heard.by_code.items()} == {"G": "112", "H": "1111"}
    assert heard.at(116.005, 39.005) == (heard.by_code["G"],), "its outline was known"
    assert heard.at(116.105, 39.005) == (), "nobody told where it is"
    assert areas_told(listed_in(RUNNING), heard).by_code.keys() == {"G"}
    assert areas_told(listed_in(RUNNING), RUNNING.areas) is RUNNING.areas


CODES = st.sampled_from(["1", "11", "12", "111", "112", "1111", "9"])
ROWS = st.lists(st.tuples(CODES, st.sampled_from(list(UnitLevel)), CODES | st.just("")), max_size=12)


@given(ROWS)
def test_whatever_is_read_is_a_tree_with_all_that_was_there_and_all_else_is_refused(
    rows: list[tuple[str, UnitLevel, str]],
) -> None:
    """Any table: either one root, no cycle, every known unit kept, or a refusal that names its line."""
    table = "".join(f"{code},名{code},{level},{parent}\n" for code, level, parent in rows)
    before = fingerprint(RUNNING)
    refused: BrokenFile | None = None
    try:
        after = read_directory({"units.csv": f"code,name,level,parent_code\n{table}"}, RUNNING)
    except BrokenFile as refusal:
        refused = refusal
    if refused is not None:
        assert 1 <= refused.line <= len(rows) + 1
    else:
        assert set(after.units.by_code) >= set(RUNNING.units.by_code) | {code for code, _, _ in rows}
        roots = {lineage[-1] for code, lineage in after.units.lineages.items() if code in after.units}
        assert len(roots) == 1
        back = read_directory({"units.csv": UNITS, "n.csv": NAMES, "m.geojson": FILES["map.geojson"]}, after)
        acting = units_of(back.units.acting())
        assert fingerprint(Directory(acting, back.aliases, back.areas)) == before
    assert fingerprint(RUNNING) == before


def test_an_area_with_another_outline_is_changed() -> None:
    wider = geojson(a_square("G", "1111", 116.0, 39.0, side=0.02))
    after = read_directory({"map.geojson": wider}, RUNNING)
    assert difference(RUNNING, after).areas_changed == ("G",)
    assert replace(after, areas=RUNNING.areas) == RUNNING
