"""Answers to a service's questions: typed, complete, refused by name."""

import pytest

from services.intake.domain.open311.answers import read_answers, read_instant
from services.intake.domain.open311.errors import WrongParameters
from shared.city.open311 import Service
from tests.kit.city import beijing

LAMP, LIFT, PARKING = (beijing().open311.services[code] for code in ("street_lamp", "lift", "parking"))


def refused(service: Service, **given: list[str]) -> dict[str, str]:
    with pytest.raises(WrongParameters) as refusal:
        read_answers(service, given)
    return {flaw.parameter: flaw.message for flaw in refusal.value.flaws}


def test_answers_come_in_the_order_they_are_asked() -> None:
    given = {"REMARKS": ["一行\n两行"], "FAULTS": ["DARK", "LEANS"], "LAMPS_OUT": ["3"]}
    assert [answer.told() for answer in read_answers(LAMP, given)] == [
        "几盏灯不亮：3",
        "现象：不亮、灯杆倾斜",
        "其他说明：一行\n两行",
    ]


def test_a_missing_required_attribute_is_named() -> None:
    assert refused(LAMP) == {"attribute[LAMPS_OUT]": "this attribute is required"}
    assert refused(LIFT, LIFT_NUMBER=["A1"]) == {"attribute[PEOPLE_INSIDE]": "this attribute is required"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert set(refused(LAMP, LAMPS_OUT=["three"], FAULTS=["GREEN"], COLOUR=["red"])) == {
        "attribute[LAMPS_OUT]",
        "attribute[FAULTS]",
        "attribute[COLOUR]",
    }


@pytest.mark.parametrize("value", ["1e9", "NaN", "inf", "0x10", "1,5", "一", "9" * 16, "1.", "٣"])
def test_a_number_is_a_plain_number(value: str) -> None:
    assert "must be a number" in refused(LAMP, LAMPS_OUT=[value])["attribute[LAMPS_OUT]"]


@pytest.mark.parametrize("value", ["3", "-3", "0.5", "+12"])
def test_numbers_are_taken(value: str) -> None:
    assert read_answers(LAMP, {"LAMPS_OUT": [value]})[0].values == (value,)


def test_one_line_is_one_line_and_not_too_long() -> None:
    for value in ("a\nb", "x" * 256):
        assert (
            "must be one line"
            in refused(LAMP, LAMPS_OUT=["1"], LAMP_NUMBER=[value])["attribute[LAMP_NUMBER]"]
        )
    assert "at most 1000" in refused(LAMP, LAMPS_OUT=["1"], REMARKS=["x" * 1001])["attribute[REMARKS]"]


def test_lists_take_their_own_keys_only_and_once() -> None:
    assert "must be of: yes, no" in refused(LIFT, PEOPLE_INSIDE=["maybe"])["attribute[PEOPLE_INSIDE]"]
    assert refused(LIFT, PEOPLE_INSIDE=["yes", "no"]) == {"attribute[PEOPLE_INSIDE]": "takes one value"}
    twice = refused(LAMP, LAMPS_OUT=["1"], FAULTS=["DARK", "DARK"])
    assert twice == {"attribute[FAULTS]": "the same value is given twice"}


def test_what_only_tells_something_takes_no_answer() -> None:
    assert "asks no such thing" in refused(LIFT, PEOPLE_INSIDE=["no"], ADVICE=["x"])["attribute[ADVICE]"]


def test_a_time_has_its_zone() -> None:
    assert read_answers(PARKING, {"SINCE": ["2026-11-22T08:00:00+08:00"]})
    for value in ("2026-11-22", "2026-11-22T08:00:00", "yesterday", "2026-13-01T00:00:00Z"):
        assert "with its zone" in refused(PARKING, SINCE=[value])["attribute[SINCE]"]


def test_a_plus_that_was_not_escaped_is_still_a_zone() -> None:
    assert read_instant("2026-11-22T08:00:00 08:00") == read_instant("2026-11-22T00:00:00Z")


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1-1-1", ""])
def test_no_instant_is_beyond_what_a_database_holds(written: str) -> None:
    assert read_instant(written) is None
