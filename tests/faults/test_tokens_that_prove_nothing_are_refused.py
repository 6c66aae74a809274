"""F24: a token that is old, unsigned, a stranger's or meant for others opens no door."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.keys import AUDIENCE, ISSUER, Bearer
from tests.kit.house import House
from tests.kit.stage import Stage

pytestmark = pytest.mark.kafka
DOORS = {
    "intake": "/v1/cases",
    "router": "/v1/work-orders",
    "grid": "/v1/whistles",
    "survey": "/v1/callbacks",
    "scoring": "/v1/rates",
}


def claims(**other: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "somebody", "roles": ["dispatcher", "ops", "supervisor"]}
    return {**whole, "iat": now, "exp": now + timedelta(hours=1), **other}


def bad_tokens(house: House) -> Mapping[str, str]:
    """Each would open every door if one check were missing."""
    signing = (house.keys / "local.pem").read_bytes()
    published = orjson.loads(house.issuer.jwks.read_bytes())["keys"]
    ours = next(key for key in published if not key["kid"].startswith("service:"))
    public = base64.urlsafe_b64decode(ours["x"] + "=")
    headers = {"kid": ours["kid"]}
    stranger = Ed25519PrivateKey.generate()
    survey = serialization.load_pem_private_key((house.keys / "survey" / "survey.pem").read_bytes(), None)
    old = datetime.now(UTC) - timedelta(minutes=5)

    def signed(key: Any, kid: str = ours["kid"], **other: Any) -> str:
        return jwt.encode(claims(**other), key, algorithm="EdDSA", headers={"kid": kid})

    return {
        "expired": signed(signing, exp=old),
        "for another audience": signed(signing, aud="elsewhere"),
        "by another issuer": signed(signing, iss="https://elsewhere.example"),
        "without an end": jwt.encode(
            {name: value for name, value in claims().items() if name != "exp"},
            signing,
            algorithm="EdDSA",
            headers=headers,
        ),
        "unsigned": jwt.encode(claims(), "", algorithm="none", headers=headers),
        "with the public key as a secret": jwt.encode(claims(), public, algorithm="HS256", headers=headers),
        "by a stranger under our key's name": signed(stranger),
        "by a stranger": signed(stranger, kid="stranger"),
        "by a service for a person": signed(survey, kid="service:survey"),
        "cut short": signed(signing)[:-8],
        "no token": "nonsense",
    }


async def test_tokens_that_prove_nothing_are_refused(house: House) -> None:
    for why, token in bad_tokens(house).items():
        for service, path in DOORS.items():
            answer = await _knock(house, service, path, token)
            assert answer.status_code == 401, (why, service, answer.text)
            assert answer.headers["Content-Type"].startswith("application/problem+json")
            assert "WWW-Authenticate" in answer.headers
    for service, path in DOORS.items():
        assert (await house.town.clients[service].get(path)).status_code == 401


async def test_tokens_for_less_are_not_allowed_more(house: House) -> None:
    citizen = house.town.token(Bearer("citizen-1", roles=("citizen",)))
    invented = house.town.token(Bearer("somebody", roles=("emperor",)))
    for service, path in DOORS.items():
        for token in (citizen, invented):
            assert (await _knock(house, service, path, token)).status_code == 403, service
    dispatcher = house.town.token(Bearer("dispatcher-1", roles=("dispatcher",)))
    reading = {"case_id": "01950000-0000-7000-8000-0000000000ca", "purpose": "callback"}
    as_service = house.town.token(Bearer("survey", roles=("service",)))
    for token in (dispatcher, as_service):
        answer = await house.town.clients["intake"].post(
            "/v1/contact-readings", json=reading, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 403, "contacts are read by services, with a key of their own"


async def test_known_keys_go_on_while_the_key_set_is_away(house: House, stage: Stage) -> None:
    away = house.issuer.jwks.with_suffix(".away")
    house.issuer.jwks.rename(away)
    try:
        held = await stage.reported()
        await stage.dispatched(held)
        answer = await _knock(house, "router", DOORS["router"], bad_tokens_without_keys())
        assert answer.status_code == 401
    finally:
        away.rename(house.issuer.jwks)


def bad_tokens_without_keys() -> str:
    """A key nobody published, asked for while nobody can be asked."""
    return jwt.encode(
        claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": "somebody-new"}
    )


async def _knock(house: House, service: str, path: str, token: str) -> Any:
    return await house.town.clients[service].get(path, headers={"Authorization": f"Bearer {token}"})
