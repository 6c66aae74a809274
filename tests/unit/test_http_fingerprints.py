"""What a request is known again by: the same for the same, and nothing to guess at for whoever has no key."""

import hashlib

from starlette.requests import Request

from shared.http.callers import Caller, Kind
from shared.http.idempotency import Fingerprints

OURS = Fingerprints(b"o" * 32)
BODY = b'{"contact":{"phone":"13812345678"}}'


def asked(path: str = "/v1/cases", body: bytes = BODY, method: str = "POST") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": method, "path": path, "headers": []}, receive)


async def test_the_same_request_has_the_same_fingerprint_at_every_replica() -> None:
    again = Fingerprints(b"o" * 32)
    assert await OURS.of_request(asked()) == await again.of_request(asked())


async def test_another_method_path_or_body_is_another_request() -> None:
    one = await OURS.of_request(asked())
    others = (asked(method="PUT"), asked("/v1/case"), asked(body=BODY + b" "))
    assert one not in [await OURS.of_request(other) for other in others]


async def test_without_the_key_a_guessed_body_proves_nothing() -> None:
    kept = await OURS.of_request(asked())
    assert kept != await Fingerprints(b"t" * 32).of_request(asked())
    for guess in (BODY, b"POST\n/v1/cases\n" + BODY):
        assert kept != hashlib.sha256(guess).digest()


def test_a_persons_account_is_kept_as_a_keyed_hash_and_a_clients_by_name() -> None:
    def someone(subject: str, kind: Kind = "person") -> Caller:
        return Caller(subject, frozenset(), kind=kind)

    kept = OURS.caller(someone("13812345678"))
    assert kept == Fingerprints(b"o" * 32).caller(someone("13812345678"))
    assert kept not in (OURS.caller(someone("other")), Fingerprints(b"t" * 32).caller(someone("13812345678")))
    assert kept.startswith("person:")
    assert "13812345678" not in kept
    assert OURS.caller(someone("street-app", "client")) == "client:street-app"
    assert OURS.caller(None) == "anonymous"


def test_parts_do_not_run_into_each_other() -> None:
    assert OURS.of(b"ab", b"c") != OURS.of(b"a", b"bc") != OURS.of(b"abc")
