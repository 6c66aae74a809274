"""Where the stories are played: on the instance that runs, or on one of our own that leaves nothing."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from deploy.demo.clock import PlayClock, RealClock, clock_of_file
from deploy.local.plan import Plan
from deploy.local.refusals import LocalRefused, NotReady
from deploy.local.state import RunFile, StateFolder
from deploy.local.steps import STEPS
from deploy.local.throwaway import throw_away

Say = Callable[[str], None]
READY_WITHIN = 90.0


class ClockInUse(LocalRefused):
    """Somebody else lets hours pass on this instance."""

    def __init__(self) -> None:
        super().__init__("another demo moves this instance's clock; start again when it is over")


@dataclass(frozen=True, slots=True)
class Stage:
    """An instance to play on."""

    urls: Mapping[str, str]
    keys: Path
    clock: PlayClock
    bus: str
    is_ours: bool


@contextlib.contextmanager
def stage(state: StateFolder, bus: str | None, *, say: Say) -> Iterator[Stage]:
    """The running instance, if there is one on the wished bus; else a throw-away one."""
    run = _running(state)
    if run is not None and bus in (None, run.bus):
        say(f"an instance runs in {state.path}: playing there")
        with _one_hand_on_the_clock(run):
            yield _of_run(run, state)
        return
    if run is not None:
        say(f"the instance in {state.path} has the {run.bus} bus; starting one of our own with {bus}")
    with throw_away(lambda home: _plan(home, bus), say=say) as own:
        told = own.state.run()
        if told is None:
            raise NotReady("the throw-away instance", "its run file is gone")
        yield _of_run(told, own.state, is_ours=True)


@contextlib.contextmanager
def _one_hand_on_the_clock(run: RunFile) -> Iterator[None]:
    """Two plays on one driven clock would let each other's deadlines pass."""
    if run.clock_file is None:
        yield
        return
    hand = FileLock(f"{run.clock_file}.lock", timeout=0)
    try:
        hand.acquire()
    except Timeout:
        raise ClockInUse from None
    try:
        yield
    finally:
        hand.release()


def _plan(home: Path, bus: str | None) -> Plan:
    return Plan(state=home, steps=STEPS, bus=bus, driven_clock=True)


def _running(state: StateFolder) -> RunFile | None:
    """The run of this folder; one that is just starting is waited for."""
    give_up = time.monotonic() + READY_WITHIN
    while True:
        run = state.run()
        if run is None or not run.is_alive() or run.phase == "stopping":
            return None
        if run.phase == "ready":
            return run
        if time.monotonic() > give_up:
            raise NotReady("the instance that runs", f"it is {run.phase} for too long; see jiesu status")
        time.sleep(0.2)


def _of_run(run: RunFile, state: StateFolder, *, is_ours: bool = False) -> Stage:
    clock: PlayClock = clock_of_file(Path(run.clock_file)) if run.clock_file else RealClock()
    return Stage(run.urls, state.keys, clock, run.bus, is_ours)
