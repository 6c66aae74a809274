"""A town with people in it: who they are, and the token each of them knocks with."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.demo.people.citizen import CitizenApp
from deploy.demo.people.desk import Dispatcher, Operator
from deploy.demo.people.grid_worker import GridWorker
from deploy.demo.people.line import PATIENCE, Line
from deploy.demo.people.phone import PhoneCaller
from deploy.demo.people.supervisor import Supervisor
from deploy.demo.people.unit import Unit
from deploy.local.keys import Bearer, LocalIssuer

_SIGNED_IN_FOR = timedelta(hours=12)
_ANSWER_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Town:
    """Makes people; each has a line of their own to the same five services."""

    clients: Mapping[str, httpx.AsyncClient]
    token: Callable[[Bearer], str]
    patience: float = PATIENCE

    def line(self, bearer: Bearer | None) -> Line:
        """A line for somebody signed in, or for nobody."""
        return Line(self.clients, self.token(bearer) if bearer else None, self.patience)

    def citizen_app(self, name: str = "city-app") -> CitizenApp:
        """市民."""
        return CitizenApp(self.line(Bearer(name, roles=("citizen",))))

    def client_app(self, api_key: str) -> CitizenApp:
        """A client app with a key of its own, through which citizens speak who never signed in."""
        return CitizenApp(Line(self.clients, api_key, self.patience))

    def dispatcher(self, name: str = "dispatcher-1") -> Dispatcher:
        """派单员."""
        return Dispatcher(self.line(Bearer(name, roles=("dispatcher",))))

    def unit(self, code: str, name: str | None = None) -> Unit:
        """Staff of a unit."""
        return Unit(code, self.line(Bearer(name or f"clerk-{code}", roles=("unit",), unit=code)))

    def grid_worker(self, unit: str, name: str | None = None) -> GridWorker:
        """网格员 of a street or community."""
        bearer = Bearer(name or f"grid-worker-{unit}", roles=("grid_worker",), unit=unit)
        return GridWorker(unit, self.line(bearer))

    def caller(self, name: str = "caller-1") -> PhoneCaller:
        """回访员."""
        return PhoneCaller(self.line(Bearer(name, roles=("caller",))))

    def supervisor(self, name: str = "supervisor-1") -> Supervisor:
        """督办."""
        return Supervisor(self.line(Bearer(name, roles=("supervisor",))))

    def lead_of_topic(self, unit: str) -> Supervisor:
        """Staff of the department that leads a topic."""
        return Supervisor(self.line(Bearer(f"lead-{unit}", roles=("unit",), unit=unit)))

    def operator(self, name: str = "operator-1") -> Operator:
        """运维, who is an analyst too."""
        return Operator(self.line(Bearer(name, roles=("ops", "analyst"))))


@contextlib.asynccontextmanager
async def town(urls: Mapping[str, str], keys: Path, *, patience: float = PATIENCE) -> AsyncIterator[Town]:
    """The town whose services answer there, with tokens of the local issuer in that folder."""
    issuer = LocalIssuer(keys)

    def token(bearer: Bearer) -> str:
        # The machine's own time: tokens do not follow a driven clock.
        return issuer.sign(bearer, lifetime=_SIGNED_IN_FOR, at=datetime.now(UTC))

    async with contextlib.AsyncExitStack() as open_lines:
        clients = {
            name: await open_lines.enter_async_context(
                httpx.AsyncClient(base_url=url, timeout=_ANSWER_WITHIN)
            )
            for name, url in urls.items()
        }
        yield Town(clients, token, patience)
