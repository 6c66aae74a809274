"""How we know a process again: by pid, by the moment it was created, and by its command line.

A pid alone is recycled; a stop that trusts it can kill a stranger.
"""

import contextlib
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from deploy.local.waiting import wait_until

# Creation times are counted in clock ticks since boot: two readings of one process differ by less.
_SAME_MOMENT = 0.05


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """One process as it was when we started it."""

    pid: int
    created: float
    command: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The mark as it stands in the run file."""
        return {"pid": self.pid, "created": self.created, "command": list(self.command)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "ProcessMark":
        """The mark as it was read from the run file."""
        return cls(pid=int(row["pid"]), created=float(row["created"]), command=tuple(row["command"]))


def mark_of(pid: int, command: Sequence[str]) -> ProcessMark | None:
    """Mark a process just started with this command; None when it is gone already."""
    try:
        return ProcessMark(pid=pid, created=psutil.Process(pid).create_time(), command=tuple(command))
    except psutil.NoSuchProcess:
        return None


def find(mark: ProcessMark) -> psutil.Process | None:
    """The living process this mark was made of, or None: a stranger under the same pid is not it."""
    try:
        process = psutil.Process(mark.pid)
        if abs(process.create_time() - mark.created) > _SAME_MOMENT or not is_running(process):
            return None
        return process if _same_command(process, mark.command) else None
    except psutil.Error:
        return None


def is_running(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie waiting for its parent does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop_marked(mark: ProcessMark, *, polite: signal.Signals = signal.SIGTERM, grace: float = 8.0) -> bool:
    """Stop the marked process, politely and then not; False when it was not there any more."""
    process = find(mark)
    if process is None:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(polite)
        if not wait_until(lambda: not is_running(process), within=grace):
            process.kill()
            wait_until(lambda: not is_running(process), within=5.0)
    return True


def _same_command(process: psutil.Process, command: Sequence[str]) -> bool:
    # The first word may come back resolved (venv python, java); the rest must match.
    seen = process.cmdline()
    if not seen:
        return False
    return seen[1:] == list(command[1:])
