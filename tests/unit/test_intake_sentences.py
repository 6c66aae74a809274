"""进度用语: from lines to sentences, in the language the reader would rather read."""

from datetime import UTC, datetime
from importlib import resources
from string import Formatter

import pytest

from services.intake.api.sentences import catalogue, status_told, told
from services.intake.api.sentences.catalogues import WANTED, read_catalogue
from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.timeline import Code, Note
from shared.city.errors import BrokenFile
from shared.kernel.ids import CaseId, EventId, UnitCode, new_id
from shared.kernel.words import DeclineReason, Language
from shared.lifecycle.case import CaseState
from tests.kit.city import beijing
from tests.kit.facts import AN_ID

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def a_note(
    code: Code, unit: str | None = None, until: datetime | None = None, detail: str | None = None
) -> Note:
    return Note(
        EventId(new_id()),
        CaseId(AN_ID),
        AT,
        code,
        UnitCode(unit) if unit is not None else None,
        until,
        detail,
    )


@pytest.mark.parametrize("language", Language)
def test_every_code_status_and_wish_has_its_sentence(language: Language) -> None:
    words = catalogue(language)
    assert all(words.line(code) for code in Code)
    assert all(status_told(state, language) for state in CaseState)
    assert all(words.wish(wish) for wish in ASKED_BY_CITIZENS)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", DeclineReason)
def test_every_reason_says_why_and_where_to_go_instead(reason: DeclineReason, language: Language) -> None:
    (found,) = [one for one in beijing().policy.decline.reasons if one.code == reason]
    why, where = found.of(language)
    assert why
    assert where
    line = told(a_note(Code.DECLINED, detail=reason), language, beijing())
    assert line.endswith(f"{why}. {where}." if language == "en" else f"{why}。{where}。")


@pytest.mark.parametrize("key", sorted(WANTED), ids="-".join)
def test_both_languages_say_the_same_things(key: tuple[str, str]) -> None:
    def places(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    chinese, english = (catalogue(language).sentences[key] for language in Language)
    assert places(chinese) == places(english) <= {"unit", "until", "detail", "reason", "go_to"}
    assert not chinese.isascii()
    assert english.isascii()


@pytest.mark.parametrize(
    ("there", "instead", "problem"),
    [
        (
            'msgctxt "line"\nmsgid "signed"\n',
            '#~ msgctxt "line"\n#~ msgid "signed"\n#~ ',
            "line signed is not said",
        ),
        ('"urge_asked"', '"urged_on"', "nobody asks for line urged_on"),
        ('"hurry it"', '""', "wish urge is not translated"),
        (
            'msgctxt "wish"\nmsgid "urge"',
            '#, fuzzy\nmsgctxt "wish"\nmsgid "urge"',
            "wish urge is not translated",
        ),
        ('"urge_asked"', "urge_asked", "en.po:"),
        ("hurry it", "hurry \udcff", "the file is not UTF-8"),
    ],
)
def test_a_catalogue_that_does_not_say_all_is_refused(there: str, instead: str, problem: str) -> None:
    whole = resources.files("services.intake.api.sentences").joinpath("en.po").read_text(encoding="utf-8")
    assert read_catalogue("en", whole.encode(), filename="en.po") == catalogue("en")
    assert whole.count(there) == 1
    broken = whole.replace(there, instead).encode(errors="surrogateescape")
    with pytest.raises(BrokenFile, match=problem):
        read_catalogue("en", broken, filename="en.po")


def test_times_are_the_citys_and_units_have_names() -> None:
    note = a_note(Code.DISPATCHED, "110115009", AT)
    assert told(note, "zh-CN", beijing()) == "已派给观音寺街道办理，应于2026-11-22 12:00前办结。"
    assert told(a_note(Code.SIGNED, "0"), "en", beijing()) == "the unit has taken it in hand."
