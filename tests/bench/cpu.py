"""Which process needed how much of the machine: says where time goes even when others work on it too."""

import psutil

from tests.bench.house import House


def spent(home: House) -> dict[str, float]:
    """Seconds of CPU so far, by part; Postgres with its backends, and ourselves as `bench`."""
    found = {name: _of(psutil.Process(pid)) for name, pid in home.pids().items()}
    # Services are children of ours: only our own share is the player's.
    return {**found, "bench": _own(psutil.Process())}


def since(before: dict[str, float], home: House) -> dict[str, float]:
    """What was spent since then."""
    return {name: now - before.get(name, 0.0) for name, now in spent(home).items()}


def _of(process: psutil.Process) -> float:
    return sum(_own(each) for each in (process, *process.children(recursive=True)))


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
