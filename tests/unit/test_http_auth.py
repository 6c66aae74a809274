"""Who is known, who is not, and who may what."""

import asyncio
import base64
import hmac
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import APIRouter
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from shared.http.api_keys import ApiKeyDesk, make_api_key
from shared.http.auth import Known, allow
from shared.http.callers import Caller, Role
from shared.http.jwks import PAUSE, Jwks, usable
from shared.http.refusals import BadToken, ExpiredKey, KeysAway, RevokedKey
from shared.http.remembered import Remembered
from shared.http.tokens import LEEWAY, TokenDesk
from shared.kernel.clock import ShiftedClock
from shared.kernel.errors import Unauthenticated
from tests.kit.http_door import (
    AUDIENCE,
    ISSUER,
    NOON,
    Issuer,
    Keyring,
    Noon,
    an_app,
    an_auth,
    client,
    is_problem,
)


def _doors() -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.get("/unit")
    async def unit(caller: Annotated[Caller, allow(Role.UNIT, Role.SUPERVISOR)]) -> dict[str, Any]:
        return {"subject": caller.subject, "unit": caller.unit, "roles": sorted(caller.roles)}

    @routes.get("/client")
    async def report(caller: Annotated[Caller, allow(Role.CLIENT, scope="report")]) -> str:
        return caller.subject

    @routes.get("/open")
    async def anybody(caller: Known) -> str | None:
        return caller.subject if caller else None

    return routes


async def _get(path: str, auth: Any = None, **headers: str) -> httpx.Response:
    async with client(an_app(_doors(), auth=auth)) as http:
        return await http.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def _bearer(token: str) -> str:
    return f"Bearer {token}"


async def test_a_good_token_names_its_caller() -> None:
    issuer = Issuer()
    token = issuer.token(Role.UNIT, subject="u7", unit="110101001")
    answer = await _get("/v1/unit", an_auth(issuer), authorization=_bearer(token))
    assert answer.json() == {"subject": "u7", "unit": "110101001", "roles": ["unit"]}


async def test_nobody_is_a_401_with_a_challenge() -> None:
    answer = await _get("/v1/unit")
    is_problem(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_another_role_is_a_403() -> None:
    issuer = Issuer()
    answer = await _get("/v1/unit", an_auth(issuer), authorization=_bearer(issuer.token(Role.CITIZEN)))
    assert is_problem(answer, 403, "role_missing")["needed"] == ["unit", "supervisor"]


def _bad_tokens(issuer: Issuer) -> dict[str, str]:
    now = datetime.now(UTC)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p1", "exp": now + timedelta(60), "roles": ["unit"]}
    kid = {"kid": issuer.kid}
    good = issuer.token(Role.UNIT)
    head, body, signature = good.split(".")
    return {
        "alg none": jwt.encode(claims, "", "none", headers=kid),
        "alg none, dressed up": f"{head}.{body}.",
        "HS256 with the public key": _hs256(claims, issuer),
        "wrong audience": issuer.token(Role.UNIT, audience="other"),
        "wrong issuer": issuer.token(Role.UNIT, issuer="https://evil.test"),
        "expired": issuer.token(Role.UNIT, lifetime=timedelta(seconds=-60)),
        "no expiry": issuer.raw(exp=None),
        "no audience": issuer.raw(aud=None),
        "no issuer": issuer.raw(iss=None),
        "no subject": issuer.raw(sub=None),
        "empty subject": issuer.raw(sub=""),
        "missing kid": jwt.encode(claims, issuer.pem, "EdDSA"),
        "unknown kid": issuer.raw({"kid": "other"}),
        "another's signature": Issuer().raw(kid),
        "broken signature": f"{head}.{body}.{signature[::-1]}",
        "roles of the wrong type": issuer.raw(roles="unit"),
        "unit of the wrong type": issuer.raw(unit=5),
        "kind nobody knows": issuer.raw(kind="god"),
        "not a token": "abc",
        "far too long": "a" * 9000,
        "empty": " ",
    }


def _hs256(claims: dict[str, Any], issuer: Issuer) -> str:
    """The library refuses to sign like this, so it is signed as an attacker would."""

    def written(value: Any) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()

    head = written({"alg": "HS256", "typ": "JWT", "kid": issuer.kid})
    body = written({**claims, "exp": int(claims["exp"].timestamp())})
    signed = hmac.digest(issuer.public_pem, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"


@pytest.mark.parametrize("which", sorted(_bad_tokens(Issuer())))
@pytest.mark.parametrize("path", ["/v1/unit", "/v1/open"])
async def test_a_token_we_do_not_trust_is_a_401(which: str, path: str) -> None:
    issuer = Issuer()
    answer = await _get(path, an_auth(issuer), authorization=_bearer(_bad_tokens(issuer)[which]))
    is_problem(answer, 401, "bad_token")
    assert "www-authenticate" in answer.headers


async def test_another_scheme_is_a_401() -> None:
    is_problem(await _get("/v1/open", authorization="Basic YTpi"), 401, "bad_token")


async def test_an_open_door_takes_everybody() -> None:
    issuer = Issuer()
    assert (await _get("/v1/open")).json() is None
    known = await _get("/v1/open", an_auth(issuer), authorization=_bearer(issuer.token(subject="p9")))
    assert known.json() == "p9"


async def test_roles_we_do_not_know_are_passed_over() -> None:
    issuer = Issuer()
    token = issuer.raw(roles=["emperor", "supervisor"])
    answer = await _get("/v1/unit", an_auth(issuer), authorization=_bearer(token))
    assert answer.json()["roles"] == ["supervisor"]


def _signed_otherwise(algorithm: str) -> tuple[str, dict[str, Any]]:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p1", "exp": datetime.now(UTC) + timedelta(60)}
    private: Any
    if algorithm == "ES256":
        private = ec.generate_private_key(ec.SECP256R1())
        public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jwt.encode(claims, pem, algorithm, headers={"kid": "k"}), {**public, "kid": "k"}


@pytest.mark.parametrize(("algorithm", "status"), [("ES256", 200), ("RS256", 200), ("PS256", 401)])
async def test_only_listed_algorithms_count(algorithm: str, status: int) -> None:
    token, key = _signed_otherwise(algorithm)
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"keys": [key]}))
    auth = an_auth(jwks=Jwks("https://issuer.test/jwks", transport=transport))
    assert (await _get("/v1/open", auth, authorization=_bearer(token))).status_code == status


class Ticks:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_remembered_keys_work_while_the_issuer_is_away() -> None:
    issuer, ticks = Issuer(), Ticks()
    jwks = Jwks("https://issuer.test/jwks", transport=issuer.transport(), ticks=ticks)
    await jwks.key(issuer.kid)
    issuer.away = True
    ticks.now += 10 * PAUSE
    with pytest.raises(BadToken):
        await jwks.key("unknown")
    assert (await jwks.key(issuer.kid)).key_id == issuer.kid


async def test_made_up_key_ids_do_not_flood_the_issuer() -> None:
    issuer, ticks = Issuer(), Ticks()
    jwks = Jwks("https://issuer.test/jwks", transport=issuer.transport(), ticks=ticks)
    await jwks.key(issuer.kid)
    for number in range(20):
        with pytest.raises(BadToken):
            await jwks.key(f"made up {number}")
    assert issuer.readings == 1


async def test_a_new_key_is_found_after_the_pause() -> None:
    issuer, ticks = Issuer(), Ticks()
    jwks = Jwks("https://issuer.test/jwks", transport=issuer.transport(), ticks=ticks)
    await jwks.key(issuer.kid)
    issuer.kid = "rotated"
    with pytest.raises(BadToken):
        await jwks.key("rotated")
    ticks.now += PAUSE
    assert (await jwks.key("rotated")).key_id == "rotated"


async def test_without_any_key_it_is_a_503_and_not_a_401() -> None:
    issuer = Issuer()
    token = issuer.token(Role.UNIT)
    issuer.away = True
    answer = await _get("/v1/unit", an_auth(issuer), authorization=_bearer(token))
    is_problem(answer, 503, "keys_away")
    assert "retry-after" in answer.headers


async def test_all_who_wait_for_a_silent_issuer_share_one_outcome() -> None:
    """One after the other, the last of many would wait for the patience of all."""
    readings, may_end = 0, asyncio.Event()

    async def silent(_request: httpx.Request) -> httpx.Response:
        nonlocal readings
        readings += 1
        await may_end.wait()
        raise httpx.ReadTimeout("silent")

    jwks = Jwks("https://issuer.test/jwks", transport=httpx.MockTransport(silent))
    asking = [asyncio.create_task(jwks.key("k")) for _ in range(20)]
    while not readings:
        await asyncio.sleep(0)
    may_end.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {KeysAway}
    assert readings == 1
    with pytest.raises(KeysAway):
        await jwks.key("k")
    assert readings == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": [5]}', b'{"keys": []}', b"<html>"])
async def test_a_key_set_that_is_none_counts_as_away(content: bytes) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=content))
    with pytest.raises(KeysAway):
        await Jwks("https://issuer.test/jwks", transport=transport).key("k")


def test_a_shared_secret_in_a_key_set_is_passed_over() -> None:
    document = b'{"keys": [{"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"}]}'
    assert usable(document) == {}


async def test_an_api_key_names_its_client() -> None:
    text, key = make_api_key("app-1", scopes=frozenset({"report"}), expires_at=NOON + timedelta(seconds=1))
    auth = an_auth(None, key)
    assert (await _get("/v1/client", auth, x_api_key=text)).json() == "app-1"
    assert (await _get("/v1/client", auth, authorization=_bearer(text))).json() == "app-1"


async def test_an_api_key_without_the_scope_is_a_403() -> None:
    text, key = make_api_key("app-1")
    answer = await _get("/v1/client", an_auth(None, key), x_api_key=text)
    assert is_problem(answer, 403, "scope_missing")["needed"] == ["report"]


async def test_a_wrong_or_unknown_api_key_is_a_401() -> None:
    text, key = make_api_key("app-1", expires_at=NOON)
    other, _ = make_api_key("app-2")
    swapped = f"jk_{key.key_id}_{other.rpartition('_')[2]}"
    for bad in (other, swapped, "jk_", "jk_abc_def", "abc", text.upper(), ""):
        is_problem(await _get("/v1/open", an_auth(None, key), x_api_key=bad), 401, "bad_key")


async def test_an_api_key_that_is_over_or_revoked_is_refused_by_name() -> None:
    over, expired = make_api_key("app-1", expires_at=NOON)
    is_problem(await _get("/v1/open", an_auth(None, expired), x_api_key=over), 401, "expired_key")
    lost, key = make_api_key("app-2")
    revoked = replace(key, revoked_at=NOON)
    is_problem(await _get("/v1/open", an_auth(None, revoked), x_api_key=lost), 401, "revoked_key")


async def test_a_good_api_key_is_looked_up_again_after_half_a_minute() -> None:
    text, key = make_api_key("app-1")
    ring, now = Keyring(key), [0.0]
    desk = ApiKeyDesk(ring, Noon(), lambda: now[0])
    assert (await desk.recognise(text)).subject == "app-1"
    ring.keys[key.key_id] = replace(key, revoked_at=NOON)
    now[0] = 29.9
    assert (await desk.recognise(text)).subject == "app-1"
    now[0] = 30.0
    with pytest.raises(RevokedKey):
        await desk.recognise(text)


async def test_a_remembered_api_key_still_ends_on_its_day() -> None:
    text, key = make_api_key("app-1", expires_at=NOON + timedelta(seconds=1))
    desk = ApiKeyDesk(Keyring(key), Noon())
    assert (await desk.recognise(text)).subject == "app-1"
    later = replace(desk, clock=ShiftedClock(lambda: NOON + timedelta(days=1) - datetime.now(UTC)))
    with pytest.raises(ExpiredKey):
        await later.recognise(text)


async def test_a_verified_token_is_remembered_but_not_beyond_its_end() -> None:
    issuer = Issuer()
    desk = TokenDesk(Jwks("https://issuer.test/jwks", transport=issuer.transport()), ISSUER, AUDIENCE)
    token = issuer.token(Role.CITIZEN, lifetime=timedelta(seconds=60 - LEEWAY))
    known = Remembered[Caller]()
    first = await replace(desk, _good=known).recognise(token)
    assert known.find(token, at=time.time()) is first
    assert known.find(token, at=time.time() + 61) is None


def test_what_is_remembered_is_bounded_and_holds_no_secret() -> None:
    known = Remembered[str](most=2)
    for secret in ("first", "second"):
        known.keep(secret, secret.upper(), until=10.0)
    assert known.find("first", at=0.0) == "FIRST"
    known.keep("third", "THIRD", until=10.0)
    assert known.find("second", at=0.0) is None
    assert known.find("first", at=0.0) == "FIRST"
    assert "first" not in repr(vars(known))


def test_of_an_api_key_only_a_hash_is_kept() -> None:
    text, key = make_api_key("app-1")
    assert text.rpartition("_")[2] not in repr(key)


async def test_a_third_kind_of_secret_has_a_desk_of_its_own() -> None:
    async def terminals(text: str) -> Caller:
        if text != "dt_7":
            raise Unauthenticated("this terminal was revoked")
        return Caller("t7", frozenset({Role.GRID_WORKER}), kind="terminal")

    plain = an_auth()
    auth = type(plain)(plain.tokens, {**plain.others, "dt_": terminals})
    assert (await _get("/v1/open", auth, authorization="Bearer dt_7")).json() == "t7"
    is_problem(await _get("/v1/open", auth, authorization="Bearer dt_8"), 401, "unauthenticated")
