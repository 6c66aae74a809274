"""A service as a child process: its own session, its own log, asked over HTTP whether it is ready."""

import http.client
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from deploy.local.marks import ProcessMark, mark_of
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


class ServiceProcess:
    """One service of the suite."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, log: Path, port: int
    ) -> None:
        self.name = name
        self.port = port
        self.mark: ProcessMark | None = None
        self._command = list(command)
        self._environment = dict(environment)
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), or None while it runs."""
        return self._process.poll() if self._process else None

    def start(self, *, stop: threading.Event = NEVER) -> None:  # noqa: ARG002 - it never waits
        """Start it; it becomes ready by itself."""
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C at the terminal must reach us only, we stop the rest in order.
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.mark = mark_of(self._process.pid, self._command)

    def ask_to_stop(self) -> None:
        """Say it and do not wait, so that all services finish at the same time."""
        if self.is_alive() and self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self, *, grace: float = 25.0) -> None:
        """Ask it to stop, wait a little longer than it gives its own work, and end it when it does not."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether it says so itself: what answers at its port may be another run's, that was quicker."""
        # In this order: it is asked twenty times a second, and who listens stands in a list of all sockets.
        answers = self.is_alive() and answers_ready(self.port)
        return answers and self.mark is not None and listens(self.mark.pid, self.port)

    def log_tail(self, lines: int = 12) -> str:
        """Its last words."""
        return tail(self.log, lines)


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


def tail(log: Path, lines: int, *, bytes_read: int = 16_384) -> str:
    """The last lines of a log, without reading all of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - bytes_read))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
