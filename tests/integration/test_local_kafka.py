"""The local Kafka: the real broker, killed and back, and a fetch that cannot succeed noticed in seconds."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.bus_choice import UnknownBus, choose_bus
from deploy.local.kafka import LocalKafka, kafka_jars
from deploy.local.kafka.fetch import find_java
from deploy.local.kafka.probe import answers
from deploy.local.ports import EPHEMERAL_FROM, free_port
from deploy.local.refusals import KafkaUnavailable, NotReady


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    broker = LocalKafka(tmp_path / "state")
    try:
        broker.fetch()
    except KafkaUnavailable as refusal:
        pytest.skip(f"Kafka cannot be had here: {refusal}")
    yield broker
    broker.discard()


@pytest.mark.kafka
def test_killed_it_comes_back_on_its_port(kafka: LocalKafka) -> None:
    """Started, killed with -9, started again, stopped: the address never changes, the end is clean."""
    kafka.start()
    address = kafka.bootstrap
    assert answers(address)
    assert int(address.rpartition(":")[2]) < EPHEMERAL_FROM
    kafka.kill()
    assert not answers(address)
    kafka.start()
    assert kafka.bootstrap == address
    assert answers(address)
    kafka.stop()
    assert not answers(address)


@pytest.mark.kafka
def test_a_cluster_whose_id_looks_like_an_option_starts_too(
    kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One random id in 64 begins with a dash; Kafka's tool took it for an option."""
    dashed = uuid.UUID(bytes=b"\xfb" + bytes(15))
    monkeypatch.setattr(uuid, "uuid4", lambda: dashed)
    kafka.start()
    assert answers(kafka.bootstrap)
    kafka.stop()


def maven_asking(repository: str, tmp_path: Path) -> dict[str, str]:
    """An environment in which Maven knows this repository only, and nothing is in any cache."""
    home = tmp_path / "home"
    (home / ".m2").mkdir(parents=True)
    (home / ".m2" / "settings.xml").write_text(
        f"<settings><localRepository>{tmp_path}/none</localRepository><mirrors><mirror><id>only</id>"
        f"<mirrorOf>*</mirrorOf><url>{repository}</url></mirror></mirrors></settings>"
    )
    return {**os.environ, "JIESU_CACHE": str(tmp_path / "cache"), "MAVEN_OPTS": f"-Duser.home={home}"}


def need_maven() -> None:
    try:
        find_java(os.environ)
    except KafkaUnavailable as refusal:
        pytest.skip(str(refusal))
    if not any((Path(folder) / "mvn").exists() for folder in os.environ["PATH"].split(os.pathsep)):
        pytest.skip("no Maven on this machine")


def test_a_refused_fetch_is_told_by_maven(tmp_path: Path) -> None:
    """Nobody listens at the repository: a plain refusal, and no half-filled cache."""
    need_maven()
    with pytest.raises(KafkaUnavailable, match="Maven could not fetch Kafka"):
        kafka_jars(maven_asking("http://127.0.0.1:9/none", tmp_path), first_sign_within=120)
    assert not list((tmp_path / "cache").glob("kafka-*/"))


def test_a_repository_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """A line that swallows everything: given up, not waited for."""
    need_maven()
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        deaf_line = f"http://127.0.0.1:{port}/none"
        with pytest.raises(KafkaUnavailable, match="fetched nothing of Kafka for 2 s"):
            kafka_jars(maven_asking(deaf_line, tmp_path), first_sign_within=2)


def test_without_java_the_embedded_bus_is_chosen_and_the_reason_told(tmp_path: Path) -> None:
    """No Java: embedded when free to choose, a refusal when Kafka was asked for."""
    poor = {"PATH": str(tmp_path), "JIESU_CACHE": str(tmp_path / "cache"), "JAVA_HOME": str(tmp_path)}
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    broker = LocalKafka(tmp_path / "state", environment=poor)
    chosen = choose_bus(None, poor, broker, say=print)
    assert chosen.kind == "embedded"
    assert "Java 11 is too old" in chosen.reason
    with pytest.raises(KafkaUnavailable, match="Java 11 is too old"):
        choose_bus("kafka", poor, broker, say=print)


def test_a_forced_bus_is_taken_and_an_unknown_one_refused(tmp_path: Path) -> None:
    """BUS names it; a name that is none of ours is refused, not guessed."""
    broker = LocalKafka(tmp_path / "state")
    assert choose_bus(None, {"BUS": "embedded"}, broker, say=print).reason == "asked for"
    with pytest.raises(UnknownBus, match="rabbit"):
        choose_bus(None, {"BUS": "rabbit"}, broker, say=print)


def test_an_outside_kafka_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    """Named by KAFKA_BOOTSTRAP_SERVERS and not there: said, not silently replaced by another bus."""
    named = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"}
    with pytest.raises(NotReady, match="nobody answers at KAFKA_BOOTSTRAP_SERVERS"):
        choose_bus(None, named, LocalKafka(tmp_path / "state"), say=print)
