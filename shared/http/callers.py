"""Who may knock: roles, callers, and what a key or token says of one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from shared.kernel.ids import UnitCode

Kind = Literal["person", "client", "service", "terminal", "follower", "visitor"]
"""A follower has shown no more than a case's number and a code, a visitor nothing at all: they may nothing,
and are only counted.
"""


class Role(StrEnum):
    """角色: what somebody may be here; one caller may be several."""

    CITIZEN = "citizen"
    CLIENT = "client"
    """An app or office that reports on behalf of citizens, by API key."""
    DISPATCHER = "dispatcher"
    UNIT = "unit"
    """Staff of a street, community or department; the `unit` claim says which."""
    GRID_WORKER = "grid_worker"
    CALLER = "caller"
    """回访员: calls citizens back."""
    SUPERVISOR = "supervisor"
    OPS = "ops"
    ANALYST = "analyst"
    SERVICE = "service"
    """One of the five services, calling another."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody we know."""

    subject: str
    roles: frozenset[Role]
    unit: UnitCode | None = None
    scopes: frozenset[str] = frozenset()
    kind: Kind = "person"
    rate: int | None = None
    """Requests a minute this caller was given; None: what its like are given."""

    def may(self, *roles: Role) -> bool:
        """Whether the caller is in any of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of an API key: never the secret itself."""

    key_id: str
    secret_sha256: bytes
    subject: str
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    rate: int | None = None
    """Requests a minute, where a client was given its own."""


class ApiKeys(Protocol):
    """Where API keys are kept."""

    async def find(self, key_id: str) -> ApiKey | None:
        """The key of that id, also when it is over or revoked; None when there never was one."""


Recogniser = Callable[[str], Awaitable[Caller]]
"""Knows callers by a secret of its own kind; raises `Unauthenticated` for one it does not know."""
