"""语言: in which of the two a citizen is answered, at intake and at survey."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.api.doors import language_of
from shared.http.languages import preferred
from shared.kernel.words import Language


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-Hant-TW, en;q=0.5", "zh-CN"),
        ("en;q=0.2, zh;q=0.7", "zh-CN"),
        ("zh;q=0.2, en ; q=0.7", "en"),
        ("en, zh", "en"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("zh;q=0", "zh-CN"),
        ("*", "zh-CN"),
        ("fr, *;q=0.1", "zh-CN"),
        ("zh;q=0, *", "en"),
        ("zh;q=0.1, *;q=0.5", "en"),
        ("en;q=0.4, *;q=0.5", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
        ("en;q=nan", "zh-CN"),
        ("en;q=2", "zh-CN"),
        ("en;level=1", "zh-CN"),
        (";;;,,,=", "zh-CN"),
        (", ".join(["fr"] * 20 + ["en"]), "zh-CN"),
    ],
)
def test_the_reader_is_answered_in_the_language_asked_for(asked: str | None, answered: str) -> None:
    assert preferred(asked) == answered
    assert answered.startswith(language_of(asked)), "survey asks in the same one"


@given(asked=st.text(alphabet="enzh-*;q=0.19, \x00é", max_size=60))
def test_whatever_is_asked_has_an_answer(asked: str) -> None:
    assert preferred(asked) in Language
