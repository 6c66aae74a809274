"""Facts as contracts: golden files decode for ever, the official SDK reads them, readers are tolerant."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

from shared.events.catalog import FACTS, UPCASTERS
from shared.events.documents import HEADERS, asyncapi, json_schema
from shared.events.envelope import Undecodable, decode, type_of
from tests.kit.facts import GOLDEN, a_fact, an_envelope

FILES = sorted(GOLDEN.glob("*.json"))


def _frozen(path: Path) -> tuple[tuple[tuple[str, bytes], ...], bytes, dict[str, Any]]:
    found = json.loads(path.read_text())
    headers = tuple((name, value.encode()) for name, value in found["headers"].items())
    return headers, json.dumps(found["value"]).encode(), found["value"]


def test_every_fact_has_a_golden_file() -> None:
    assert {path.stem for path in FILES} >= set(FACTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_fact_decodes_for_ever(path: Path) -> None:
    headers, value, frozen = _frozen(path)
    heard = decode(headers, value)
    assert heard.envelope.type == path.stem
    assert heard.envelope.headers() == headers
    if path.stem not in UPCASTERS:
        # What was not there when it was frozen has come with a default since: no new version.
        assert json.loads(heard.fact.model_dump_json(exclude_unset=True)) == frozen


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_official_sdk_reads_a_golden_fact(path: Path) -> None:
    headers, value, frozen = _frozen(path)
    message = KafkaMessage(headers=dict(headers), key=b"k", value=value)
    event = from_kafka_event(message)
    assert event.get_type() == path.stem
    assert event.get_extension("sequence") == "3"
    assert event.get_data() == frozen


@pytest.mark.parametrize("name", FACTS)
def test_what_is_said_fits_the_published_schema(name: str) -> None:
    said = json.loads(a_fact(FACTS[name]).model_dump_json())
    jsonschema.validate(said, json_schema(FACTS[name]))


def test_what_is_written_below_a_field_reaches_its_readers() -> None:
    """Inherited ones too, in JSON's words, in schemas and for tools alike."""
    name = "jiesu.callback.scheduled.v1"
    message = asyncapi("1")["components"]["messages"][name]
    for schema in (json_schema(FACTS[name]), message["payload"]):
        described = {field: part.get("description") for field, part in schema["properties"].items()}
        assert described["round"] == "1 after the first handling, 2 after the first redo, …"
        assert described["by_phone"].startswith("false: the citizen left no number.")


def test_every_header_is_documented() -> None:
    envelope = an_envelope(a_fact(FACTS["jiesu.case.signed.v1"]))
    traced = envelope._replace(cause=envelope.cause._replace(traceparent="00-1-2-01"))
    assert {name for name, _ in traced.headers()} == set(HEADERS)


@pytest.mark.parametrize("name", FACTS)
def test_a_reader_ignores_what_a_later_version_added(name: str) -> None:
    fact = a_fact(FACTS[name])
    later = {**json.loads(fact.model_dump_json()), "added_later": 1}
    assert decode(an_envelope(fact).headers(), json.dumps(later).encode()).fact == fact


@pytest.mark.parametrize("name", FACTS)
def test_a_sayer_cannot_say_what_is_not_declared(name: str) -> None:
    with pytest.raises(ValueError, match="extra"):
        FACTS[name](**{**a_fact(FACTS[name]).model_dump(), "phone": "13800000000"})


def test_names_are_in_the_past_tense_form_with_a_version() -> None:
    for name in FACTS:
        prefix, subject, verb, version = name.split(".")
        assert prefix == "jiesu"
        assert subject.isidentifier()
        assert verb.isidentifier()
        assert version[0] == "v"
        assert version[1:].isdigit()


def _headers_without(name: str) -> tuple[tuple[str, bytes], ...]:
    headers = an_envelope(a_fact(FACTS["jiesu.case.urged.v1"])).headers()
    return tuple(pair for pair in headers if pair[0] != name)


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_time", "ce_sequence", "ce_partitionkey"])
def test_a_missing_header_is_named(missing: str) -> None:
    with pytest.raises(Undecodable, match=missing):
        decode(_headers_without(missing), b"{}")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ce_id", b"7", "ce_id is malformed"),
        ("ce_time", b"2026-11-02", "does not say its offset"),
        ("ce_time", b"2026-11-02T11:00:00", "does not say its offset"),
        ("ce_time", b"0001-01-01T00:00:00+14:00", "between 1970 and 2200"),
        ("ce_time", b"9999-12-31T23:59:59-12:00", "between 1970 and 2200"),
        ("ce_sequence", b"0", "from 1 to"),
        ("ce_sequence", str(2**63).encode(), "from 1 to"),
        ("ce_sequence", b"9" * 5000, "malformed"),
        ("ce_subject", b"a\0b", "NUL"),
        ("ce_type", b"jiesu.case.\0.v1", "NUL"),
        ("ce_partitionkey", b"\xff", "malformed"),
    ],
)
def test_a_header_nobody_can_reckon_with_is_undecodable(name: str, value: bytes, reason: str) -> None:
    headers = dict(an_envelope(a_fact(FACTS["jiesu.case.urged.v1"])).headers())
    with pytest.raises(Undecodable, match=reason):
        decode(tuple({**headers, name: value}.items()), b"{}")


@pytest.mark.parametrize(
    "written", ["2026-11-02T11:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00Z"]
)
def test_a_fact_names_times_somebody_can_reckon_with(written: str) -> None:
    fact = a_fact(FACTS["jiesu.case.extended.v1"])
    said = {**json.loads(fact.model_dump_json()), "resolve_by": written}
    with pytest.raises(Undecodable, match="resolve_by"):
        decode(an_envelope(fact).headers(), json.dumps(said).encode())


@pytest.mark.parametrize("redo", [-1, 2**53, 10**30])
def test_a_fact_counts_as_far_as_every_reader_of_json_can(redo: int) -> None:
    fact = a_fact(FACTS["jiesu.case.reopened.v1"])
    said = {**json.loads(fact.model_dump_json()), "redo": redo}
    with pytest.raises(Undecodable, match="redo"):
        decode(an_envelope(fact).headers(), json.dumps(said).encode())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null"),
        (rb'{"unit": "\u0000"}', "NUL"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"{}", "case_id"),
        (b'{"case_id": "\xff"}', "case_id|JSON|UTF"),
    ],
)
def test_a_bad_value_is_undecodable_without_quoting_it(value: bytes | None, reason: str) -> None:
    headers = an_envelope(a_fact(FACTS["jiesu.case.urged.v1"])).headers()
    with pytest.raises(Undecodable, match=reason):
        decode(headers, value)


def test_an_unknown_version_is_undecodable() -> None:
    headers = dict(an_envelope(a_fact(FACTS["jiesu.case.urged.v1"])).headers())
    unknown = tuple({**headers, "ce_type": b"jiesu.case.urged.v9"}.items())
    assert type_of(unknown) == "jiesu.case.urged.v9"
    with pytest.raises(Undecodable, match="urged.v9"):
        decode(unknown, b"{}")


def test_the_asyncapi_document_names_every_fact_on_its_topic() -> None:
    document = asyncapi("0.1.0")
    on_topics = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert on_topics == set(FACTS) == set(document["components"]["messages"])
