"""A service as a child process: its own session, its own log, asked over HTTP whether it is ready."""

import http.client
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from deploy.local.child import Child
from deploy.local.marks import ProcessMark
from deploy.local.ports import listens
from deploy.local.waiting import NEVER

READY_PATH = "/health/ready"


class Supervised(Protocol):
    """What a run starts, watches, starts again and stops: Postgres, Kafka, a service."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def mark(self) -> ProcessMark | None:
        """How its process is known again."""

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""

    @property
    def log(self) -> Path:
        """The file it writes its words to."""

    def log_tail(self, lines: int = 12) -> str:
        """Its last words."""

    def start(self, *, stop: threading.Event = NEVER) -> None:
        """Start it; whoever needs an answer to serve others waits for one."""

    def stop(self) -> None:
        """Stop it in order."""

    def is_alive(self) -> bool:
        """Whether its process runs."""


class ServiceProcess(Child):
    """One service of the suite."""

    # A little longer than it gives its own work.
    GRACE = 25.0

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, log: Path, port: int
    ) -> None:
        super().__init__()
        self.name = name
        self.port = port
        self._command = list(command)
        self._environment = dict(environment)
        self.log = log

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, stop: threading.Event = NEVER) -> None:  # noqa: ARG002 - it never waits
        """Start it; it becomes ready by itself."""
        self.spawn(self._command, self.log, env=self._environment)

    def is_ready(self) -> bool:
        """Whether it says so itself: what answers at its port may be another run's, that was quicker."""
        # In this order: it is asked twenty times a second, and who listens stands in a list of all sockets.
        answers = self.is_alive() and answers_ready(self.port)
        return answers and self.mark is not None and listens(self.mark.pid, self.port)


def answers_ready(port: int, *, timeout: float = 2.0) -> bool:
    """Ask a service on this machine whether it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
