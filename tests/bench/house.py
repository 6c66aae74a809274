"""A throw-away Postgres and bus with roles, tables, topics and seed; services start as they are needed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import asyncpg

from deploy.local.instance import Instance
from deploy.local.key_folders import prepare_keys
from deploy.local.keys import Bearer, LocalIssuer
from deploy.local.plan import Ground, Plan, Step
from deploy.local.ports import free_row
from deploy.local.processes import ServiceProcess
from deploy.local.refusals import NotReady
from deploy.local.steps import STEPS
from deploy.local.suite import NAMES, SUITE
from deploy.local.throwaway import throw_away
from deploy.local.waiting import wait_until
from tests.bench.options import say

READY_WITHIN = 60.0


@dataclass(slots=True)
class House:
    """The ground, and what may be started on it."""

    instance: Instance
    plan: Plan
    issuer: LocalIssuer
    running: dict[str, ServiceProcess] = field(default_factory=dict)
    tokens: dict[Bearer, str] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        return self.instance.ground

    def pids(self) -> dict[str, int]:
        """Everything that runs here, by name."""
        parts = (self.instance.postgres, self.instance.kafka, *self.running.values())
        return {part.name: part.mark.pid for part in parts if part.mark is not None}

    def port(self, name: str) -> int:
        return self.plan.base_port + NAMES.index(name)

    def token(self, *roles: str, unit: str | None = None) -> str:
        """A bearer token, signed once for each bearer."""
        bearer = Bearer(f"bench-{unit or roles[0]}", roles=roles, unit=unit)
        if bearer not in self.tokens:
            at = datetime.now(UTC)
            self.tokens[bearer] = self.issuer.sign(bearer, lifetime=timedelta(hours=2), at=at)
        return self.tokens[bearer]

    def signed_in(self, *roles: str, unit: str | None = None) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(*roles, unit=unit)}"}

    @property
    def api_key(self) -> str:
        return (self.ground.state.keys / "local-api-key").read_text().strip()

    async def look(self) -> "asyncpg.Connection":
        """An administrator's own connection: it sees every schema and waits for nobody's pool."""
        return await asyncpg.connect(self.ground.admin_dsn)

    @contextmanager
    def services(self, *names: str) -> Iterator[dict[str, ServiceProcess]]:
        """These services, ready; stopped at the end."""
        with ExitStack() as running:
            started = {name: self._start(name) for name in names or NAMES}
            self.running.update(started)
            for name, service in started.items():
                running.callback(self.running.pop, name)
                running.callback(service.stop)
            for service in started.values():
                running.callback(service.ask_to_stop)
            for service in started.values():
                if not wait_until(service.is_ready, within=READY_WITHIN, every=0.1):
                    raise NotReady(service.name, "it did not become ready", service.log_tail())
            yield started

    def environment(self, name: str, port: int) -> dict[str, str]:
        """What a service is told here: nobody is counted, for a benchmark is one caller asking fast."""
        member = next(member for member in SUITE if member.name == name)
        told = self.plan.service_environment(member, port, self.ground)
        return {**told, "JIESU_RATE_LIMIT_PER_MINUTE": "0", "JIESU_FOLLOW_RATE_LIMIT_PER_MINUTE": "0"}

    def _start(self, name: str) -> ServiceProcess:
        member = next(member for member in SUITE if member.name == name)
        environment = self.environment(name, self.port(name))
        log = self.ground.state.logs / f"{name}.log"
        service = ServiceProcess(name, self.plan.command(member), environment, log=log, port=self.port(name))
        service.start()
        return service


def _keys(ground: Ground) -> str:
    prepare_keys(ground.state.keys, NAMES)
    return "every service has its keys"


@contextmanager
def house(bus: str) -> Iterator[House]:
    """A house without services, in a folder that is gone afterwards."""
    steps = (Step("keys", _keys), *STEPS)
    with throw_away(lambda home: Plan(state=home, members=(), steps=steps, bus=bus), say=say) as instance:
        plan = replace(instance.plan, members=SUITE, base_port=free_row(len(SUITE)))
        yield House(instance, plan, LocalIssuer(instance.state.keys))
