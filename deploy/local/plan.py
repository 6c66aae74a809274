"""What one local run is asked for: services, ports, bus, clock, and the steps before the services start."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.bus_choice import BusChoice
from deploy.local.kafka.fetch import Say
from deploy.local.keys import LocalIssuer
from deploy.local.postgres import LocalPostgres
from deploy.local.state import StateFolder, model_folder, project_root
from deploy.local.suite import BASE_PORT, SUITE, Member, ports

DATABASE = "jiesu"
BEIJING = Path(__file__).parents[1] / "seed" / "beijing"


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands when the services are about to start: steps and services build on it."""

    state: StateFolder
    postgres: LocalPostgres
    bus: BusChoice
    bootstrap: str | None
    city: Path
    say: Say

    @property
    def admin_dsn(self) -> str:
        """The suite's database as its administrator."""
        return self.postgres.dsn(DATABASE)

    def service_dsn(self, name: str) -> str:
        """The suite's database as the service's own login role."""
        return self.postgres.dsn(DATABASE, user=name, password=self.state.password(name))

    def bus_environment(self) -> dict[str, str]:
        """The bus as services and commands are told it."""
        told: dict[str, str] = {"JIESU_BUS": self.bus.kind}
        return {**told, "JIESU_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap} if self.bootstrap else told


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done before services start; says what it found, in a few words."""

    name: str
    run: Callable[[Ground], str]


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, as asked for."""

    state: Path
    members: Sequence[Member] = SUITE
    steps: Sequence[Step] = ()
    base_port: int = BASE_PORT
    bus: str | None = None
    driven_clock: bool = False
    city: Path = BEIJING
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ready_within: float = 60.0
    command: Callable[[Member], Sequence[str]] = lambda member: (sys.executable, "-m", member.module)
    heard: Callable[[Member], Sequence[str]] = Member.heard

    def service_environment(self, member: Member, port: int, ground: Ground) -> dict[str, str]:
        """Everything a service is told; nothing else reaches it but the caller's own environment."""
        state = ground.state
        told = {
            "JIESU_DATABASE_URL": ground.service_dsn(member.name),
            "JIESU_HOST": "127.0.0.1",
            "JIESU_PORT": str(port),
            "JIESU_CITY": str(self.city),
            "JIESU_JWKS": str(LocalIssuer(state.keys).jwks),
            "JIESU_KEYS": str(state.keys / member.name),
            "JIESU_OBJECTS": str(state.path / "objects"),
            "PYTHONUNBUFFERED": "1",
            **ground.bus_environment(),
        }
        told |= self._addresses(member)
        if self.driven_clock:
            told["JIESU_CLOCK_FILE"] = str(state.clock)
        if member.name == "router":
            told["JIESU_MODEL"] = str(model_folder(state.path, self.environment))
        if member.name == "intake":
            told["JIESU_VAULT_KEYS"] = str(state.keys / member.name / "vault.json")
        kept = {name: value for name, value in self.environment.items() if name not in _NOT_INHERITED}
        paths = [str(project_root(Path(__file__).parent)), kept.get("PYTHONPATH", "")]
        return {**kept, **told, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}

    def _addresses(self, member: Member) -> dict[str, str]:
        """Where the others answer, and what a citizen's link to this one begins with."""
        urls = {
            name: f"http://127.0.0.1:{port}"
            for name, port in ports(self.members, base_port=self.base_port).items()
        }
        others = {f"JIESU_{name.upper()}_URL": url for name, url in urls.items()}
        return {**others, "JIESU_PUBLIC_URL": urls[member.name]}


# A service of this run must not be told another run's clock or bus by the shell it was started from.
_NOT_INHERITED = frozenset({"JIESU_CLOCK_FILE", "JIESU_BUS", "JIESU_KAFKA_BOOTSTRAP_SERVERS", "BUS"})
NOT_LEFT_TO_THE_CALLER = _NOT_INHERITED | {
    "JIESU_DATABASE_URL",
    "JIESU_HOST",
    "JIESU_PORT",
    "JIESU_CITY",
    "JIESU_JWKS",
    "JIESU_KEYS",
    "JIESU_OBJECTS",
    "JIESU_INTAKE_URL",
    "JIESU_PUBLIC_URL",
}
"""What a service is told by the run alone, whatever the shell says."""
