"""The local issuer: one Ed25519 key pair in the state folder, and the JWKS the services check tokens with."""

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.http.tokens import service_key_id

ISSUER, AUDIENCE = "jiesu-local", "jiesu"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for."""

    subject: str
    roles: Sequence[str] = ()
    unit: str | None = None
    scope: Sequence[str] = ()


class LocalIssuer:
    """Signs tokens for local work; never for a deployment, which has an OIDC issuer of its own."""

    def __init__(self, folder: Path) -> None:
        self._private = folder / "local.pem"
        self.jwks = folder / "jwks.json"

    def prepare(self) -> None:
        """Make the key pair once, and the JWKS with it and the services' own signing keys beside it."""
        self._private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._private.exists():
            new_signing_key(self._private)
        others = sorted(self._private.parent.glob("*/*.pem"))
        keys = [_public_jwk(self._private), *(_service_jwk(path) for path in others)]
        content = json.dumps({"keys": keys}, indent=1)
        if not self.jwks.exists() or self.jwks.read_text(encoding="utf-8") != content:
            draft = self.jwks.with_suffix(f".{os.getpid()}")
            draft.write_text(content, encoding="utf-8")
            draft.replace(self.jwks)

    def sign(self, bearer: Bearer, *, lifetime: timedelta, at: datetime) -> str:
        """A token for this bearer from `at` on."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": bearer.subject,
            "roles": list(bearer.roles),
            "scope": " ".join(bearer.scope),
            "iat": int(at.timestamp()),
            "exp": int((at + lifetime).timestamp()),
        }
        if bearer.unit:
            claims["unit"] = bearer.unit
        kid = _public_jwk(self._private)["kid"]
        return jwt.encode(claims, _load(self._private), algorithm="EdDSA", headers={"kid": kid})


def new_signing_key(path: Path) -> None:
    """Make an Ed25519 private key that only its owner reads."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    draft.replace(path)


def _load(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def _public_jwk(path: Path) -> dict[str, str]:
    raw = _load(path).public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    # RFC 7638: the thumbprint names the key, so the same key always has the same name.
    canonical = json.dumps(needed, separators=(",", ":"), sort_keys=True)
    kid = _base64url(hashlib.sha256(canonical.encode()).digest())
    return {**needed, "kid": kid, "use": "sig", "alg": "EdDSA"}


def _service_jwk(path: Path) -> dict[str, str]:
    """A service's key goes by the service's name: it vouches for that service and for nobody else."""
    return {**_public_jwk(path), "kid": service_key_id(path.stem)}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
