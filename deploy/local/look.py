"""How a run is: each process, each service's own word, the bus, and how long facts wait to be sent."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.commands.topics import bus_of
from deploy.local.kafka.probe import answers
from deploy.local.marks import find
from deploy.local.plan import DATABASE
from deploy.local.ports import listens
from deploy.local.postgres import LocalPostgres
from deploy.local.ready import answers_ready
from deploy.local.refusals import LocalRefused
from deploy.local.state import RunFile, StateFolder
from shared.bus.port import BusBusy

# The invariant of the house: nothing committed waits longer than this to be said.
OUTBOX_AGE_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that runs, or should."""

    name: str
    well: bool
    word: str
    pid: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A run at one moment."""

    phase: str
    bus: str
    bus_reason: str
    parts: tuple[Part, ...]
    outbox_age: Mapping[str, float]
    """Seconds the oldest unsent fact of each service has waited."""
    lag: Mapping[str, int]
    """Records each service has not finished; empty when the bus does not answer."""

    @property
    def well(self) -> bool:
        """Whether everything is as it should be."""
        prompt = all(age <= OUTBOX_AGE_LIMIT for age in self.outbox_age.values())
        return self.phase == "ready" and prompt and all(part.well for part in self.parts)


def look(state: StateFolder) -> Look | None:
    """Look at the run that holds this folder; None when nothing runs there."""
    run = state.run()
    if run is None or not run.is_alive():
        return None
    bus = _bus(run, state)
    parts = [_database(run, state), bus]
    parts += [_service(run, name, url) for name, url in run.urls.items()]
    lag = _lag(run, state) if bus.well else {}
    return Look(run.phase, run.bus, run.bus_reason, tuple(parts), _outbox_ages(run, state), lag)


def _database(run: RunFile, state: StateFolder) -> Part:
    pid = _living_pid(run, "postgres")
    try:
        LocalPostgres(state.path).attach().execute("SELECT 1")
    except (LocalRefused, OSError) as refusal:
        return Part("postgres", False, str(refusal), pid)
    return Part("postgres", pid is not None, "answers", pid)


def _bus(run: RunFile, state: StateFolder) -> Part:
    if run.bootstrap is None:
        return _embedded_bus(state)
    well = answers(run.bootstrap)
    word = f"Kafka at {run.bootstrap} {'answers' if well else 'does not answer'}"
    return Part("bus", well, word, _living_pid(run, "kafka"))


def _embedded_bus(state: StateFolder) -> Part:
    try:
        topics = (
            LocalPostgres(state.path)
            .attach()
            .execute("SELECT count(DISTINCT topic) FROM bus.log", database=DATABASE)
        )
    except (LocalRefused, OSError) as refusal:
        return Part("bus", False, f"embedded: {refusal}")
    return Part("bus", topics != "0", f"embedded, {topics} topics in Postgres")


def _service(run: RunFile, name: str, url: str) -> Part:
    pid = _living_pid(run, name)
    if pid is None:
        return Part(name, False, "is not running", None, url)
    port = run.ports[name]
    well = answers_ready(port) and listens(pid, port)
    return Part(name, well, "ready" if well else "runs, but is not ready", pid, url)


def _living_pid(run: RunFile, name: str) -> int | None:
    mark = run.processes.get(name)
    return mark.pid if mark and find(mark) else None


def _outbox_ages(run: RunFile, state: StateFolder) -> dict[str, float]:
    """Seconds the oldest unsent fact of each service has waited; one without an outbox yet is left out."""
    ages: dict[str, float] = {}
    postgres = LocalPostgres(state.path).attach()
    for name in run.urls:
        with contextlib.suppress(LocalRefused, OSError, ValueError):
            ages[name] = float(postgres.execute(_OUTBOX_AGE.format(schema=name), database=DATABASE))
    return ages


def _lag(run: RunFile, state: StateFolder) -> dict[str, int]:
    dsn = LocalPostgres(state.path).attach().dsn(DATABASE)
    try:
        return asyncio.run(asyncio.wait_for(count_lag(run, dsn), _LAG_WITHIN))
    except (BusBusy, OSError, TimeoutError, asyncio.CancelledError):
        # A broker that goes while it is asked: the client gives its own cancelled tasks up to us.
        return {}


async def count_lag(run: RunFile, dsn: str) -> dict[str, int]:
    """How many records each service has not finished; one that cannot be asked is left out."""
    bus = bus_of(run.bus, run.bootstrap, dsn)
    behind: dict[str, int] = {}
    try:
        for name, topics in run.heard.items():
            with contextlib.suppress(BusBusy):
                behind[name] = sum((await bus.lag(name, topics)).values())
    finally:
        await bus.close()
    return behind


_LAG_WITHIN = 8.0
_OUTBOX_AGE = 'SELECT coalesce(extract(epoch FROM now() - min(recorded_at)), 0) FROM "{schema}".outbox'
