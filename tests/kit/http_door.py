"""A small app and the keys to its door, for the tests of `shared.http`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import APIRouter, FastAPI
from jwt.algorithms import OKPAlgorithm

from shared.http.api_keys import ApiKeyDesk
from shared.http.app import make_app
from shared.http.auth import Auth
from shared.http.callers import ApiKey, Caller, Role
from shared.http.idempotency import Fingerprints
from shared.http.jwks import Jwks
from shared.http.paging import Cursors
from shared.http.tokens import TokenDesk, key_id, mint
from shared.http.wire import Wire

ISSUER, AUDIENCE = "https://issuer.test", "jiesu"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOON


class Keyring:
    """API keys in a dictionary."""

    def __init__(self, *keys: ApiKey) -> None:
        self.keys = {key.key_id: key for key in keys}

    async def find(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)


class Issuer:
    """An OIDC issuer with one Ed25519 key; `away` makes its key set unreachable."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.kid = key_id(self.pem)
        self.away = False
        self.readings = 0

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def document(self) -> dict[str, Any]:
        key = OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.kid, "alg": "EdDSA", "use": "sig"}]}

    def transport(self) -> httpx.MockTransport:
        def answer(_request: httpx.Request) -> httpx.Response:
            self.readings += 1
            if self.away:
                raise httpx.ConnectError("away")
            return httpx.Response(200, content=orjson.dumps(self.document()))

        return httpx.MockTransport(answer)

    def token(self, *roles: Role, subject: str = "p1", audience: str = AUDIENCE, **changed: Any) -> str:
        caller = Caller(subject, frozenset(roles), changed.get("unit"), kind=changed.get("kind", "person"))
        return mint(
            self.pem,
            issuer=changed.get("issuer", ISSUER),
            audience=audience,
            caller=caller,
            lifetime=changed.get("lifetime", timedelta(seconds=60)),
            at=datetime.now(UTC),
        )

    def raw(self, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token with claims and headers as they are given."""
        whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p1", "exp": datetime.now(UTC) + timedelta(60)}
        merged = {name: value for name, value in {**whole, **claims}.items() if value is not None}
        return jwt.encode(merged, self.pem, "EdDSA", headers=headers or {"kid": self.kid})


class Contact(Wire):
    name: str
    phone: str | None = None


class Report(Wire):
    text: str
    count: int = 0
    seen_at: datetime | None = None
    unit_id: UUID | None = None
    urgent: bool = False
    contact: Contact | None = None
    tags: tuple[str, ...] = ()
    extra: dict[str, Any] | None = None


def reports() -> APIRouter:
    """One route that takes a report and one that gives a thing."""
    routes = APIRouter(prefix="/v1")

    @routes.post("/reports", status_code=201)
    async def report(wanted: Report) -> Report:
        return wanted

    @routes.get("/reports/{number}")
    async def find(number: int, word: str = "") -> dict[str, Any]:
        return {"number": number}

    return routes


def an_auth(issuer: Issuer | None = None, *keys: ApiKey, jwks: Jwks | None = None) -> Auth:
    issuer = issuer or Issuer()
    found = jwks or Jwks("https://issuer.test/jwks", transport=issuer.transport())
    return Auth(
        TokenDesk(found, ISSUER, AUDIENCE).recognise, {"jk_": ApiKeyDesk(Keyring(*keys), Noon()).recognise}
    )


def an_app(*routes: APIRouter, auth: Auth | None = None, **options: Any) -> FastAPI:
    chosen: Sequence[APIRouter] = routes or (reports(),)
    return make_app(
        "Test",
        "1.0",
        chosen,
        service="test",
        auth=auth or an_auth(),
        cursors=Cursors(b"s" * 32),
        fingerprints=Fingerprints(b"f" * 32),
        **options,
    )


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def is_problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """Check a problem document through and through."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["reason"] == reason
    assert document["type"] == f"urn:jiesu:problem:{reason}"
    assert document["title"]
    assert document["detail"]
    assert document["instance"] == httpx.URL(answer.request.url).raw_path.decode().partition("?")[0]
    return document
