"""Is it alive, is it ready, what is it: three questions of those who run a service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from shared.http.refusals import NotReady
from shared.http.wire import Wire
from shared.observability.logging import logger

LOG = logger("jiesu.http.health")
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """A question with a bound of two seconds; it fails by raising. Not `needed`: told, but no reason to stop.

    A relay that is behind is such a one: requests are still safely accepted.
    """

    name: str
    ask: Callable[[], Awaitable[object]]
    needed: bool = True


class Live(Wire):
    """The process answers."""

    status: str = "live"


class Ready(Wire):
    """Everything needed answers; what is not needed may be failing."""

    status: str = "ready"
    checks: dict[str, str]


class Info(Wire):
    """What runs here."""

    service: str
    version: str
    policy_version: str | None = None
    bus: str | None = None


def health_routes(
    info: Callable[[], Info], checks: Sequence[Check], *, patience: float = PATIENCE
) -> APIRouter:
    """The three routes of a service."""
    routes = APIRouter(prefix="/health", tags=["health"])

    @routes.get("/live", summary="The process answers")
    async def live() -> Live:
        return Live()

    @routes.get("/ready", summary="Requests may be sent here")
    async def ready() -> Ready:
        return Ready(checks=await _asked(checks, patience))

    @routes.get("/info", summary="What runs here")
    async def about() -> Info:
        return info()

    return routes


async def _asked(checks: Sequence[Check], patience: float) -> Mapping[str, str]:
    outcomes = await asyncio.gather(*(_outcome(check, patience) for check in checks))
    found = {check.name: outcome for check, outcome in zip(checks, outcomes, strict=True)}
    failed = [check.name for check in checks if check.needed and found[check.name] != "ok"]
    if failed:
        raise NotReady(failed)
    return found


async def _outcome(check: Check, patience: float) -> str:
    try:
        async with asyncio.timeout(patience):
            await check.ask()
    except TimeoutError:
        return "too slow"
    except Exception as error:  # Whatever it is, the answer is: not ready.
        LOG.warning("check_failed", check=check.name, error=type(error).__name__)
        return "failed"
    return "ok"
