"""The same run in the background: watched until it is ready, found again by its run file, stopped."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.leftovers import clear_leftovers
from deploy.local.marks import find, is_running
from deploy.local.refusals import NotReady
from deploy.local.state import StateFolder, project_root
from deploy.local.waiting import NEVER, wait_until

Say = Callable[[str], None]


RUN = ("deploy.cli", "run")


def start_detached(
    state: StateFolder,
    arguments: Sequence[str],
    *,
    say: Say,
    program: Sequence[str] = RUN,
    within: float = 300.0,
) -> None:
    """Start a run in the background and repeat its words until it is ready."""
    state.prepare()
    state.lock().release()  # refuses by name while another run holds it
    log = state.logs / "run.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", *program, *arguments],
            cwd=project_root(Path(__file__).parent),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    echo = _Echo(log, say)

    def settled() -> bool:
        echo.repeat()
        run = state.run()
        ready = run is not None and run.phase == "ready" and run.supervisor.pid == child.pid
        return ready or child.poll() is not None

    in_time = wait_until(settled, within=within, every=0.1)
    echo.repeat()
    if child.poll() is not None:
        raise NotReady("the run", f"it ended with code {child.returncode}; its words are in {log}")
    if not in_time:
        raise NotReady("the run", f"still starting after {within:.0f} s; its words are in {log}")
    child.returncode = 0  # it outlives us on purpose: without this Python warns that nobody waited for it


def stop_run(state: StateFolder, *, say: Say, within: float = 60.0, stop: threading.Event = NEVER) -> bool:
    """Stop the run that holds this folder, or clear up after a killed one; False when there was nothing."""
    run = state.run()
    if run is None:
        return False
    supervisor = find(run.supervisor)
    if supervisor is None:
        with state.lock():
            return clear_leftovers(state, say=say) >= 0
    supervisor.terminate()
    if not wait_until(lambda: not is_running(supervisor), within=within, stop=stop):
        say(f"process {run.supervisor.pid} does not stop; ending it")
        supervisor.kill()
        wait_until(lambda: not is_running(supervisor), within=5.0)
        with state.lock():
            clear_leftovers(state, say=say)
    return True


class _Echo:
    """Repeats what is new in a growing log."""

    def __init__(self, log: Path, say: Say) -> None:
        self._log = log
        self._say = say
        self._read = 0

    def repeat(self) -> None:
        """Say every whole line not said yet."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("utf-8", errors="replace").splitlines():
            self._say(line)
