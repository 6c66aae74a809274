"""矛盾纠纷排查 as a city file: rounds, versions, and every mistake refused with its line."""

from datetime import date

import pytest

from shared.city.errors import BrokenFile
from shared.city.inspections import load_inspections
from tests.kit.city import beijing

FILE = """plans:
  - code: weekly
    zh: 每周
    en: Weekly
    forms:
      - version: 1
        questions:
          - {code: a, zh: 甲, en: A, choices: [{code: x, zh: 有, en: X}, {code: y, zh: 无, en: Y}]}
      - version: 2
        questions:
          - {code: b, zh: 乙, en: B, choices: [{code: x, zh: 有, en: X}, {code: y, zh: 无, en: Y}]}
  - code: feast
    zh: 节
    en: Feast
    windows:
      - {first: 2026-02-09, last: 2026-03-03}
      - {first: 2027-01-30, last: 2027-02-20}
    forms:
      - version: 1
        questions:
          - {code: a, zh: 甲, en: A, choices: [{code: x, zh: 有, en: X}, {code: y, zh: 无, en: Y}]}
"""


def test_a_week_and_a_festival_are_rounds() -> None:
    plans = load_inspections(FILE, filename="inspections.yaml").plans
    assert plans["weekly"].round_of(date(2026, 3, 1)) == "2026-W09"
    assert plans["weekly"].round_of(date(2027, 1, 1)) == "2026-W53"
    feast = plans["feast"]
    days = [date(2026, 2, 8), date(2026, 2, 9), date(2026, 3, 3), date(2026, 3, 4), date(2027, 2, 1)]
    assert [feast.round_of(day) for day in days] == [None, "2026-02-09", "2026-02-09", None, "2027-01-30"]


def test_old_questions_stay_known() -> None:
    weekly = load_inspections(FILE, filename="inspections.yaml").plans["weekly"]
    assert [form and form.questions[0].code for form in map(weekly.form, (1, 2, 3))] == ["a", "b", None]


def test_the_city_s_own_file_is_whole() -> None:
    plans = beijing().inspections.plans
    assert list(plans) == ["weekly", "spring_festival", "national_day"]
    assert all(any(c.finding for c in q.choices) for p in plans.values() for q in p.forms[-1].questions)


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("code: feast", "code: weekly", 12),
        ("version: 2", "version: 1", 9),
        ("version: 2", "version: two", 9),
        ("last: 2026-03-03", "last: 2026-02-01", 16),
        ("first: 2027-01-30", "first: 2026-03-03", 17),
        ("last: 2027-02-20", "until: 2027-02-20", 17),
        ("{code: y, zh: 无, en: Y}]}", "{code: x, zh: 无, en: Y}]}", 8),
        (", {code: y, zh: 无, en: Y}]}", "]}", 8),
        ("code: a, zh", "code: A, zh", 8),
    ],
)
def test_a_mistake_is_refused_with_its_line(right: str, wrong: str, line: int) -> None:
    assert right in FILE
    with pytest.raises(BrokenFile) as refused:
        load_inspections(FILE.replace(right, wrong, 1), filename="inspections.yaml")
    assert (refused.value.filename, refused.value.line) == ("inspections.yaml", line)
