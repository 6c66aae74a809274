"""`jiesu demo`: stories and a year end where they belong, whatever is killed meanwhile; nothing is left."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.demo.playing import ONE_STEP_FOR_RATES
from deploy.demo.stories import STORIES
from deploy.demo.year import STEPS as YEAR_STEPS
from deploy.local.kafka import LocalKafka
from deploy.local.refusals import KafkaUnavailable
from deploy.local.state import StateFolder
from deploy.local.suite import NAMES
from tests.kit.kafka_part import SKIPPED

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r"\[(\d+)\] \S+：")
"""A step, wherever on a line it stands: others may share stderr and leave a line unfinished before it."""
STEPS = sum(story.steps for story in STORIES) + ONE_STEP_FOR_RATES + YEAR_STEPS


class Demo:
    """A demo under way, on an instance of its own under a folder of ours."""

    def __init__(self, folder: Path, bus: str) -> None:
        self._folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
        words = ["demo", "--json", "--bus", bus, "--state", str(folder / "none")]
        with (folder / "out.json").open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", *words],
                cwd=ROOT,
                env={**kept, "TMPDIR": str(folder)},
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
            )
        self.words: list[str] = []

    def steps(self) -> Iterator[int]:
        """The number of each step, as it is told."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.words.append(line.rstrip())
            yield from map(int, TOLD.findall(line))

    def processes(self) -> dict[str, int]:
        """Who runs, by name, as the instance's own run file has it."""
        (home,) = self._folder.glob("jiesu-*")
        run = StateFolder(home).run()
        assert run is not None
        return {name: mark.pid for name, mark in run.processes.items()}

    def kill(self, name: str) -> None:
        """kill -9."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.processes()[name], signal.SIGKILL)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """The exit code; whatever is left of the demo when a test fails is ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        return self._process.returncode

    def result(self) -> dict[str, Any]:
        """The one document on stdout."""
        found: dict[str, Any] = json.loads((self._folder / "out.json").read_text())
        return found


@pytest.fixture
def kafka_can_be_had(tmp_path: Path) -> None:
    """Skips where Kafka can be had in no way, and says why."""
    try:
        LocalKafka(tmp_path / "fetched").fetch(say=print)
    except KafkaUnavailable as error:
        pytest.skip(f"{SKIPPED}: {error}")


@contextlib.contextmanager
def a_demo(folder: Path, bus: str) -> Iterator[Demo]:
    demo = Demo(folder, bus)
    try:
        yield demo
    finally:
        demo.interrupt()
        demo.end()


def killed_in_turn(demo: Demo, names: Sequence[str]) -> None:
    """Kill one after another, spread over the demo's steps."""
    turns = {(turn + 1) * STEPS // (len(names) + 1): name for turn, name in enumerate(names)}
    for step in demo.steps():
        if step in turns:
            demo.kill(turns[step])


@pytest.mark.kafka
@pytest.mark.usefixtures("kafka_can_be_had")
def test_the_demo_ends_well_though_everything_is_killed_once(tmp_path: Path) -> None:
    """kill -9 of each service, the bus and the database → started again → all cases where they belong."""
    with a_demo(tmp_path, "kafka") as demo:
        killed_in_turn(demo, [*NAMES, "postgres", "kafka"])
        assert demo.end() == 0, "\n".join(demo.words)
    result = demo.result()
    assert result["ok"]
    assert result["bus"] == "kafka"
    cases = [case for story in result["stories"] for case in story["cases"]]
    assert len(cases) == 8
    assert [case["deliberation"]["state"] for case in cases if case["deliberation"]] == ["evaluated"] * 2
    assert {case["state"] for case in cases} == {"closed"}
    assert all(rate["response"]["behind"] == rate["response"]["denominator"] for rate in result["rates"])
    year = result["year"]
    assert (year["work_state"], year["is_proactive"], year["volume_high"] < 1) == ("closed", True, True)
    told = [int(number) for line in demo.words for number in TOLD.findall(line)]
    assert told == list(range(1, STEPS + 1)), "each step once, and the bar ends where it says it will"
    assert not list(tmp_path.glob("jiesu-*")), "a throw-away instance leaves no folder"


def test_an_interrupted_demo_leaves_nobody_behind(tmp_path: Path) -> None:
    """Ctrl-C in the middle → services, bus and database are stopped, the folder is gone, 130."""
    with a_demo(tmp_path, "embedded") as demo:
        next(step for step in demo.steps() if step >= 5)
        running = [psutil.Process(pid) for pid in demo.processes().values()]
        demo.interrupt()
        for _ in demo.steps():
            pass
        assert demo.end() == 130, "\n".join(demo.words)
    assert len(running) == len(NAMES) + 1
    assert not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in running)
    assert not list(tmp_path.glob("jiesu-*"))
    assert (tmp_path / "out.json").read_text() == ""
