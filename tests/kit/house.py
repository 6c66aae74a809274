"""The suite as a city runs it: five processes, a Postgres and a Kafka of their own; each can be killed."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from deploy.local.instance import Instance
from deploy.local.keys import LocalIssuer
from deploy.local.plan import Plan
from deploy.local.ports import free_row
from deploy.local.processes import ServiceProcess
from deploy.local.steps import STEPS
from deploy.local.suite import NAMES
from shared.bus.kafka import KafkaBus
from tests.kit.clock import DrivenClock
from tests.kit.history import History
from tests.kit.suite import Suite, speaking

T = TypeVar("T")
# The city's units need not be published: every service has read the same folder.
_STEPS = tuple(step for step in STEPS if step.name in ("migrate", "topics"))


@dataclass(frozen=True, slots=True)
class House(Suite):
    """A suite whose parts can be killed and started; nothing is started again by itself."""

    instance: Instance

    def service(self, name: str) -> ServiceProcess:
        """One of the five processes."""
        return next(service for service in self.instance.services if service.name == name)

    def pid(self, name: str) -> int:
        """The service's process id."""
        mark = self.service(name).mark
        assert mark is not None
        return mark.pid

    async def kill(self, name: str) -> None:
        """kill -9: the service, or `kafka`, or `postgres`."""
        if name in NAMES:
            service = self.service(name)
            os.kill(self.pid(name), signal.SIGKILL)
            await asyncio.to_thread(service.stop)
        else:
            await asyncio.to_thread(getattr(self.instance, name).kill)

    async def stop(self, name: str) -> None:
        """Tell a service to stop, as an update does: it must end by itself, and in time."""
        await asyncio.to_thread(self.service(name).stop)
        _ended_by_itself(self.service(name))

    async def start(self, name: str) -> None:
        """Start it again where it was; a service is waited for until it is ready."""
        part = self.service(name) if name in NAMES else getattr(self.instance, name)
        await asyncio.to_thread(part.start)
        if name in NAMES:
            await self.ready(name)

    async def ready(self, name: str, *, within: float = 60.0) -> None:
        """Wait until the service says that requests may be sent to it."""
        service = self.service(name)
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(service.is_ready):
                assert service.is_alive(), service.log_tail()
                await asyncio.sleep(0.05)

    async def heal(self) -> None:
        """Start what a failed test left dead, so that the next one is judged by itself."""
        for part in ("postgres", "kafka"):
            if not getattr(self.instance, part).is_alive():
                await self.start(part)
        for name in NAMES:
            if not self.service(name).is_alive():
                await self.start(name)

    async def health(self, name: str) -> httpx.Response:
        """What it answers when it is asked whether it is ready."""
        return await self.town.clients[name].get("/health/ready")


@contextlib.asynccontextmanager
async def processes(folder: Path) -> AsyncIterator[House]:
    """Everything up on free ports, and down again at the end. Raises `KafkaUnavailable`."""
    # A load in a journey is one caller asking as fast as it can.
    uncounted = {"JIESU_RATE_LIMIT_PER_MINUTE": "0", "JIESU_FOLLOW_RATE_LIMIT_PER_MINUTE": "0"}
    environment = {**os.environ, **uncounted}
    plan = Plan(
        state=folder,
        steps=_STEPS,
        base_port=free_row(len(NAMES)),
        bus="kafka",
        driven_clock=True,
        environment=environment,
    )
    told: list[str] = []
    instance = Instance(plan, say=told.append)
    clock_file = instance.state.clock
    instance.state.prepare()
    clock = DrivenClock(clock_file)
    async with _in_a_thread(instance):
        history, bus = History(), KafkaBus(instance.ground.bootstrap or "")
        keys = instance.state.keys
        issuer = LocalIssuer(keys)
        try:
            async with speaking(instance.urls, issuer, history) as town:
                yield House(
                    engine="kafka",
                    town=town,
                    clock=clock,
                    history=history,
                    bus=bus,
                    admin_dsn=instance.ground.admin_dsn,
                    passwords={name: instance.state.password(name) for name in NAMES},
                    keys=keys,
                    issuer=issuer,
                    logs=instance.state.logs,
                    instance=instance,
                )
        finally:
            await bus.close()
    for service in instance.services:
        _ended_by_itself(service)


def _ended_by_itself(service: ServiceProcess) -> None:
    """Who is told to stop is killed after 25 seconds. Its server is done with its work by then, and ends with
    the signal it was told by.
    """
    assert service.exit_code == -signal.SIGTERM, service.log_tail()


@contextlib.asynccontextmanager
async def _in_a_thread(instance: Instance) -> AsyncIterator[None]:
    """The instance's own steps start loops and wait; and who took its lock must be who lets go of it."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as one:

        async def there(act: Callable[[], T]) -> T:
            return await loop.run_in_executor(one, act)

        running = instance.running()
        await there(running.__enter__)
        try:
            yield
        finally:
            await there(lambda: running.__exit__(None, None, None))
            await there(instance.postgres.discard)
