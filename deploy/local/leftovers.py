"""What a killed run left behind: its processes, known again by their marks, and its run file."""

import signal

from deploy.local.kafka.fetch import Say
from deploy.local.marks import stop_marked
from deploy.local.state import RunFile, StateFolder

# Services first: they must not cry over a database that is taken from under them.
_LAST = ("kafka", "postgres")


def clear_leftovers(state: StateFolder, *, say: Say) -> int:
    """Stop what a dead predecessor left running, those processes only; call it with the lock held."""
    run = state.run()
    if run is None or run.is_alive():
        return 0
    say(f"an earlier run (process {run.supervisor.pid}) was killed; clearing up after it")
    stopped = sum(_stop(run, name, say) for name in _in_order(run))
    state.write_run(None)
    return stopped


def _in_order(run: RunFile) -> list[str]:
    return sorted(run.processes, key=lambda name: _LAST.index(name) if name in _LAST else -1)


def _stop(run: RunFile, name: str, say: Say) -> bool:
    mark = run.processes[name]
    # SIGTERM would let Postgres wait for its clients for ever.
    polite = signal.SIGINT if name == "postgres" else signal.SIGTERM
    stopped = stop_marked(mark, polite=polite)
    if stopped:
        say(f"stopped its {name} (process {mark.pid})")
    return stopped
