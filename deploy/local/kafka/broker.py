"""One local Kafka broker: start, stop, kill, and come back after either."""

import base64
import os
import shutil
import subprocess
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local.child import Child, tail
from deploy.local.kafka.fetch import Say, find_java, kafka_jars
from deploy.local.kafka.probe import serves
from deploy.local.kafka.properties import log4j_properties, server_properties
from deploy.local.ports import free_port, same_port
from deploy.local.refusals import KafkaUnavailable
from deploy.local.state import StateFolder
from deploy.local.waiting import NEVER

# The first compiler only: a broker that shares two cores with what it serves must not spend them on the
# second one, and starts with a third less CPU.
_JAVA_OPTIONS = (
    *("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    "-Djava.awt.headless=true",
)


class LocalKafka(Child):
    """A real Kafka on 127.0.0.1 for one state folder; also the real bus of the tests.

    Everything is synchronous: call it from a thread inside an event loop.
    """

    name = "kafka"
    # In order, the log is flushed and closed.
    GRACE = 12.0

    def __init__(self, state: Path, *, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self._state = StateFolder(state)
        self.log = self._state.logs / "kafka.log"
        # What Java says before the broker has a log of its own.
        self._java_log = self._state.logs / "kafka.out.log"
        self._environment = environment
        self._ready_to_run: tuple[str, Path] | None = None
        self.port = 0

    @property
    def bootstrap(self) -> str:
        """The address clients are given."""
        return f"127.0.0.1:{self.port}"

    def fetch(self, *, say: Say = lambda _: None, stop: threading.Event = NEVER) -> None:
        """Find Java and the jars, or refuse with the reason; after this a start needs no network."""
        if self._ready_to_run is None:
            java = find_java(self._environment)
            fallback = self._state.kafka / "cache"
            jars = kafka_jars(self._environment, fallback=fallback, say=say, stop=stop)
            self._ready_to_run = (java, jars)

    def start(self, *, stop: threading.Event = NEVER, within: float = 60.0) -> None:
        """Format the storage if new, start, and wait until the broker counts itself in."""
        self._state.prepare()
        self.fetch(stop=stop)
        self._choose_ports()
        if not (self._data / "meta.properties").exists():
            self._format()
        command = self._java("kafka.Kafka", str(self._properties))
        self.spawn(command, self._java_log, afresh=True, cwd=self._state.kafka)
        self.wait_for(self._serves, within=within, stop=stop)

    def wipe(self) -> None:
        """Lose all data, as a broken disk would; the broker must be down."""
        shutil.rmtree(self._data, ignore_errors=True)

    def discard(self) -> None:
        """Stop and delete the data: for throw-away instances and tests."""
        self.stop()
        shutil.rmtree(self._state.kafka, ignore_errors=True)

    def log_tail(self, lines: int = 12) -> str:
        """The last words of the broker, and before them those of Java."""
        words = "\n".join(filter(None, (tail(self._java_log, lines), tail(self.log, lines))))
        return "\n".join(words.splitlines()[-lines:])

    @property
    def _data(self) -> Path:
        return self._state.kafka / "data"

    @property
    def _properties(self) -> Path:
        return self._state.kafka / "server.properties"

    def _choose_ports(self) -> None:
        known = self._state.port("kafka")
        self.port = same_port(self.name, self.port) if self.port else free_port(remembered=known)
        controller = free_port(remembered=self._state.port("kafka_controller"), avoid={self.port})
        self._state.remember_port("kafka", self.port)
        self._state.remember_port("kafka_controller", controller)
        self._state.kafka.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(server_properties(self._data, self.port, controller), encoding="utf-8")
        log4j = log4j_properties(self.log)
        self._log4j.write_text(log4j, encoding="utf-8")

    @property
    def _log4j(self) -> Path:
        return self._state.kafka / "log4j2.properties"

    def _format(self) -> None:
        # A folder without meta.properties is what an interrupted format left.
        self.wipe()
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        words = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._properties)]
        done = subprocess.run(self._java(*words), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaUnavailable(f"Kafka's storage was not made: {(done.stderr or done.stdout)[-600:]}")

    def _java(self, *words: str) -> list[str]:
        if self._ready_to_run is None:
            raise KafkaUnavailable("Kafka was not fetched yet")
        java, jars = self._ready_to_run
        logging = f"-Dlog4j2.configurationFile={self._log4j}"
        return [java, *_JAVA_OPTIONS, logging, "-cp", f"{jars}/*", *words]

    def _serves(self) -> bool:
        return serves("127.0.0.1", self.port)
