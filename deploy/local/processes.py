"""A service as a child process: its own session, its own log, asked over HTTP whether it is ready."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.child import Child
from deploy.local.ports import listens
from deploy.local.ready import answers_ready
from deploy.local.waiting import NEVER


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
