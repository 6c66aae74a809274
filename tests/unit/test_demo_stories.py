"""The stories fit the city: their words lead where they are expected, their ends are told apart."""

import importlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from deploy.demo.document import document
from deploy.demo.ending import (
    CallbackEnding,
    CalledDepartment,
    DeliberationEnding,
    Ending,
    Expected,
    Part,
    WhistleEnding,
    differences,
)
from deploy.demo.playing import Play, Played
from deploy.demo.rates import Rate, UnitRates
from deploy.demo.stories import STORIES
from deploy.demo.telling import show
from services.router.domain.policy.assessing import assess
from services.router.domain.words import Words
from shared.kernel.words import Kind
from tests.kit.city import beijing

MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SAID = CallbackEnding("completed", "phone", True, "yes", "satisfied")
EXPECTED = Expected(
    lead="A", co_units=("B",), tier="general", took=timedelta(hours=10), callback=SAID, whistle=("D",)
)


def a_part(unit: str, role: str, *, signed: int = 1, resolved: int = 10, owed: int = 20) -> Part:
    return Part(
        unit=unit,
        name=f"单位{unit}",
        role=role,
        state="resolved",
        sign_by=MORNING + timedelta(hours=2),
        signed_at=MORNING + timedelta(hours=signed),
        resolve_by=MORNING + timedelta(hours=owed),
        resolved_at=MORNING + timedelta(hours=resolved),
    )


def a_department(*, in_time: bool = True, on_site: bool = True, score: int | None = 5) -> CalledDepartment:
    return CalledDepartment("D", "某局", True, in_time, on_site, score)


DELIBERATED = DeliberationEnding(
    community="某社区",
    state="evaluated",
    options=("dropped", "adopted"),
    meetings=2,
    present=24,
    placards=17,
    commitments=5,
    money_fen=186_050,
    work_hours=0,
    things=0,
    tasks=2,
    tasks_done=2,
    satisfied=29,
    voices=31,
    micro_projects=("reported",),
    citizen_read=("deliberation_decided", "deliberation_evaluated"),
)


def an_ending() -> Ending:
    return Ending(
        title="一件事",
        case_id="01",
        tracking_number="BJ1",
        state="closed",
        citizen_sees="closed",
        category="noise",
        tier="general",
        clause="第 1 项",
        listed_clauses=("第 1 项",),
        parts=(a_part("A", "lead"), a_part("B", "co")),
        rulings=(),
        whistle=WhistleEnding("emergency", "closed", (a_department(),)),
        callback=SAID,
        proactive=False,
        linked_case_id=None,
        registered_at=MORNING,
        resolved_at=MORNING + timedelta(hours=10),
    )


def test_a_case_that_ended_where_it_belongs_differs_in_nothing() -> None:
    assert differences(an_ending(), EXPECTED, is_driven=True) == []


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (replace(an_ending(), state="surveying"), "state: expected closed, is surveying"),
        (replace(an_ending(), citizen_sees="signed"), "the state the citizen sees"),
        (replace(an_ending(), tier="urgent"), "tier: expected general, is urgent"),
        (replace(an_ending(), parts=(a_part("C", "lead"), a_part("B", "co"))), "lead: expected A, is C"),
        (replace(an_ending(), parts=(a_part("A", "lead"),)), "co-units"),
        (replace(an_ending(), rulings=("redirect",)), "rulings"),
        (replace(an_ending(), whistle=None), "whistle to"),
        (replace(an_ending(), callback=CallbackEnding("unreachable")), "callback"),
        (replace(an_ending(), linked_case_id="02"), "linked case"),
        (replace(an_ending(), proactive=True), "proactive"),
        (replace(an_ending(), deliberation=DELIBERATED), "deliberation: expected None"),
        (replace(an_ending(), clause="第 2 项"), "clause: 第 2 项 is not in the responsibility list"),
        (replace(an_ending(), parts=(a_part("A", "lead", signed=3), a_part("B", "co"))), "单位A signed at"),
        (replace(an_ending(), parts=(a_part("A", "lead"), a_part("B", "co", resolved=21))), "单位B was done"),
        (replace(an_ending(), parts=(a_part("A", "lead"), a_part("B", "co", owed=19))), "more than one"),
        (
            replace(an_ending(), whistle=WhistleEnding("emergency", "open", (a_department(),))),
            "whistle: expected closed, is open",
        ),
        (
            replace(
                an_ending(), whistle=WhistleEnding("emergency", "closed", (a_department(on_site=False),))
            ),
            "某局 did not report in",
        ),
        (
            replace(
                an_ending(), whistle=WhistleEnding("emergency", "closed", (a_department(in_time=False),))
            ),
            "某局 did not report in",
        ),
        (
            replace(an_ending(), whistle=WhistleEnding("emergency", "closed", (a_department(score=None),))),
            "某局 was not scored",
        ),
        (replace(an_ending(), resolved_at=MORNING + timedelta(hours=11)), "time: expected about 10:00:00"),
        (replace(an_ending(), resolved_at=None), "time: expected"),
    ],
)
def test_whatever_ended_elsewhere_is_named(ending: Ending, told: str) -> None:
    found = differences(ending, EXPECTED, is_driven=True)
    assert [each for each in found if told in each], found


def test_on_the_real_clock_no_hours_are_expected() -> None:
    quick = replace(an_ending(), resolved_at=MORNING + timedelta(seconds=5))
    assert differences(quick, EXPECTED, is_driven=False) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("group_rental", "complaint"),
        ("yellow_line", "report"),
        ("standing_water", "report"),
        ("bicycle_shed", "suggestion"),
        ("flower_field", "suggestion"),
    ],
)
def test_the_words_of_a_clear_story_lead_where_it_is_expected(name: str, kind: str) -> None:
    story = importlib.import_module(f"deploy.demo.stories.{name}")
    address = {"group_rental": "大兴区观音寺街道首座御园", "standing_water": "西城区椿树街道"}.get(name)
    place = address or story.PLACE["address"]
    found = assess(Words(story.TEXT, place), Kind(kind), None, beijing())
    assert found.sure
    assert found.best is not None
    assert found.best.lead == story.EXPECTED.lead
    assert set(found.best.co_units) == set(story.EXPECTED.co_units)
    assert found.best.tier == story.EXPECTED.tier


def test_between_two_towns_nobody_guesses() -> None:
    from deploy.demo.stories import two_towns

    found = assess(Words(two_towns.TEXT), Kind.HELP, None, beijing())
    assert not found.sure
    assert set(found.candidates) == {two_towns.HOME, two_towns.PAPERS}


def test_every_story_has_a_name_of_its_own() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES) == 7


def a_play(*problems: str) -> Play:
    rate = Rate(Decimal("0.9"), 1, 1)
    nothing = Rate(Decimal(0), 0, 0)
    rates = (UnitRates("A", "单位A", rate, rate, nothing, proactive=2),)
    return Play((Played(STORIES[0], (an_ending(),), problems),), rates, ())


def test_the_tables_name_units_clause_times_and_numbers() -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    show(a_play(), console)
    text = console.export_text()
    for word in (
        "单位A",
        "单位B",
        "第 1 项",
        "报到 1/1",
        "电话",
        "归档",
        "10小时",
        "90.0%（0.9/1）",
        "✓ 1 件",
    ):
        assert word in text, word


def test_what_residents_decided_gave_did_and_said_has_a_table_of_its_own() -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    held = (replace(an_ending(), deliberation=DELIBERATED),)
    show(replace(a_play(), played=(Played(STORIES[0], held, ()),)), console)
    text = console.export_text()
    for word in (
        "某社区",
        "1 撤下",
        "2 通过",
        "24 人到场，17 牌赞成",
        "承诺 5 方",
        "资金 1,860.50 元",
        "任务 2/2",
        "微项目 1",
        "满意 29/31",
        "2 条进展",
    ):
        assert word in text, word
    assert "劳动" not in text


def test_a_deliberation_that_went_otherwise_is_named_with_what_came_of_it() -> None:
    expected = replace(EXPECTED, deliberation=DELIBERATED)
    ended = replace(an_ending(), deliberation=replace(DELIBERATED, tasks_done=1))
    (told,) = differences(ended, expected, is_driven=True)
    assert "tasks_done=1" in told


def test_what_ended_elsewhere_is_shown_and_makes_the_play_fail() -> None:
    play = a_play("一件事: state: expected closed, is signed")
    assert not play.is_well
    console = Console(width=200, record=True, file=io.StringIO())
    show(play, console)
    assert "✗ 一件事: state: expected closed, is signed" in console.export_text()


def test_the_document_is_json_with_every_number_opened() -> None:
    told = json.loads(document(a_play(), bus="embedded"))
    assert told["ok"]
    assert told["stories"][0]["cases"][0]["took"] == 36_000
    assert told["stories"][0]["cases"][0]["parts"][0]["signed_in_time"]
    assert told["rates"][0]["response"] == {"numerator": 0.9, "denominator": 1, "behind": 1, "value": 0.9}
    assert told["rates"][0]["satisfaction"]["value"] is None
