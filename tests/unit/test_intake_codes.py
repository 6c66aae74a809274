"""受理编号 and 查询码."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.codes import (
    ALPHABET,
    CODE_NOISE,
    NUMBER_NOISE,
    access_code,
    read_access_code,
    read_tracking_number,
    spelled,
    tracking_number,
)

DAY = date(2026, 11, 22)
NOISE = st.binary(min_size=NUMBER_NOISE, max_size=NUMBER_NOISE)


@given(NOISE)
def test_a_number_is_read_back_however_it_is_written(noise: bytes) -> None:
    number = tracking_number("BJ", DAY, noise)
    if number is None:
        return
    assert number.startswith("BJ261122-")
    assert set(number[9:].replace("-", "")) <= set(ALPHABET)
    plain = number.replace("-", "")
    misread = plain[:2] + plain[2:].replace("0", "O").replace("1", "l")
    for written in (number, plain, plain.lower(), f"  {number} ", misread):
        assert read_tracking_number(written) == number


@given(NOISE, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_found(noise: bytes, place: int, other: str) -> None:
    number = tracking_number("BJ", DAY, noise)
    if number is None:
        return
    plain = number.replace("-", "")
    mistyped = plain[:place] + other + plain[place + 1 :]
    assert read_tracking_number(mistyped) == (number if mistyped == plain else None)


@pytest.mark.parametrize(
    "written", ["", "BJ261122", "北京261122-7K3M9QXA-4", "BJ261122-7K3M9QXA-44", "é" * 17, "' OR 1=1 --"]
)
def test_what_is_no_number_of_ours_is_none(written: str) -> None:
    assert read_tracking_number(written) is None


def test_few_draws_are_thrown_away_for_their_check_character() -> None:
    drawn = [tracking_number("BJ", DAY, place.to_bytes(NUMBER_NOISE)) for place in range(3600)]
    assert 0 < drawn.count(None) < 3600 / 6


@given(st.binary(min_size=CODE_NOISE, max_size=CODE_NOISE))
def test_a_code_is_read_back_however_it_is_written(noise: bytes) -> None:
    code = access_code(noise)
    assert len(code) == 11
    for written in (code.lower(), code.replace("-", ""), code.replace("-", " "), code.replace("0", "o")):
        assert read_access_code(written) == code


def test_a_code_has_fifty_bits() -> None:
    assert {spelled(bit.to_bytes(CODE_NOISE), 10) for bit in (1 << place for place in range(50))} != set()
    assert len({spelled((1 << place).to_bytes(CODE_NOISE), 10) for place in range(50)}) == 50
    assert access_code(b"\x00" * CODE_NOISE) != access_code((1 << 49).to_bytes(CODE_NOISE))
