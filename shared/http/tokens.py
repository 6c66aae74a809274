"""Bearer tokens: JWTs of an OIDC issuer, verified; and short ones our services mint for each other."""

import hashlib
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast, get_args

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import PyJWTError

from shared.http.callers import Caller, Kind, Role
from shared.http.jwks import ALGORITHMS, Jwks
from shared.http.refusals import BadToken
from shared.http.remembered import Remembered
from shared.kernel.ids import UnitCode

LIFETIME = timedelta(seconds=60)
LEEWAY = 10
TRUSTED_FOR = 300.0
"""Seconds a verified token is not verified again, if it does not end before."""
MAX_LENGTH = 8192
SERVICE_KEY = "service:"


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """Recognises people and services by their bearer token."""

    jwks: Jwks
    issuer: str
    audience: str
    service: str = ""
    """Which service this is: what other services' tokens must be for."""
    _good: Remembered[Caller] = field(default_factory=Remembered, repr=False, compare=False)

    async def recognise(self, token: str) -> Caller:
        """The caller a token names. Raises `BadToken`; `KeysAway` when there are no keys to judge by."""
        now = time.time()
        known = self._good.find(token, at=now)
        if known is None:
            known, expires = await self._verified(token)
            self._good.keep(token, known, until=min(expires + LEEWAY, now + TRUSTED_FOR))
        return known

    async def _verified(self, token: str) -> tuple[Caller, float]:
        """The caller, and when the token is over."""
        key_id = _key_id(token)
        key = await self.jwks.key(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self.issuer,
                audience=self._audience_of(key_id),
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except PyJWTError as error:
            raise BadToken(type(error).__name__) from None
        caller = caller_of(claims)
        known = _as_service(caller, key_id) if _is_service_key(key_id) else caller
        return known, float(claims["exp"])

    def _audience_of(self, key_id: str) -> str:
        """A service's token is for one other service, a person's for the whole suite."""
        return service_audience(self.audience, self.service) if _is_service_key(key_id) else self.audience


def service_key_id(service: str) -> str:
    """The key id of a service's own signing key."""
    return f"{SERVICE_KEY}{service}"


def service_audience(audience: str, service: str) -> str:
    """The audience of a token that one service mints for another."""
    return f"{audience}/{service}"


def _is_service_key(key_id: str) -> bool:
    return key_id.startswith(SERVICE_KEY)


def _as_service(caller: Caller, key_id: str) -> Caller:
    """A service's key vouches for that service and for nobody else, whatever the token says."""
    if service_key_id(caller.subject) != key_id:
        raise BadToken("a service's key for somebody else")
    return Caller(caller.subject, caller.roles & {Role.SERVICE}, None, caller.scopes, "service")


def caller_of(claims: dict[str, Any]) -> Caller:
    """The caller as the claims tell. Roles we do not know are passed over. Raises `BadToken`."""
    roles, unit, scope = claims.get("roles", []), claims.get("unit"), claims.get("scope", "")
    kind = claims.get("kind", "person")
    texts = isinstance(scope, str) and (unit is None or isinstance(unit, str))
    if not texts or not isinstance(roles, list) or kind not in get_args(Kind) or not claims["sub"]:
        raise BadToken("claims of the wrong type")
    known = frozenset(role for role in Role if role in roles)
    return Caller(
        str(claims["sub"]),
        known,
        UnitCode(unit) if unit else None,
        frozenset(scope.split()),
        cast(Kind, kind),
    )


def mint(
    private_key_pem: str | bytes,
    *,
    issuer: str,
    audience: str,
    caller: Caller,
    lifetime: timedelta = LIFETIME,
    kid: str | None = None,
    at: datetime,
) -> str:
    """A token signed with Ed25519, under the key's thumbprint unless `kid` names it otherwise.

    `at` is the machine's own time: tokens do not follow a shifted clock.
    """
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": caller.subject,
        "iat": at,
        "exp": at + lifetime,
        "roles": sorted(caller.roles),
        "scope": " ".join(sorted(caller.scopes)),
        "kind": caller.kind,
        **({"unit": caller.unit} if caller.unit else {}),
    }
    return jwt.encode(
        claims, private_key_pem, algorithm="EdDSA", headers={"kid": kid or key_id(private_key_pem)}
    )


def key_id(private_key_pem: str | bytes) -> str:
    """The key's RFC 7638 thumbprint: the id it has in the key set."""
    pem = private_key_pem.encode() if isinstance(private_key_pem, str) else private_key_pem
    public = cast(Ed25519PrivateKey, load_pem_private_key(pem, None)).public_key()
    key = OKPAlgorithm.to_jwk(public, as_dict=True)
    canonical = f'{{"crv":"{key["crv"]}","kty":"{key["kty"]}","x":"{key["x"]}"}}'
    return urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def _key_id(token: str) -> str:
    """The key id, read before anything is trusted: only to find the key to verify with."""
    if len(token) > MAX_LENGTH:
        raise BadToken("too long")
    try:
        header = jwt.get_unverified_header(token)
    except PyJWTError:
        raise BadToken("malformed") from None
    if header.get("alg") not in ALGORITHMS:
        raise BadToken("algorithm not allowed")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise BadToken("no key id")
    return kid
