"""回访页: the form behind the link, for everybody, in two languages; nothing put in breaks out."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.api.about import AboutOut, described
from services.survey.api.html import ALARM, INK, LANGUAGES, LINE, LINK, PAPER, POLICY, STYLE, page
from services.survey.api.link_form import WORDS, Filled, form, read
from services.survey.api.pages import DETAILS, show_problem
from services.survey.domain import errors
from services.survey.domain.links import Links
from services.survey.domain.model import Survey
from shared.http.problems import Problem
from shared.kernel.ids import CaseId, CategoryCode, UnitCode
from shared.kernel.words import Satisfied, Solved
from tests.kit.accessible import Page, contrast, faults
from tests.kit.city import beijing

ASKED = beijing().questionnaire
LINKS = Links(b"the secret of the citizens' links", "http://survey")
COMPLETE = [("contacted", "yes"), ("solved", "partly"), ("satisfied", "basically")]
TOO_LONG = [("note", "长" * 2_001)]
PARKING = Survey(
    CaseId(UUID(int=1)),
    has_phone=True,
    registered_at=datetime(2026, 11, 3, 17, 0, tzinfo=UTC),
    category=CategoryCode("parking"),
    unit=UnitCode("110101013"),
)
KNOWN = AboutOut.of(PARKING, beijing(), "zh")


def shown(filled: Filled, language: str, about: AboutOut = KNOWN) -> str:
    body = form(ASKED, filled, language, described(about, language), LINKS.shown(ASKED.version))
    whole = page(WORDS[language]["title"], body, language=language)
    return bytes(whole.body).decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pairs", [None, [], COMPLETE, TOO_LONG, [("solved", "x"), ("reasons", "y")]])
def test_the_form_has_no_fault_that_can_be_found_in_its_text(
    language: str, pairs: list[tuple[str, str]] | None
) -> None:
    filled = Filled() if pairs is None else read(pairs, ASKED)[0]
    assert faults(shown(filled, language), LANGUAGES[language]) == []


def test_the_checker_finds_what_is_wrong() -> None:
    text = shown(Filled(), "zh")
    for old, new in [
        ('<html lang="zh-CN">', "<html>"),
        ('<label for="solved-yes">', "<label>"),
        ("<legend>", '<legend hidden="">  </legend><legend>'),
        ('id="solved-no"', 'id="solved-yes"'),
        ("<h1>", "<script>1</script><h1>"),
        ('type="submit"', 'type="submit" onclick="x()"'),
        ('href="#questions"', 'href="#nowhere"'),
        ("width=device-width", "user-scalable=no"),
    ]:
        assert old in text
        assert faults(text.replace(old, new, 1), "zh-CN") != [], new


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_a_group_with_each_answer_in_the_readers_language(language: str) -> None:
    found = Page(shown(Filled(), language))
    legends = [one.words for one in found.all("legend")]
    groups = (ASKED.contacted, ASKED.solved, ASKED.satisfied, ASKED.reasons, ASKED.may_call_again)
    assert all(legend.startswith(group.of(language)) for legend, group in zip(legends, groups, strict=True))
    labels = [one.words for one in found.all("label")]
    assert labels[: len(ASKED.contacted.options)] == [o.of(language) for o in ASKED.contacted.options]
    assert len(labels) == sum(len(group.options) for group in groups) + 1
    other = next(one for one in found.all("a") if "hreflang" in one.attributes)
    assert other.attributes["lang"] == next(tag for key, tag in LANGUAGES.items() if key != language)


def test_the_page_says_which_request_is_asked_about_as_far_as_it_is_known() -> None:
    parking = beijing().categories.get("parking")
    assert (str(KNOWN.registered_on), KNOWN.category, KNOWN.unit) == ("2026-11-04", parking.zh, "东花市街道")
    told = [one.words for one in Page(shown(Filled(), "zh")).all("dd")]
    assert told == ["2026-11-04", parking.zh, "东花市街道"]
    english = Page(shown(Filled(), "en", AboutOut.of(PARKING, beijing(), "en"))).all("dd")
    assert [one.words for one in english] == ["2026-11-04", parking.en, "东花市街道"]
    assert [one.attributes.get("lang") for one in english] == [None, None, "zh-CN"]
    before = AboutOut.of(Survey(CaseId(UUID(int=1)), has_phone=True), beijing(), "zh")
    assert Page(shown(Filled(), "zh", before)).all("dl") == []


def test_whatever_is_missing_is_named_at_the_top_and_at_its_place_and_what_was_said_stays() -> None:
    filled, answers = read([("solved", "no"), ("reasons", "too_slow"), ("note", "等了三天")], ASKED)
    assert (answers, dict(filled.errors)) == (None, {"contacted": "missing", "satisfied": "missing"})
    text = shown(filled, "zh")
    found = Page(text)
    summary = next(one for one in found.nodes if one.attributes.get("role") == "alert")
    assert {"tabindex", "autofocus"} <= set(summary.attributes)
    links = [one.attributes["href"] for one in found.all("a") if "ul" in one.within]
    assert links == ["#contacted-yes", "#satisfied-satisfied"]
    described = [one.attributes.get("aria-describedby") for one in found.all("fieldset")]
    assert described == ["contacted-error", None, "satisfied-error", None, None]
    checked = [one.attributes["id"] for one in found.all("input") if "checked" in one.attributes]
    assert checked == ["solved-no", "reasons-too_slow"]
    assert found.all("textarea")[0].words == "等了三天"


def test_a_complete_form_is_an_answer() -> None:
    more = [("reasons", "too_slow"), ("reasons", "other"), ("note", " 一\r\n二 "), ("may_call_again", "no")]
    filled, answers = read([*COMPLETE, *more], ASKED)
    assert filled.errors == {}
    assert answers is not None
    assert (answers.contacted, answers.solved, answers.satisfied) == (
        True,
        Solved.PARTLY,
        Satisfied.BASICALLY,
    )
    assert (answers.reasons, answers.note, answers.may_call_again) == (("too_slow", "other"), "一\n二", False)
    plain = read([*COMPLETE, ("stranger", "1")], ASKED)[1]
    assert plain is not None
    assert plain.may_call_again


def test_a_note_is_counted_as_the_browser_counts_it() -> None:
    lines = "\r\n".join(["x"] * 1_000)
    assert read([*COMPLETE, ("note", lines)], ASKED)[1] is not None
    assert read([*COMPLETE, ("note", "x" * 2_001)], ASKED)[0].errors == {"note": "too_long"}


@pytest.mark.parametrize("name", ["contacted", "solved", "satisfied", "may_call_again"])
def test_two_answers_to_one_question_are_none(name: str) -> None:
    codes = getattr(ASKED, name).codes
    pairs = [pair for pair in COMPLETE if pair[0] != name]
    assert read([*pairs, (name, codes[0]), (name, codes[1])], ASKED)[0].errors == {name: "no_such"}


@given(st.text(max_size=200), st.sampled_from(["note", "solved", "reasons"]))
def test_nothing_that_is_sent_breaks_out_of_the_page(text: str, name: str) -> None:
    filled, _ = read([(name, text), (name, "<script>alert(1)</script>\"'>")], ASKED)
    assert faults(shown(filled, "zh"), "zh-CN") == []


def test_colours_are_seven_to_one() -> None:
    for colour in (INK, LINK, ALARM, LINE):
        assert contrast(colour, PAPER) >= 7, colour
    assert contrast("#777777", "#ffffff") < 4.5
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLE)) == {INK, PAPER, LINK, ALARM, LINE}


def test_what_is_in_focus_is_seen_and_what_is_touched_is_large_enough() -> None:
    assert ":focus-visible{outline:3px solid" in STYLE
    assert "outline:none" not in STYLE
    # 2.5.8 wants 24 px; these are 44 px at the usual size.
    assert STYLE.count("min-height:2.75rem") == 2


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    style = Page(shown(Filled(), "en")).all("style")[0].words
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert "script-src" not in POLICY


@pytest.mark.parametrize("reason", [*DETAILS, "something_else"])
def test_a_refusal_is_a_page_in_both_languages(reason: str) -> None:
    answer = show_problem(Problem(410, reason, "detail", headers={"Retry-After": "2"}), "/links/x")
    text = bytes(answer.body).decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (410, "2")
    assert faults(text, "zh-CN") == []
    assert [one.attributes["lang"] for one in Page(text).all("section")] == ["en"]


@pytest.mark.parametrize(
    ("status", "reason", "heading"),
    [(410, "link_used", "over"), (404, "unknown_link", "over"), (503, "unavailable", "not_now")],
)
def test_only_a_link_that_is_over_is_said_to_be_and_the_title_says_it_in_both_languages(
    status: int, reason: str, heading: str
) -> None:
    found = Page(bytes(show_problem(Problem(status, reason, "detail"), "/links/x").body).decode())
    zh, en = WORDS["zh"][heading], WORDS["en"][heading]
    assert [one.words for one in found.all("title")] == [f"{zh} · {en}"]
    assert [one.words for name in ("h1", "h2") for one in found.all(name)] == [zh, en]


def test_every_reason_a_link_is_refused_for_has_a_sentence() -> None:
    refusals = (
        errors.LinkUsed,
        errors.LinkExpired,
        errors.UnknownLink,
        errors.CallbackGivenUp,
        errors.CallbackCalledOff,
    )
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", one.__name__).lower() for one in refusals}
    assert names == set(DETAILS)
