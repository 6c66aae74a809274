"""One local run from first word to last: database, bus, steps, services; watched, and stopped in reverse."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import FrameType

import psutil

from deploy.local.bus_choice import BusChoice, choose_bus
from deploy.local.child import Child
from deploy.local.kafka import LocalKafka
from deploy.local.kafka.fetch import Say
from deploy.local.key_folders import prepare_keys
from deploy.local.leftovers import clear_leftovers
from deploy.local.marks import ProcessMark
from deploy.local.plan import DATABASE, Ground, Plan
from deploy.local.ports import is_free, owner_of
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import ServiceProcess
from deploy.local.refusals import NotReady, PortTaken
from deploy.local.state import RunFile, StateFolder
from deploy.local.suite import ports
from deploy.local.supervisor import Supervisor, ending
from deploy.local.waiting import wait_until


class Instance:
    """A whole Jiesu on this machine, in one state folder."""

    def __init__(self, plan: Plan, *, say: Say) -> None:
        self.plan = plan
        self.state = StateFolder(plan.state)
        self.postgres = LocalPostgres(plan.state)
        self.kafka = LocalKafka(plan.state, environment=plan.environment)
        self.services: list[ServiceProcess] = []
        self.stop_asked = threading.Event()
        self._say = say
        self._telling = threading.Lock()
        self._run: RunFile | None = None
        self._ground: Ground | None = None

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        return {service.name: service.url for service in self.services}

    @property
    def ground(self) -> Ground:
        """What the services stand on; there once `running` was entered."""
        if self._ground is None:
            raise NotReady("the run", "it has not been started")
        return self._ground

    @contextlib.contextmanager
    def running(self) -> Iterator["Instance"]:
        """Bring everything up, hand it over, and take it down whatever happens."""
        self.state.prepare()
        with self.state.lock():
            clear_leftovers(self.state, say=self._say)
            self._refuse_taken_ports()
            self._tell(self._new_run())
            try:
                self._bring_up()
                yield self
            finally:
                self._take_down()

    def serve(self, *, ready: threading.Event | None = None) -> None:
        """Stay until somebody asks us to stop, starting again whatever dies."""
        parts: list[Child] = [self.postgres]
        parts += [self.kafka] if self.ground.bus.needs_local_kafka else []
        supervisor = Supervisor(
            [*parts, *self.services], say=self._say, started=self._started, stop=self.stop_asked
        )
        supervisor.watch()
        if ready is not None:
            ready.set()
        self.stop_asked.wait()
        supervisor.join()

    def _bring_up(self) -> None:
        # First: a bus that cannot be had is refused before anything was started.
        bus = choose_bus(
            self.plan.bus, self.plan.environment, self.kafka, say=self._say, stop=self.stop_asked
        )
        self._start(self.postgres)
        self.postgres.create_database(DATABASE)
        if bus.needs_local_kafka:
            self._start(self.kafka)
        self._ground = self._lay_ground(bus)
        self._prepare_keys_and_clock()
        for step in self.plan.steps:
            began = time.monotonic()
            self._say(f"{step.name}: {step.run(self._ground)} ({time.monotonic() - began:.1f} s)")
            wait_until(lambda: True, within=0, stop=self.stop_asked)
        self._start_services(self._ground)
        self._tell(replace(self._told(), phase="ready"))

    def _lay_ground(self, bus: BusChoice) -> Ground:
        bootstrap = bus.outside or (self.kafka.bootstrap if bus.needs_local_kafka else None)
        before = self.state.read("bus.json").get("kind")
        if before not in (None, bus.kind):
            self._say(f"careful: the last run here used the {before} bus; facts waiting there stay there")
        self.state.write("bus.json", {"kind": bus.kind})
        self._tell(replace(self._told(), bus=bus.kind, bus_reason=bus.reason, bootstrap=bootstrap))
        return Ground(self.state, self.postgres, bus, bootstrap, self.plan.city, self._say)

    def _prepare_keys_and_clock(self) -> None:
        prepare_keys(self.state.keys, [member.name for member in self.plan.members])
        if self.plan.driven_clock and not self.state.clock.exists():
            # Kept over restarts: a clock that jumps back would undo what has happened.
            self.state.clock.write_text("0", encoding="utf-8")

    def _start(self, part: Child) -> None:
        began = time.monotonic()
        part.start(stop=self.stop_asked)
        self._started(part)
        self._say(f"{part.name} ready ({time.monotonic() - began:.1f} s)")

    def _start_services(self, ground: Ground) -> None:
        # Again: the steps take long enough for another run to have started on the same ports.
        self._refuse_taken_ports()
        for name, port in ports(self.plan.members, base_port=self.plan.base_port).items():
            member = next(member for member in self.plan.members if member.name == name)
            environment = self.plan.service_environment(member, port, ground)
            log = self.state.logs / f"{name}.log"
            service = ServiceProcess(name, self.plan.command(member), environment, log=log, port=port)
            self.services.append(service)
            service.start()
            self._started(service)
        heard = {member.name: self.plan.heard(member) for member in self.plan.members}
        self._tell(replace(self._told(), urls=self.urls, heard=heard))
        self._wait_for_services()

    def _wait_for_services(self) -> None:
        began = time.monotonic()
        waiting = list(self.services)

        def all_ready() -> bool:
            for service in [service for service in waiting if service.is_ready()]:
                waiting.remove(service)
                self._say(f"{service.name} ready at {service.url} ({time.monotonic() - began:.1f} s)")
            for service in waiting:
                if not service.is_alive():
                    how = f"it {ending(service.exit_code)}; the end of {service.log}:"
                    raise NotReady(service.name, how, service.log_tail())
            return not waiting

        if not wait_until(all_ready, within=self.plan.ready_within, stop=self.stop_asked, every=0.1):
            late = waiting[0]
            raise NotReady(late.name, f"no answer within {self.plan.ready_within:.0f} s", late.log_tail())

    def _take_down(self) -> None:
        self.stop_asked.set()
        self._say("stopping")
        with self._telling:
            if self._run is not None:
                self.state.write_run(replace(self._run, phase="stopping"))
        for service in self.services:
            service.ask_to_stop()
        for service in self.services:
            service.stop()
        self.kafka.stop()
        self.postgres.stop()
        self.state.write_run(None)
        self._say("stopped")

    def _refuse_taken_ports(self) -> None:
        for name, port in ports(self.plan.members, base_port=self.plan.base_port).items():
            if not is_free(port):
                raise PortTaken(name, port, owner_of(port))

    def _new_run(self) -> RunFile:
        ourselves = psutil.Process()
        mark = ProcessMark(ourselves.pid, ourselves.create_time(), tuple(ourselves.cmdline()))
        clock = str(self.state.clock) if self.plan.driven_clock else None
        chosen = ports(self.plan.members, base_port=self.plan.base_port)
        return RunFile(mark, "starting", "", "", ports=chosen, clock_file=clock, city=str(self.plan.city))

    def _told(self) -> RunFile:
        return self._run or self._new_run()

    def _tell(self, run: RunFile) -> None:
        with self._telling:
            self._run = run
            self.state.write_run(run)

    def _started(self, part: Child) -> None:
        # Told at once: what is not in the file when we are killed, nobody clears away.
        with self._telling:
            self._run = self._told().with_process(part.name, part.mark)
            self.state.write_run(self._run)


@contextlib.contextmanager
def stopping_on_signals(instance: Instance) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask the run to stop; asked twice, it is still stopped once and in order."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        instance.stop_asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say_on_terminal(line: str) -> None:
    """One line of progress, at once, even into a pipe; a closed terminal must not end the run."""
    with contextlib.suppress(OSError):
        print(f"  {line}", flush=True)
        return
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - lives as long as we do
