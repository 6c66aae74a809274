"""Who is knocking, and may they. Routes write `Annotated[Caller, allow(Role.DISPATCHER)]`.

`Known` is for doors that are open to all but treat a known caller differently.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from shared.http.api_keys import PREFIX
from shared.http.callers import Caller, Recogniser, Role
from shared.http.rates import Rates
from shared.http.refusals import BadKey, BadToken, NotSignedIn, RoleMissing, ScopeMissing
from shared.observability.logging import logger
from shared.observability.metrics import AUTH_REFUSED

LOG = logger("jiesu.http.auth")
API_KEY_HEADER = "X-Api-Key"

BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    scheme_name="bearer",
    description="A JWT of the city's OIDC issuer, or an API key.",
)
API_KEY = APIKeyHeader(
    name=API_KEY_HEADER,
    auto_error=False,
    scheme_name="apiKey",
    description="jk_<id>_<secret>, given to a client app by ops.",
)


@dataclass(frozen=True, slots=True)
class Auth:
    """The desks that know callers: one for JWTs, others by the prefix their secrets begin with."""

    tokens: Recogniser
    others: Mapping[str, Recogniser] = field(default_factory=lambda: MappingProxyType({}))
    rates: Rates | None = None
    """How often callers may knock; None: nobody is counted."""

    async def recognise(self, credential: str) -> Caller:
        """The caller. Raises `Unauthenticated`."""
        for prefix, recognise in self.others.items():
            if credential.startswith(prefix):
                return await recognise(credential)
        return await self.tokens(credential)


async def identify(request: Request) -> Caller | None:
    """The caller, None for nobody. A credential that is sent must be good, even where none is needed."""
    credential = _credential(request)
    if credential is None:
        return None
    auth: Auth = request.app.state.auth
    try:
        caller = await auth.recognise(credential)
    except (BadToken, BadKey) as refusal:
        AUTH_REFUSED.labels(refusal.why).inc()
        LOG.info("caller_refused", reason=refusal.reason, why=refusal.why)
        raise
    count(request, caller)
    return caller


def count(request: Request, caller: Caller) -> None:
    """Take one request from the caller's minute; the door tells what is left on whichever answer follows."""
    rates: Rates | None = request.app.state.auth.rates
    if rates is None:
        return
    quota, refused = rates.take(caller)
    request.scope["state"]["quota"] = quota
    if refused is not None:
        AUTH_REFUSED.labels("rate").inc()
        raise refused


def charge(request: Request, caller: Caller, more: int) -> None:
    """Take further requests that came in this one; what is told to be left is without them."""
    rates: Rates | None = request.app.state.auth.rates
    if rates is not None:
        request.scope["state"]["quota"] = rates.charge(caller, more)


Known = Annotated[Caller | None, Depends(identify)]
"""The caller if there is one; for doors open to all."""


def allow(*roles: Role, scope: str | None = None) -> Any:
    """Only callers in one of the roles; a client's key must also have the scope, if one is named."""
    return allowed_to(Allowance(roles, scope))


def allowed_to(allowance: "Allowance") -> Any:
    """The same, for an allowance that has a name because it guards more than one way in."""
    return Security(allowance, scopes=[str(role) for role in allowance.roles])


class Allowance:
    """The dependency behind `allow`: 401 for nobody, 403 for somebody else."""

    def __init__(self, roles: tuple[Role, ...], scope: str | None) -> None:
        self.roles = roles
        self.scope = scope

    async def __call__(
        self,
        caller: Known,
        _bearer: Annotated[Any, Security(BEARER)] = None,
        _api_key: Annotated[Any, Security(API_KEY)] = None,
    ) -> Caller:
        return self.check(caller)

    def check(self, caller: Caller | None) -> Caller:
        """The caller, if he may."""
        if caller is None:
            raise NotSignedIn
        if not caller.may(*self.roles):
            AUTH_REFUSED.labels("role").inc()
            raise RoleMissing([str(role) for role in self.roles])
        if self.scope is not None and caller.kind == "client" and self.scope not in caller.scopes:
            AUTH_REFUSED.labels("scope").inc()
            raise ScopeMissing(self.scope)
        return caller


def _credential(request: Request) -> str | None:
    api_key = request.headers.get(API_KEY_HEADER)
    if api_key is not None:
        if not api_key.startswith(PREFIX):
            raise BadKey("malformed")
        return api_key
    written = request.headers.get("authorization")
    if written is None:
        return None
    scheme, _, credential = written.partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise BadToken("no bearer token")
    return credential.strip()
