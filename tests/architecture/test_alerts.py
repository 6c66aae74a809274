"""deploy/alerts.yaml asks for metrics, labels, outcomes that there are: a mistyped rule never fires."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.observability.metrics_page import declared

RULES = Path(__file__).resolve().parents[2] / "deploy" / "alerts.yaml"
FROM_PROMETHEUS = {"up": {"job", "instance"}}


def told() -> dict[str, tuple[set[str], str]]:
    """Each metric as it is scraped: its labels, and what it says."""
    found = {}
    for metric in declared():
        (family,) = metric.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (set(metric._labelnames), family.documentation)
    return found


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return list(group["rules"])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_names_what_is_told(rule: dict[str, Any]) -> None:
    known = told()
    asked = set(re.findall(r"\b(jiesu_\w+|up)\b", rule["expr"]))
    assert asked <= known.keys() | FROM_PROMETHEUS.keys()
    labels = set.union(*(FROM_PROMETHEUS.get(name) or known[name][0] for name in asked))
    grouped = re.findall(r"(?:by|on) \(([\w, ]+)\)", rule["expr"])
    kept = set(re.split(r", *", grouped[0])) if grouped else {*labels, "instance"}
    assert kept <= {*labels, "instance"}
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert shown <= kept
    for label, value in re.findall(r'(\w+)="(\w+)"', rule["expr"]):
        assert label in labels
        assert label == "job" or any(value in known[name][1] for name in asked)


def test_rules_are_named_once_and_say_how_urgent_they_are() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}
