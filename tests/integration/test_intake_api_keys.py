"""接入密钥 over HTTP: made by ops, shown once, replaced in turn, refused by name when they are over."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.store.seed import LOCAL_CLIENT, local_api_key
from tests.integration.intake_desk import NOON, Desk, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def _issued(desk: Desk, name: str, **more: Any) -> httpx.Response:
    return await desk.client.post("/v1/api-keys", json={"name": name, **more}, headers=desk.token("ops"))


async def _made(desk: Desk, name: str, **more: Any) -> dict[str, Any]:
    answer = await _issued(desk, name, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _revoked(desk: Desk, key_id: str) -> int:
    answer = await desk.client.delete(f"/v1/api-keys/{key_id}", headers=desk.token("ops"))
    return answer.status_code


async def _knocks(desk: Desk, text: str) -> httpx.Response:
    return await desk.reports(headers={"X-Api-Key": text})


async def test_a_key_opens_the_door_and_is_kept_as_a_hash_with_its_maker(desk: Desk) -> None:
    made = await _made(
        desk, "river-app", expires_at=(NOON + timedelta(days=90)).isoformat(), rate_per_minute=7
    )
    assert (await _knocks(desk, made["text"])).status_code == 201
    (row,) = await desk.rows("SELECT * FROM api_keys WHERE id = :id", id=made["id"])
    secret = made["text"].rpartition("_")[2]
    assert bytes(row["secret_sha256"]) == hashlib.sha256(secret.encode()).digest()
    assert (row["made_by"], row["rate_per_minute"], row["scopes"]) == ("ops", 7, ["cases:write"])
    assert secret not in str(row)


async def test_the_list_has_everything_but_secrets(desk: Desk) -> None:
    made = [
        await _made(desk, "lake-app"),
        await _made(desk, "lake-app", scopes=["cases:write", "cases:read"]),
    ]
    await _revoked(desk, made[0]["id"])
    answer = await desk.client.get("/v1/api-keys", params={"name": "lake-app"}, headers=desk.token("ops"))
    items = answer.json()["items"]
    assert {item["id"] for item in items} == {key["id"] for key in made}
    assert {item["id"]: item["revoked_by"] for item in items} == {made[0]["id"]: "ops", made[1]["id"]: None}
    for key in made:
        assert key["text"].rpartition("_")[2] not in answer.text
    first = await desk.client.get("/v1/api-keys", params={"limit": 1}, headers=desk.token("ops"))
    query = {"limit": 1, "cursor": first.json()["next"]}
    second = await desk.client.get("/v1/api-keys", params=query, headers=desk.token("ops"))
    assert first.json()["items"] != second.json()["items"]


async def test_a_client_replaces_its_key_without_a_pause_and_never_holds_three(desk: Desk) -> None:
    old = await _made(desk, "hill-app")
    new = await _made(desk, "hill-app")
    third = await _issued(desk, "hill-app")
    assert (third.status_code, third.json()["reason"]) == (409, "two_keys_active")
    assert [(await _knocks(desk, key["text"])).status_code for key in (old, new)] == [201, 201]
    assert await _revoked(desk, old["id"]) == 204
    await _made(desk, "hill-app")


async def test_a_key_that_is_over_makes_room_for_the_next(desk: Desk) -> None:
    for _ in range(2):
        await _made(desk, "wood-app", expires_at=(NOON + timedelta(days=1)).isoformat())
    assert (await _issued(desk, "wood-app")).status_code == 409
    desk.clock.at = NOON + timedelta(days=1)
    await _made(desk, "wood-app")


async def test_two_makers_at_once_make_no_third_key(desk: Desk) -> None:
    answers = await asyncio.gather(*(_issued(desk, "sky-app") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


async def test_a_revoked_or_expired_key_is_refused_by_name(desk: Desk) -> None:
    lost = await _made(desk, "road-app")
    assert await _revoked(desk, lost["id"]) == 204
    refused = await _knocks(desk, lost["text"])
    assert (refused.status_code, refused.json()["reason"]) == (401, "revoked_key")
    brief = await _made(desk, "road-app", expires_at=(NOON + timedelta(hours=1)).isoformat())
    assert (await _knocks(desk, brief["text"])).status_code == 201
    desk.clock.at = NOON + timedelta(hours=1)
    refused = await _knocks(desk, brief["text"])
    assert (refused.status_code, refused.json()["reason"]) == (401, "expired_key")


async def test_revoking_again_changes_nothing_and_an_unknown_key_is_named_so(desk: Desk) -> None:
    key = await _made(desk, "bridge-app")
    assert await _revoked(desk, key["id"]) == 204
    (first,) = await desk.rows("SELECT revoked_at FROM api_keys WHERE id = :id", id=key["id"])
    desk.clock.at += timedelta(hours=1)
    assert await _revoked(desk, key["id"]) == 204
    assert await desk.rows("SELECT revoked_at FROM api_keys WHERE id = :id", id=key["id"]) == [first]
    assert await _revoked(desk, "0" * 16) == 404


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"expires_at": NOON.isoformat()}, "expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
        ({"name": "No Spaces"}, "name"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"rate_per_minute": 0}, "rate_per_minute"),
        ({"text": "jk_mine_own"}, "text"),
    ],
)
async def test_a_key_that_makes_no_sense_is_not_made(desk: Desk, more: dict[str, Any], field: str) -> None:
    before = await desk.rows("SELECT count(*) AS n FROM api_keys")
    answer = await _issued(desk, **{"name": "odd-app", **more})
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert await desk.rows("SELECT count(*) AS n FROM api_keys") == before


async def test_only_ops_have_to_do_with_keys(desk: Desk) -> None:
    for headers in ({"X-Api-Key": desk.key}, desk.token("dispatcher")):
        assert (await desk.client.get("/v1/api-keys", headers=headers)).status_code == 403
        made = await desk.client.post("/v1/api-keys", json={"name": "own-app"}, headers=headers)
        assert made.status_code == 403
        gone = await desk.client.delete("/v1/api-keys/0", headers=headers)
        assert gone.status_code == 403


async def test_the_local_clients_key_is_made_once_and_may_knock_often(desk: Desk) -> None:
    async with desk.flat.store.work() as work:
        assert await local_api_key(work) is not None
        assert await local_api_key(work) is None
    (row,) = await desk.rows("SELECT made_by, rate_per_minute FROM api_keys WHERE name = :n", n=LOCAL_CLIENT)
    assert row == {"made_by": "command line", "rate_per_minute": 60_000}
