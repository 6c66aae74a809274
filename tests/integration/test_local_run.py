"""A local run is started, killed, disturbed and stopped, with real processes and the real Postgres."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.detached import start_detached, stop_run
from deploy.local.look import look
from deploy.local.marks import find
from deploy.local.ports import free_row
from deploy.local.postgres import LocalPostgres
from deploy.local.refusals import LocalRefused, NotReady
from deploy.local.state import RunFile, StateFolder
from deploy.local.throwaway import throw_away
from tests.integration.local_house import ENDED_WITHIN, base_port, eventually, house, ready, run_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    yield folder
    stop_run(StateFolder(folder), say=print)
    LocalPostgres(folder).discard()


def everybody(run: RunFile) -> list[psutil.Process]:
    found = [find(mark) for mark in run.processes.values()]
    assert None not in found
    return [process for process in found if process]


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_nobody_behind(state: Path, how: signal.Signals) -> None:
    """Ctrl-C and SIGTERM stop services, bus and database, and strike out the run file."""
    with run_of(state, base_port()) as process:
        processes = everybody(ready(state, process))
        process.send_signal(how)
        words = process.communicate(timeout=ENDED_WITHIN)[0]
    assert process.returncode == 0, words
    assert words.rstrip().endswith("stopped")
    assert len(processes) == 3
    assert all_gone(processes)
    assert StateFolder(state).run() is None


def test_a_killed_service_is_started_again_and_it_is_said(state: Path) -> None:
    """kill -9 of a service: its last words are shown, another process takes its place on the same port."""
    with run_of(state, base_port()) as process:
        before = ready(state, process).processes["back"]
        (state / "logs" / "back.log").write_text("first\nno more memory\n")
        os.kill(before.pid, signal.SIGKILL)

        def replaced() -> bool:
            seen = look(StateFolder(state))
            run = StateFolder(state).run()
            return bool(seen and seen.well and run and run.processes["back"].pid != before.pid)

        eventually(replaced)
        process.terminate()
        words = process.communicate(timeout=ENDED_WITHIN)[0]
    assert "back was ended by SIGKILL; starting it again" in words
    assert f"its last words, from {state / 'logs' / 'back.log'}:" in words
    assert "no more memory" in words
    assert "back runs again" in words


def test_a_killed_database_comes_back_on_its_port_with_its_rows(state: Path) -> None:
    """kill -9 of Postgres: the run starts it again, what was committed is there."""
    with run_of(state, base_port()) as process:
        before = ready(state, process).processes["postgres"]
        postgres = LocalPostgres(state).attach()
        postgres.execute("CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 500)")
        os.kill(before.pid, signal.SIGKILL)

        def back() -> bool:
            run = StateFolder(state).run()
            return run is not None and run.processes["postgres"].pid != before.pid

        eventually(back)
        assert LocalPostgres(state).attach().execute("SELECT count(*) FROM kept") == "500"


def test_after_kill_9_of_the_run_the_next_one_clears_up_and_starts(state: Path) -> None:
    """What a killed run left is known by its marks, stopped and told; the second run is whole."""
    port = base_port()
    with run_of(state, port) as first:
        left = everybody(ready(state, first))
        first.kill()
        first.communicate()
    assert not all_gone(left)
    with run_of(state, port) as second:
        ready(state, second)
        second.terminate()
        words = second.communicate(timeout=ENDED_WITHIN)[0]
    assert "was killed; clearing up after it" in words
    assert "stopped its front" in words
    assert all_gone(left)


def test_stop_clears_up_after_a_killed_run(state: Path) -> None:
    """`jiesu stop` also ends what a killed run left."""
    with run_of(state, base_port()) as process:
        left = everybody(ready(state, process))
        process.kill()
        process.communicate()
    assert stop_run(StateFolder(state), say=print)
    assert all_gone(left)
    assert not stop_run(StateFolder(state), say=print)


def test_a_second_run_in_the_same_folder_is_refused_by_name(state: Path) -> None:
    """The lock's holder is told by process id, and goes on undisturbed."""
    with run_of(state, base_port()) as first:
        ready(state, first)
        with run_of(state, base_port()) as second:
            words = second.communicate(timeout=ENDED_WITHIN)[0]
        assert second.returncode == 1
        assert f"already running here (process {first.pid}" in words
        seen = look(StateFolder(state))
        assert seen is not None
        assert seen.well
        # What each hears is told by the run: nobody who looks loads the services to know.
        assert seen.lag == {"front": 0, "back": 0}


def test_a_bus_that_cannot_be_had_is_refused_before_the_database_starts(state: Path) -> None:
    with run_of(state, base_port(), "rabbit") as process:
        words = process.communicate(timeout=ENDED_WITHIN)[0]
    assert process.returncode == 1
    assert "there is no bus called 'rabbit'" in words
    assert "postgres" not in words


def test_a_taken_port_is_refused_and_its_owner_told(state: Path) -> None:
    """Somebody else's server is named, not disturbed, and nothing of ours is started."""
    port = base_port()
    with socket.create_server(("127.0.0.1", port + 1)), run_of(state, port) as process:
        words = process.communicate(timeout=ENDED_WITHIN)[0]
    assert process.returncode == 1
    assert f"port {port + 1}, wanted for back, is taken by process {os.getpid()}" in words
    assert "postgres ready" not in words


def test_a_stranger_under_a_recycled_pid_is_left_alone(state: Path) -> None:
    """The run file names a pid that now belongs to another program: it is not ours, it lives on."""
    with run_of(state, base_port()) as process:
        run = ready(state, process)
        process.terminate()
        process.communicate(timeout=ENDED_WITHIN)
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        row = run.as_json()
        for mark in (row["supervisor"], *row["processes"].values()):
            mark["pid"] = stranger.pid
        StateFolder(state).write("run.json", row)
        assert stop_run(StateFolder(state), say=print)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


PROGRAM = ("tests.integration.local_house", "run")


def test_in_the_background_it_is_ready_when_the_starter_returns(state: Path) -> None:
    """Started detached it lives on, is well at once, refuses a second, and is stopped by its folder."""
    told: list[str] = []
    folder = StateFolder(state)
    words = [str(state), str(base_port()), "embedded"]
    start_detached(folder, words, say=told.append, program=PROGRAM)
    seen = look(folder)
    assert seen is not None
    assert seen.well
    assert any("front ready" in line for line in told)
    with pytest.raises(LocalRefused, match="already running"):
        start_detached(folder, words, say=told.append, program=PROGRAM)
    assert stop_run(folder, say=told.append)
    assert look(folder) is None


def test_in_the_background_a_failed_start_is_told(state: Path) -> None:
    """The reason reaches the person who started it, not only a log."""
    port = base_port()
    told: list[str] = []
    with socket.create_server(("127.0.0.1", port)), pytest.raises(NotReady, match="ended with code 1"):
        start_detached(
            StateFolder(state), [str(state), str(port), "embedded"], say=told.append, program=PROGRAM
        )
    assert any(f"port {port}, wanted for front" in line for line in told)


def test_a_throw_away_instance_leaves_nothing(tmp_path: Path) -> None:
    """While it is there it is whole; afterwards neither process, folder nor database is."""
    with throw_away(lambda state: house(state, 0, "embedded"), say=print, folder=tmp_path) as instance:
        seen = look(instance.state)
        assert seen is not None
        assert seen.well
        processes = everybody(instance.state.run() or pytest.fail("no run file"))
        data = instance.postgres.data
    assert all_gone(processes)
    assert not data.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_run_takes_the_city_it_is_told(state: Path, tmp_path: Path) -> None:
    """By the variable the services know it by; a relative folder is the shell's own."""
    city = tmp_path / "elsewhere"
    city.mkdir()
    words = ["run", "--bus", "embedded", "--base-port", str(free_row(5)), "--state", str(state)]
    done = CliRunner().invoke(app, words, env={"JIESU_CITY": os.path.relpath(city)})
    assert done.exit_code == 1
    assert f"the city folder {city} is refused" in done.stderr
