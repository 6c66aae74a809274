"""From a fresh state folder to the first accepted case, by `jiesu run`; then what each idle service holds.

The environment is there already: making it is pip's time, not ours.
"""

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from deploy.local.keys import Bearer, LocalIssuer
from deploy.local.ports import free_row
from deploy.local.state import StateFolder
from deploy.local.suite import SUITE
from tests.bench.figures import Figure
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.wishes import wish

MEGA = 1024 * 1024
START_WITHIN = 180


def run_memory(bus: str, *, idle: int) -> dict[str, Any]:
    """Start the whole suite, register one case, let it idle, look."""
    home, port = Path(tempfile.mkdtemp(prefix="jiesu-bench-")), free_row(len(SUITE))
    began = time.perf_counter()
    try:
        _jiesu("run", "--detach", "--state", str(home), "--bus", bus, "--base-port", str(port))
        _register(home, port)
        started = time.perf_counter() - began
        say(f"first case accepted after {started:.1f} s; idling {idle} s")
        time.sleep(idle)
        held, busy = _held(home, idle)
    finally:
        _jiesu("stop", "--state", str(home))
        shutil.rmtree(home, ignore_errors=True)
    say(", ".join(f"{name} {found:.0f} MB" for name, found in held.items()))
    return {"started": started, "megabytes": held, "idle_cpu": busy}


def _jiesu(*arguments: str) -> None:
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    done = subprocess.run(command, check=False, timeout=START_WITHIN, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"jiesu {arguments[0]} failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def _register(home: Path, port: int) -> None:
    bearer = Bearer("bench", roles=("citizen",))
    issuer = LocalIssuer(StateFolder(home).keys)
    token = issuer.sign(bearer, lifetime=timedelta(hours=1), at=datetime.now(UTC))
    told = {"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = json.dumps(wish(1)).encode()
    line.request("POST", "/v1/cases", body, {**told, "content-type": "application/json"})
    answer = line.getresponse()
    if answer.status != http.client.CREATED:
        raise SystemExit(f"the first case was not accepted: {answer.status} {answer.read()[:500]!r}")
    line.close()


def _held(home: Path, idle: int) -> tuple[dict[str, float], dict[str, float]]:
    """Resident megabytes now, and the share of a core needed while nothing happens."""
    run = StateFolder(home).run()
    if run is None:
        raise SystemExit("the run is gone")
    found = {
        name: psutil.Process(mark.pid)
        for name, mark in run.processes.items()
        if name not in ("kafka", "postgres")
    }
    for process in found.values():
        process.cpu_percent()
    time.sleep(min(idle, 5))
    busy = {name: process.cpu_percent() for name, process in found.items()}
    return {name: process.memory_info().rss / MEGA for name, process in found.items()}, busy


def figures(result: dict[str, Any]) -> list[Figure]:
    held = result["megabytes"]
    most = max(held.values())
    return [
        Figure(
            "memory of an idle service (resident)",
            ", ".join(f"{name} {found:.0f} MB" for name, found in held.items()),
            "< 120 MB each",
            most < 120,
        ),
        Figure(
            "idle service, share of a core",
            ", ".join(f"{name} {found:.1f} %" for name, found in result["idle_cpu"].items()),
        ),
        Figure(
            "`make run`, fresh state to the first accepted case (environment made before)",
            f"{result['started']:.1f} s",
            "< 60 s",
            result["started"] < 60,
        ),
    ]


def main() -> None:
    options = parser("memory", __doc__)
    options.add_argument("--idle", type=bounded(3600), default=10, help="seconds before looking")
    asked = options.parse_args()
    result = run_memory(asked.bus, idle=asked.idle)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
