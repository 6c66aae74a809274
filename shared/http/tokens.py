"""Bearer tokens: JWTs of an OIDC issuer, verified; and short ones our services mint for each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast, get_args

import jwt
from jwt.exceptions import PyJWTError

from shared.http.callers import Caller, Kind, Role
from shared.http.jwks import ALGORITHMS, Jwks
from shared.http.refusals import BadToken
from shared.kernel.ids import UnitCode

LIFETIME = timedelta(seconds=60)
LEEWAY = 10
MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """Recognises people and services by their bearer token."""

    jwks: Jwks
    issuer: str
    audience: str

    async def recognise(self, token: str) -> Caller:
        """The caller a token names. Raises `BadToken`; `KeysAway` when there are no keys to judge by."""
        key = await self.jwks.key(_key_id(token))
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self.issuer,
                audience=self.audience,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except PyJWTError as error:
            raise BadToken(type(error).__name__) from None
        return caller_of(claims)


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
    kid: str,
    issuer: str,
    audience: str,
    caller: Caller,
    lifetime: timedelta = LIFETIME,
    at: datetime,
) -> str:
    """A token signed with Ed25519. `at` is the machine's own time: tokens do not follow a shifted clock."""
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
    return jwt.encode(claims, private_key_pem, algorithm="EdDSA", headers={"kid": kid})


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
