"""Logs without people in them, traces that go on, metrics that are listed."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client.metrics import MetricWrapperBase
from sqlalchemy.exc import IntegrityError

from shared.observability import metrics
from shared.observability.logging import configure, logger
from shared.observability.metrics_page import declared, markdown_table
from shared.observability.redaction import HIDDEN, PERSONAL_KEYS, redact, redact_text, told
from shared.observability.tracing import Trace, continued


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "+8613800138000",
        "86 138 0013 8000",
        "138-0013-8000",
        "010-12345678",
        "11010119900307123X",
    ],
)
def test_numbers_of_people_are_taken_out(number: str) -> None:
    assert redact_text(f"来电{number}。") == f"来电{HIDDEN}。"


@pytest.mark.parametrize(
    "text",
    [
        "0193a000-1380-7013-8000-138001380001",
        "JS202611220001",
        "12345",
        "2026-11-22T21:35:07",
        "16 districts",
    ],
)
def test_ids_and_times_stay(text: str) -> None:
    assert redact_text(text) == text


def test_personal_keys_are_hidden_at_any_depth() -> None:
    for key in PERSONAL_KEYS:
        event: dict[str, Any] = {
            "event": "x",
            "kept": 5,
            "deep": [{"er": {key: "王小明"}}],
            key.upper(): "王小明",
        }
        assert "王小明" not in repr(redact(None, "info", event))
        assert event["kept"] == 5


def test_numbers_that_are_no_text_are_looked_at_too() -> None:
    event = redact(
        None, "info", {"a": 13800138000, "b": 7, "c": 1.5, "d": True, "e": None, "f": ("13800138000",)}
    )
    assert event == {"a": HIDDEN, "b": 7, "c": 1.5, "d": True, "e": None, "f": [HIDDEN]}


def test_a_failed_statement_does_not_spill_its_values() -> None:
    somebody = "王小明"
    driver = Exception(f"duplicate key\nDETAIL:  Key (name)=({somebody}) already exists.")
    try:
        raise IntegrityError("INSERT INTO contacts", {"name": somebody}, driver)
    except IntegrityError as error:
        story = told(error)
    assert "INSERT INTO contacts" in story
    assert somebody not in story


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is written to standard output; the configuration is put back afterwards."""
    root = logging.getLogger()
    handlers, level, configured = list(root.handlers), root.level, structlog.get_config()
    yield capsys
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


def test_a_line_is_one_json_object_with_its_chain(logs: pytest.CaptureFixture[str]) -> None:
    configure(service="router", level="info")
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        logger("jiesu.test").info("signed", phone="13800138000", order=7)
        logger("jiesu.test").debug("unseen")
        logging.getLogger("foreign").warning("called %s", "13800138000")
    ours, foreign = [json.loads(line) for line in logs.readouterr().out.splitlines()]
    assert (ours["event"], ours["service"], ours["correlation_id"], ours["order"]) == (
        "signed",
        "router",
        "c-1",
        7,
    )
    assert ours["phone"] == HIDDEN
    assert foreign["event"] == f"called {HIDDEN}"
    assert foreign["level"] == "warning"


def test_a_traceback_is_in_the_line_without_its_values(logs: pytest.CaptureFixture[str]) -> None:
    configure(service="router")
    try:
        raise RuntimeError("no room for 13800138000")
    except RuntimeError:
        logger("jiesu.test").exception("failed")
    line = json.loads(logs.readouterr().out)
    assert "RuntimeError" in line["exception"]
    assert "13800138000" not in line["exception"]


def test_the_console_shows_the_same_with_colours(logs: pytest.CaptureFixture[str]) -> None:
    configure(service="router", style="console")
    logger("jiesu.test").info("signed", phone="13800138000")
    shown = logs.readouterr().out
    assert "signed" in shown
    assert "13800138000" not in shown


def test_the_servers_own_access_lines_are_silent(logs: pytest.CaptureFixture[str]) -> None:
    configure(service="router")
    logging.getLogger("uvicorn.access").info("GET /v1/links/secret?phone=1")
    assert logs.readouterr().out == ""


def test_a_trace_goes_on_with_a_new_span() -> None:
    trace = Trace.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
    assert trace is not None
    child = continued(str(trace))
    assert (child.trace_id, child.sampled) == (trace.trace_id, False)
    assert child.span_id != trace.span_id
    assert Trace.parse(str(child)) == child


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
    ],
)
def test_a_malformed_trace_begins_anew(header: str | None) -> None:
    assert Trace.parse(header) is None
    assert continued(header).sampled


def test_a_later_version_of_a_trace_is_read_as_far_as_it_is_known() -> None:
    assert Trace.parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more") is not None


def test_every_metric_is_listed_once_with_a_sentence() -> None:
    table = markdown_table()
    for metric in declared():
        (family,) = metric.describe()
        assert family.documentation.endswith(".")
        assert family.name.startswith("jiesu_")
        assert table.count(f"`{family.name}`") + table.count(f"`{family.name}_total`") == 1
    assert len(table.splitlines()) == len(declared()) + 2


def test_every_metric_is_counted_somewhere() -> None:
    here = Path(metrics.__file__).parent
    code = "".join(
        path.read_text()
        for folder in (here.parent, here.parents[1] / "services")
        for path in folder.rglob("*.py")
        if path.parent != here
    )
    names = [name for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase)]
    assert [name for name in names if not re.search(rf"\b{name}\.(labels|inc|set|observe)\b", code)] == []


def test_every_registered_metric_is_declared() -> None:
    listed = {family.name for metric in declared() for family in metric.describe()}
    assert {family.name for family in metrics.REGISTRY.collect()} == listed
