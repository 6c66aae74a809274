"""政策: the default settings, and a broken file refused with file, line and reason."""

import re
from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from shared.city import policy as policies
from shared.city.documents import Document
from shared.city.errors import BrokenFile
from shared.city.policy import Policy, load_policy
from shared.kernel.words import DeclineReason, Tier, WhistleKind
from tests.kit.city import beijing, seed


def test_the_defaults_are_the_missions() -> None:
    policy = beijing().policy
    assert [str(policy.feedback.of(tier)) for tier in Tier] == ["2h", "24h", "7wd", "15wd"]
    assert [str(policy.dispatch.of(tier)) for tier in Tier] == ["1h", "2h", "24h", "24h"]
    assert [str(policy.sign.of(tier)) for tier in Tier] == ["30min", "1h", "2h", "2h"]
    assert [str(policy.whistle.report_in.of(kind)) for kind in WhistleKind] == ["3wd", "5wd", "30min"]
    assert [str(each) for each in policy.callback.attempts] == ["0h", "4h", "24h", "72h"]
    assert policy.callback.hours.window.closes == time(20)
    assert (policy.returns.max_returns, policy.redo.max_redo, policy.callback.link_days) == (2, 2, 14)
    assert (policy.period.cut_day, policy.period.cut_at) == (19, time(12))


def test_weights_are_exact() -> None:
    weights = beijing().policy.score.weights
    assert weights.response + weights.resolution + weights.satisfaction == Decimal(1)
    assert weights.response == Decimal("0.10")
    assert beijing().policy.score.basically_satisfied == Decimal("0.9")


def test_all_eight_reasons_stand_in_both_lists_and_say_where_to_go() -> None:
    policy = beijing().policy
    assert {reason.code for reason in policy.exclusion.reasons} == set(DeclineReason)
    assert all(reason.go_to for reason in policy.decline.reasons)


def test_what_is_printed_is_read_back_as_the_same_policy() -> None:
    policy = beijing().policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def settings(model: type[BaseModel]) -> Iterator[str]:
    """Every setting that a city can choose."""
    for name, field in model.model_fields.items():
        if len(get_args(field.annotation)) == 1 and get_origin(field.annotation) is Literal:
            continue
        yield name
        for inner in (field.annotation, *get_args(field.annotation)):
            # What was in force before has the same settings again.
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not model:
                yield from settings(inner)


def test_every_setting_is_read_somewhere() -> None:
    """A setting that changes nothing says what is not so."""
    here = Path(policies.__file__).parents[2]
    code = "".join(
        path.read_text() for name in ("shared", "services") for path in (here / name).rglob("*.py")
    )
    assert [name for name in settings(Policy) if not re.search(rf"\.{name}\b", code)] == []


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("right", "wrong", "at", "reason"),
    [
        ("response: 0.10", "response: 0.11", "weights:", "the weights must sum to 1, they sum to 1.01"),
        ("citizens: 0.50", "citizens: 0.60", "appraisal:", "the weights of the appraisal must sum to 1"),
        ("signed: 0.20", "signed: 0.10", "whistle: {", "the weights of a whistle must sum to 1"),
        ("  settle: 24h", "  settle: 2wd", "settle: 2wd", "settle is counted in hours or minutes"),
        ("governed: 0.60", "governed: 0.80", "classes:", "governed must be below rectifying"),
        ("step: talk,", "step: list,", "steps:", "the five steps must stand here in order"),
        ("below: 0.70, months: 2", "below: 0.85, months: 2", "steps:", "talk must not come before circulate"),
        ("volume: 0.30", "volume: 0.40", "weights: {volume", "the weights of a topic must sum to 1"),
        ("windows: [1, 3, 7]", "windows: [3, 1, 7]", "windows:", "windows must become longer"),
        ("urgent: 2h", "urgent: 2x", "urgent: 2x", "is not a time limit"),
        ("max_redo: 2", "max_redu: 2", "max_redu", "no such setting"),
        ("max_redo: 2", "max_redo: many", "max_redo", "valid integer"),
        ("  contact: 24h\n", "", "whistle:", "whistle.contact: Field required"),
        ('closes: "20:00"', 'closes: "08:00"', "hours:", "must open before they close"),
        ("[0h, 4h, 24h, 72h]", "[0h, 24h, 4h]", "attempts", "later than the one before"),
        ("[0h, 4h, 24h, 72h]", "[0h, 1wd]", "attempts", "counted in hours or minutes"),
        ("code: groundless, zh: 无实质内容或恶意诉求, en: groundless or malicious}",
         "code: secret_or_private, zh: x, en: x}", "reasons:", "eight reasons must stand here once"),
        ("threshold: 0.60", "threshold: 1", "threshold: 1", "less than 1"),
        ("west: 115.40", "west: 119", "bounds:", "from west to east"),
        ("timezone: Asia/Shanghai", "timezone: Asia/Peking", "timezone", "is no time zone"),
        ("cut_day: 19", "cut_day: 31", "cut_day: 31", "less than or equal to 28"),
        ("kind: cut_day", "kind: calendar_month", "period:", "no cut_day and no cut_at"),
        ("redo:\n", "sign:\n", "sign:\n  max_redo", "sign is written twice"),
        ("  source: a bureau's rule", "  source: *rule", "source: *rule", "undefined alias"),
        ("  source: Linyi", "  source: {x", "x city", "expected"),
    ],
)  # fmt: skip
def test_a_broken_policy_names_file_line_and_reason(right: str, wrong: str, at: str, reason: str) -> None:
    text = seed("policy.yaml")
    assert right in text
    broken = text.replace(right, wrong, 1)
    with pytest.raises(BrokenFile) as refusal:
        load_policy(broken, filename="policy.yaml")
    assert reason in refusal.value.problem
    if reason != "expected":
        assert refusal.value.line == line_of(broken, at)
    assert str(refusal.value).startswith(f"policy.yaml:{refusal.value.line}: ")


@pytest.mark.parametrize(
    "text", ["", "- a list", "just text", "a: &x {b: *x}", "a: &x [1]\nb: *x", "? [a]\n: b"]
)
def test_what_is_no_mapping_of_plain_settings_is_refused(text: str) -> None:
    with pytest.raises(BrokenFile):
        Document.parse(text, filename="policy.yaml")


def test_a_control_character_is_refused() -> None:
    with pytest.raises(BrokenFile):
        load_policy("version: \x00", filename="policy.yaml")
