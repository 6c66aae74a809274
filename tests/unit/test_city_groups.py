"""分组 and 常住人口: optional files of a city, refused with file, line and reason when they are broken."""

from pathlib import Path
from shutil import copytree

import pytest

from shared.city.city import load_city
from shared.city.errors import BrokenFile
from shared.city.groups import load_groups
from shared.city.population import load_population
from shared.kernel.words import UnitLevel
from tests.kit.city import FOLDER, beijing

UNITS = beijing().units
GROUPS = "code,zh,en,unit_code\n"
RESIDENTS = "unit_code,residents,source\n"


def test_every_district_of_the_seed_is_in_one_group_and_its_streets_with_it() -> None:
    city = beijing()
    districts = [unit.code for unit in UNITS.by_code.values() if unit.level is UnitLevel.DISTRICT]
    assert {city.groups.of(code, UNITS) for code in districts} == set(city.groups.by_code)
    assert city.groups.of("110119203", UNITS) == "ecological"
    assert city.groups.of("110000", UNITS) is None


def test_the_residents_of_the_districts_are_those_of_the_city() -> None:
    population = beijing().population
    districts = [unit.code for unit in UNITS.by_code.values() if unit.level is UnitLevel.DISTRICT]
    assert sum(population.of(code) or 0 for code in districts) == population.of("110000")
    assert population.of("110119203") is None


def test_a_city_may_leave_both_out(tmp_path: Path) -> None:
    folder = copytree(FOLDER, tmp_path / "city")
    for name in ("groups.csv", "population.csv"):
        (folder / name).unlink()
    city = load_city(folder)
    assert (city.groups.of("110119", city.units), city.population.of("110000")) == (None, None)


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("a,甲,A,999999\n", 2, "there is no unit 999999"),
        ("a,甲,A,110101\nb,乙,B,110101\n", 3, "is in group a already"),
        ("a,甲,A,110101\na,乙,A,110102\n", 3, "has other names above"),
        ("a,,A,110101\n", 2, "both names"),
    ],
)
def test_a_broken_groups_file_is_refused(rows: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refused:
        load_groups(GROUPS + rows, UNITS, filename="groups.csv")
    assert f"groups.csv:{line}" in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("999999,5,census\n", 2, "there is no unit 999999"),
        ("110101,5,census\n110101,6,census\n", 3, "above"),
        ("110101,5,\n", 2, "need a source"),
        ("110101,many,census\n", 2, "no number of residents"),
        ("110101,0,census\n", 2, "no number of residents"),
        ("110101,-5,census\n", 2, "no number of residents"),
    ],
)
def test_a_broken_population_file_is_refused(rows: str, line: int, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refused:
        load_population(RESIDENTS + rows, UNITS, filename="population.csv")
    assert f"population.csv:{line}" in str(refused.value)
