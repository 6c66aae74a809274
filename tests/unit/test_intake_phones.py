"""联系电话: the short cut for mobile numbers says what the library says."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.contact import REGION, normalised_phone
from services.intake.domain.errors import UnreadablePhone


def _by_the_library(written: str) -> str | None:
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def _by_us(written: str) -> str | None:
    try:
        return normalised_phone(written)
    except UnreadablePhone:
        return None


@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_eleven_digits_are_read_as_the_library_reads_them(written: str) -> None:
    assert _by_us(written) == _by_the_library(written)


@pytest.mark.parametrize("written", ["138 1234 5678", "+86 13812345678", "010-12345678", "12"])
def test_other_spellings_go_the_long_way(written: str) -> None:
    assert _by_us(written) == _by_the_library(written)


def test_a_mobile_number_is_kept_in_its_international_form() -> None:
    assert normalised_phone("13812345678") == "+8613812345678"


@pytest.mark.parametrize("written", ["010-65551234转802", "010-65551234 转分机 802", "010-65551234 ext. 802"])
def test_an_extension_is_kept(written: str) -> None:
    assert normalised_phone(written) == "+861065551234;ext=802"


@pytest.mark.parametrize("written", ["转802", "010-65551234转", "010-65551234转802转3"])
def test_an_extension_of_nothing_is_no_number(written: str) -> None:
    with pytest.raises(UnreadablePhone):
        normalised_phone(written)
