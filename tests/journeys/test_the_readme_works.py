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
# A refusal must end the paragraph here; a person should see the problem instead. curl fails by one way only.
STRICT = """set -euo pipefail
curl() { case " $* " in *" --fail "*) command curl "$@" ;; *) command curl --fail-with-body "$@" ;; esac; }
"""


def paragraphs() -> list[str]:
    """The shell lines of "Talk to it", as the blank lines between them part them."""
    section = (ROOT / "README.md").read_text().partition("## Talk to it")[2].partition("\n## ")[0]
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL))
    return [paragraph for paragraph in re.split(r"\n\s*\n", lines) if paragraph.strip()]


class Terminal:
    """A newcomer's terminal: what one paragraph sets, the next one has."""

    def __init__(self, state: Path, base_port: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**kept, "JIESU_STATE": str(state), "BUS": "embedded", "PATH": path}
        self._base_port = base_port
        self._folder = state.parent
        self._memory = self._folder / "terminal.sh"
        self.said = ""

    def type(self, block: str) -> bool:
        """Type a paragraph; whether it ended well."""
        ours = re.sub(r"127\.0\.0\.1:(81\d\d)", lambda at: f"127.0.0.1:{self._ours(at[1])}", block)
        names = " ".join(re.findall(r"^(\w+)=", block, flags=re.MULTILINE))
        remember = f'\ndeclare -p {names or "PATH"} >> "{self._memory}"\n'
        memory = f'[ ! -e "{self._memory}" ] || source "{self._memory}"\n'
        done = subprocess.run(
            ["bash", "-c", STRICT + memory + ours + remember],
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = done.stdout + done.stderr
        return done.returncode == 0

    def jiesu(self, *words: str) -> None:
        asked = ["jiesu", *words]
        done = subprocess.run(
            asked, env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

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


def test_what_the_readme_types_takes_a_case_to_its_callback(terminal: Terminal) -> None:
    """Each paragraph is typed once, as fast as a pasted block: its lines wait for what takes time."""
    typed = paragraphs()
    assert len(typed) >= 4
    for paragraph in typed:
        assert terminal.type(paragraph), terminal.said
    assert wait_until(lambda: _is_called_back(terminal, typed[-1]), within=30.0, every=0.3), terminal.said
    for said in ("registered", "dispatched", "signed", "resolved", "survey_started"):
        assert f"jiesu.case.{said}.v1" in terminal.said
    assert "椿树街道" in terminal.said
    assert "13800001234" not in terminal.said


def _is_called_back(terminal: Terminal, last: str) -> bool:
    return terminal.type(last) and "jiesu.case.survey_started.v1" in terminal.said
