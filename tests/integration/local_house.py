"""A small house for tests of the local run: two services that only say they are ready, on the real Postgres.

`python -m tests.integration.local_house run STATE BASE_PORT BUS` is a whole run in a process of its own.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from deploy.commands.topics import create_topics
from deploy.local.instance import Instance, say_on_terminal, stopping_on_signals
from deploy.local.plan import Ground, Plan, Step
from deploy.local.ports import free_row
from deploy.local.refusals import LocalRefused
from deploy.local.state import RunFile, StateFolder
from deploy.local.suite import Member
from shared.events.topics import CASE

ENDED_WITHIN = 120.0
"""Seconds until a run that was told to stop, or was refused, has gone: it gives a service 25."""
MEMBERS = (Member("front", "answers"), Member("back", "answers too"))


def house(state: Path, base_port: int, bus: str) -> Plan:
    """A plan with the two small services."""
    program = (sys.executable, "-m", "tests.integration.local_house", "serve")
    return Plan(
        state=state,
        members=MEMBERS,
        steps=(Step("topics", _topics),),
        base_port=base_port,
        bus=bus,
        command=lambda member: (*program, member.name),
        heard=lambda _: (CASE.name,),
    )


def _topics(ground: Ground) -> str:
    return str(asyncio.run(create_topics(ground.bus.kind, ground.bootstrap, ground.admin_dsn, ())))


def base_port() -> int:
    """A free pair of ports below the ephemeral range."""
    return free_row(len(MEMBERS))


@contextmanager
def run_of(state: Path, port: int, bus: str = "embedded") -> Iterator["subprocess.Popen[str]"]:
    """A run in a process of its own; whatever is left of it is ended at the end."""
    command = [sys.executable, "-m", "tests.integration.local_house", "run", str(state), str(port), bus]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=ENDED_WITHIN)


def eventually(ask: Callable[[], bool], within: float = 120.0) -> None:
    """Wait until it is so, or fail."""
    deadline = time.monotonic() + within
    while not ask():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.05)


def ready(state: Path, process: "subprocess.Popen[str]") -> RunFile:
    """Wait until this very process says its run is ready."""

    def is_ready() -> bool:
        assert process.poll() is None, process.communicate()[0]
        run = StateFolder(state).run()
        return run is not None and run.phase == "ready" and run.supervisor.pid == process.pid

    eventually(is_ready)
    found = StateFolder(state).run()
    assert found is not None
    return found


class Ready(BaseHTTPRequestHandler):
    """Says that it is ready, and no more."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def _serve() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("127.0.0.1", int(os.environ["JIESU_PORT"])), Ready).serve_forever()


def _run(state: str, port: str, bus: str) -> int:
    instance = Instance(house(Path(state), int(port), bus), say=say_on_terminal)
    try:
        with stopping_on_signals(instance), instance.running():
            instance.serve()
    except LocalRefused as refusal:
        print(refusal)
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve()
    else:
        sys.exit(_run(*sys.argv[2:]))
