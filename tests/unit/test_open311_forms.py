"""Forms: sorted into parameters and answers, refused before anything is made of them."""

import pytest

from services.intake.api.open311.forms import Form, sorted_out
from services.intake.api.open311.wishes import is_kept, the_wish
from services.intake.domain.open311.errors import NoSuchJurisdiction, NoSuchService, WrongParameters
from services.intake.domain.open311.request import RequestService, published
from shared.kernel.words import Channel, Kind
from tests.kit.city import beijing
from tests.unit.test_intake_policy import a_case

HERE = {"lat": "39.9", "long": "116.4"}


def wish(**single: str) -> RequestService:
    return the_wish(Form(single, {}), beijing().open311, by="some-app")


def flaws(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(WrongParameters) as refusal:
        sorted_out(pairs)
    return {flaw.parameter: flaw.message for flaw in refusal.value.flaws}


def wrong(**single: str) -> dict[str, str]:
    with pytest.raises(WrongParameters) as refusal:
        wish(**single)
    return {flaw.parameter: flaw.message for flaw in refusal.value.flaws}


def test_answers_are_gathered_in_each_way_clients_write_them() -> None:
    form = sorted_out(
        [
            ("attribute[A]", "1"),
            ("attribute[B][]", "x"),
            ("attribute[B][]", "y"),
            ("attribute[C][0]", "z"),
            ("attribute[D]", " "),
            ("colour", "red"),
        ]
    )
    assert form.answers == {"A": ["1"], "B": ["x", "y"], "C": ["z"]}
    assert form.said("colour") == "red"


def test_the_same_form_with_the_key_that_came_after_is_the_same() -> None:
    def said(**single: str) -> bytes:
        return Form({"service_code": "noise", **HERE, **single}, {}).said_with([])

    assert said(api_key="jk_old") == said(api_key="jk_new") == said()
    assert said(api_key="jk_old", description="吵") != said(api_key="jk_old")


def test_an_empty_parameter_was_not_sent() -> None:
    assert sorted_out([("description", "  ")]).said("description") is None


def test_what_no_form_of_ours_holds_is_named() -> None:
    found = flaws(
        ("lat", "1"),
        ("lat", "2"),
        ("phone", "1" * 41),
        ("description", "a\x07b"),
        ("attribute[", "x"),
        ("attribute[a b]", "x"),
    )
    assert found == {
        "lat": "is given twice",
        "phone": "must have at most 40 characters",
        "description": "holds a control character; send it without",
        "attribute[": "write answers as attribute[CODE]=value or attribute[CODE][]=value",
        "attribute[a?b]": "write answers as attribute[CODE]=value or attribute[CODE][]=value",
    }


def test_a_description_may_have_lines_and_4000_characters() -> None:
    assert wish(service_code="noise", description="线\r\n" * 1000, **HERE).description
    assert "4000" in flaws(("description", "x" * 4001))["description"]


def test_service_and_jurisdiction_are_looked_up_first() -> None:
    assert wrong(**HERE) == {"service_code": "service_code is required"}
    with pytest.raises(NoSuchService):
        wish(service_code="unicorns")
    with pytest.raises(NoSuchJurisdiction):
        wish(service_code="noise", jurisdiction_id="sfgov.org", **HERE)
    assert wish(service_code="noise", jurisdiction_id="beijing.gov.cn", **HERE)


def test_a_place_is_required_in_one_of_three_ways() -> None:
    assert "required" in wrong(service_code="noise")["lat, long"]
    for place in (HERE, {"address_string": "安四路"}, {"address_id": "110115009"}):
        assert wish(service_code="noise", **place)


@pytest.mark.parametrize("value", ["nan", "inf", "1e2", "39,9", "north", "1234"])
def test_degrees_are_plain_decimals(value: str) -> None:
    assert "must be degrees" in wrong(service_code="noise", lat=value, long="116.4")["lat"]


def test_answers_become_part_of_the_words() -> None:
    form = Form(
        {"service_code": "street_lamp", "media_url": "https://pictures.test/1.jpg", **HERE},
        {"LAMPS_OUT": ["2"]},
    )
    command = the_wish(form, beijing().open311, by="some-app").register()
    assert command.text == "路灯\n几盏灯不亮：2\n图片或视频：https://pictures.test/1.jpg"
    assert (command.channel, command.kind, command.category) == (Channel.OPEN311, Kind.REPORT, "street_lamp")
    assert command.contact is None


@pytest.mark.parametrize(
    ("first", "last", "whole"), [("三", "张", "张三"), ("John", "Smith", "John Smith"), ("", "李", "李")]
)
def test_names_are_put_together_as_they_are_written(first: str, last: str, whole: str) -> None:
    contact = wish(service_code="noise", first_name=first, last_name=last, **HERE).contact
    assert contact is not None
    assert contact.name == whole


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.test/1.jpg",
        "javascript:alert(1)",
        "https://user:secret@pictures.test/",
        "https://",
        "https://[",
        "https://pictures.test/" + "x" * 500,
        "https://pictures.test/a b",
    ],
)
def test_only_short_https_addresses_are_kept(url: str) -> None:
    assert not is_kept(url)
    assert wish(service_code="noise", media_url=url, **HERE).media_url is None


def test_the_same_form_is_known_again_and_another_is_not() -> None:
    def told(*pairs: tuple[str, str], files: tuple[str, ...] = ()) -> bytes:
        return sorted_out(pairs).said_with(files)

    lamp, answer = ("service_code", "street_lamp"), ("attribute[FAULTS][]", "DARK")
    assert told(lamp, answer) == told(answer, lamp)
    others = {
        told(lamp),
        told(lamp, answer),
        told(lamp, answer, ("attribute[FAULTS][]", "LEANS")),
        told(lamp, answer, files=("a",)),
        told(lamp, answer, files=("b",)),
    }
    assert len(others) == 5


@pytest.mark.parametrize(
    ("service", "shown"), [("street_lamp", (39.912, 116.346)), ("minimum_living", (None, None))]
)
def test_what_is_published_is_coarse_or_nothing(service: str, shown: tuple[float | None, ...]) -> None:
    asked = the_wish(
        Form({"service_code": service, "lat": "39.91234567", "long": "116.3456789"}, {"LAMPS_OUT": ["1"]})
        if service == "street_lamp"
        else Form({"service_code": service, "lat": "39.91234567", "long": "116.3456789"}, {}),
        beijing().open311,
        by="some-app",
    )
    kept = published(a_case(), asked)
    assert (kept.lat, kept.lng) == shown
    assert kept.listed is (service == "street_lamp")
