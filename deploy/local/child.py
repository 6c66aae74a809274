"""A process that a run starts: in a session of its own, its words in a log; it is asked to end first."""

import os
import signal
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from deploy.local.marks import ProcessMark, mark_of
from deploy.local.refusals import NotReady
from deploy.local.waiting import NEVER, wait_until


class Child(ABC):
    """What a run starts, watches, starts again and stops: Postgres, Kafka, a service."""

    ASKED_BY: ClassVar[signal.Signals] = signal.SIGTERM
    """The signal that asks it to end in order."""
    GRACE: ClassVar[float]
    """Seconds it has for that."""

    name: str
    """What people call it."""
    log: Path
    """The file it writes its words to."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.mark: ProcessMark | None = None
        """How its process is known again."""

    @abstractmethod
    def start(self, *, stop: threading.Event = NEVER) -> None:
        """Start it; whoever needs an answer to serve others waits for one."""

    def spawn(self, command: Sequence[str], log: Path, *, afresh: bool = False, **how: Any) -> None:
        """Start the process; `afresh` begins its log anew."""
        with log.open("wb" if afresh else "ab") as out:
            # A session of its own: Ctrl-C at the terminal must reach us only, we stop the rest in order.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **how
            )
        self.mark = mark_of(self._process.pid, command)

    def wait_for(self, ask: Callable[[], bool], *, within: float, stop: threading.Event) -> None:
        """Wait until it is so. Raises `NotReady`, with its last words, when it is late or ended."""
        if not wait_until(lambda: ask() or not self.is_alive(), within=within, stop=stop):
            self.stop()
            raise NotReady(self.name, f"no answer within {within:.0f} s", self.log_tail())
        if not self.is_alive():
            raise NotReady(self.name, "the process ended", self.log_tail())

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), or None while it runs."""
        return self._process.poll() if self._process else None

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        """Say it and do not wait, so that several finish at the same time."""
        if self._process is not None and self.is_alive():
            self._process.send_signal(self.ASKED_BY)

    def stop(self) -> None:
        """Ask it to end in order, and end it when it does not."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(self.GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()

    def restart(self, *, stop: threading.Event = NEVER) -> None:
        """Stop it if it runs, and start it again on the same ports with the same data."""
        self.stop()
        self.start(stop=stop)

    def kill(self) -> None:
        """kill -9, as a fault would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log_tail(self, lines: int = 12) -> str:
        """Its last words."""
        return tail(self.log, lines)


def tail(log: Path, lines: int, *, bytes_read: int = 16_384) -> str:
    """The last lines of a log, without reading all of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - bytes_read))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
