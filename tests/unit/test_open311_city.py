"""The city's Open311 file: complete, in two languages, refused with its line when broken."""

import pytest

from shared.city.errors import BrokenFile
from shared.city.open311 import LISTS, Open311, load_open311
from tests.kit.city import beijing, seed

FILENAME = "open311.yaml"


def load(text: str) -> Open311:
    return load_open311(text, beijing().categories, filename=FILENAME)


def broken(was: str, becomes: str) -> BrokenFile:
    text = seed(FILENAME)
    assert was in text
    with pytest.raises(BrokenFile) as refusal:
        load(text.replace(was, becomes, 1))
    return refusal.value


def test_every_category_may_be_reported() -> None:
    assert set(beijing().open311.services) == set(beijing().categories.by_code)


def test_every_list_has_values_in_both_languages() -> None:
    asked = [one for service in beijing().open311.services.values() for one in service.attributes]
    assert {one.datatype for one in asked if one.values} == LISTS
    assert all(option.zh and option.en for one in asked for option in one.values)


def test_names_and_groups_are_told_in_the_readers_language() -> None:
    offered = beijing().open311
    assert (offered.name("street_lamp", "zh-CN"), offered.name("street_lamp", "en")) == (
        "路灯",
        "Street lamps",
    )
    assert offered.group("street_lamp", "en") == "Streets and public space"
    assert offered.name("gone", "en") == "gone"


def test_what_touches_somebodys_need_is_in_no_list() -> None:
    services = beijing().open311.services
    private = {code for code, service in services.items() if not service.listed}
    assert {"minimum_living", "disability", "wages", "elderly_care"} <= private
    assert "street_lamp" not in private


def test_an_unknown_category_is_refused_with_its_line() -> None:
    refusal = broken("code: street_lamp\n", "code: lantern\n")
    assert refusal.problem == "no category is called lantern"
    assert seed(FILENAME).splitlines()[refusal.line - 1].strip() == "- code: street_lamp"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("code: parking\n", "code: lift\n", "service lift is written twice"),
        ("LIFT_NUMBER, order: 3", "LIFT_NUMBER, order: 1", "two attributes have the same order"),
        ("code: LAMPS_OUT", "code: LAMP_NUMBER", "two attributes have the same code"),
        ("datatype: number, zh", "datatype: singlevaluelist, zh", "a list has values, and nothing else has"),
        ("key: LEANS", "key: DARK", "two values have the same key"),
        (
            "variable: false",
            "variable: false, required: true",
            "what only tells something cannot require an answer",
        ),
        ("datatype: number, zh", "datatype: integer, zh", "Input should be 'string'"),
        ("stage: production", "stage: dream", "Input should be 'production' or 'test'"),
        ("code: DEPTH_CM", 'code: "DEPTH CM"', "String should match pattern"),
        ("+08:00", "", "timezone"),
    ],
)
def test_a_broken_file_says_what_is_wrong(was: str, becomes: str, said: str) -> None:
    assert said in broken(was, becomes).problem
