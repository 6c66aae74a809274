"""What README.md tells a newcomer to type works, line for line, on a running suite."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import free_row
from deploy.local.suite import BASE_PORT, SUITE
from deploy.local.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sysconfig.get_path("scripts")
# A refusal must end the block here; a person should see the problem instead.
STRICT = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'


def blocks() -> list[str]:
    """The shell blocks of "A case by hand", in their order."""
    section = (ROOT / "README.md").read_text().partition("## A case by hand")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


class Terminal:
    """A newcomer's terminal: what one block sets, the next one has."""

    def __init__(self, state: Path, base_port: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**kept, "JIESU_STATE": str(state), "BUS": "embedded", "PATH": path}
        self._base_port = base_port
        self._memory = state / "terminal.sh"
        self.said = ""

    def type(self, block: str) -> bool:
        """Type a block; whether it ended well."""
        ours = re.sub(r"127\.0\.0\.1:(81\d\d)", lambda at: f"127.0.0.1:{self._ours(at[1])}", block)
        names = " ".join(re.findall(r"^(\w+)=", block, flags=re.MULTILINE))
        remember = f'\n{{ declare -f bearer field; declare -p {names or "PATH"}; }} >> "{self._memory}"\n'
        memory = f'[ ! -e "{self._memory}" ] || source "{self._memory}"\n'
        done = subprocess.run(
            ["bash", "-c", STRICT + memory + ours + remember],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = done.stdout + done.stderr
        return done.returncode == 0

    def jiesu(self, *words: str) -> None:
        subprocess.run(["jiesu", *words], env=self.environment, cwd=ROOT, check=True, capture_output=True)

    def _ours(self, port: str) -> int:
        return int(port) - BASE_PORT + self._base_port


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal beside a suite that runs as `make run` runs it."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("the lines of the README need curl and bash")
    first = free_row(len(SUITE))
    found = Terminal(tmp_path / "state", first)
    try:
        found.jiesu("run", "--detach", "--base-port", str(first))
        yield found
    finally:
        found.jiesu("stop")


def test_a_case_by_hand_is_closed_and_its_facts_are_shown(terminal: Terminal) -> None:
    """Each block is typed until what it looks for has arrived: look-ups come first in every block."""
    typed = blocks()
    assert len(typed) == 5
    for block in typed:
        assert wait_until(lambda block=block: terminal.type(block), within=30.0, every=0.3), terminal.said
    assert wait_until(lambda: _is_closed(terminal, typed[-1]), within=30.0, every=0.3), terminal.said
    shown = terminal.said
    assert '"name":"观音寺街道"' in shown
    for said in ("registered", "dispatched", "signed", "resolved", "survey_started", "closed"):
        assert f"jiesu.case.{said}.v1" in shown
    assert "jiesu.callback.completed.v1" in shown
    assert "13812345678" not in shown


def _is_closed(terminal: Terminal, last: str) -> bool:
    return terminal.type(last) and '"status":"closed"' in terminal.said
