"""The program on docs/analysts.md reads real facts off a real Kafka and counts each one once."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.kafka import LocalKafka
from deploy.local.refusals import KafkaUnavailable
from shared.bus.kafka import KafkaBus
from shared.bus.port import Message
from shared.events.router import CaseSigned, CaseUrged
from shared.events.topics import TOPICS
from shared.kernel.ids import EventId, UnitCode, new_id
from tests.kit.facts import a_fact, an_envelope
from tests.kit.kafka_part import SKIPPED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analysts.md"
STREET, OTHER = UnitCode("110115009"), UnitCode("110119203")


def a_signing(unit: UnitCode, in_time: bool) -> Message:
    fact = a_fact(CaseSigned).model_copy(update={"unit": unit, "in_time": in_time})
    envelope = an_envelope(fact)._replace(id=EventId(new_id()))
    return Message("jiesu.case", fact.key().encode(), fact.model_dump_json().encode(), envelope.headers())


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker with nothing on it: the program reads from the beginning."""
    broker = LocalKafka(tmp_path)
    try:
        broker.start()
    except KafkaUnavailable as refusal:
        pytest.skip(f"{SKIPPED}: {refusal}")
    yield broker
    broker.discard()


@pytest.mark.kafka
async def test_the_program_counts_what_each_unit_signed(own_kafka: LocalKafka) -> None:
    """Delivered twice counts once; facts of another type are passed over by their header."""
    bus = KafkaBus(own_kafka.bootstrap)
    try:
        await bus.create_topics(TOPICS)
        twice, late, other = a_signing(STREET, True), a_signing(STREET, False), a_signing(OTHER, True)
        urged = a_fact(CaseUrged)
        noise = Message("jiesu.case", b"k", b"not JSON", an_envelope(urged).headers())
        producer = bus.producer()
        await producer.send([twice, late, noise, twice, other])
        await producer.close()
        counted = run_the_program(own_kafka.bootstrap)
    finally:
        await bus.close()
    assert counted == {f"{STREET} in time 1 late 1", f"{OTHER} in time 1 late 0"}


def run_the_program(bootstrap: str) -> set[str]:
    """Run the page's Python as it stands there; the lines it prints."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": bootstrap},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())
