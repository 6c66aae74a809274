"""终端: given out by code, signed in by tokens that follow each other, taken back at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import WORKER, enrolled, invited
from tests.kit.whistles import DAXING, DONGHUASHI, GUANYINSI, GUANYINSI_COMMUNITY

__all__ = ["desk", "house"]


async def listed(desk: Desk, **asked: Any) -> dict[str, Any]:
    answer = await desk.reads("terminals", **asked)
    return {row["terminal_id"]: row for row in answer.json()["items"]}


async def test_a_code_enrols_one_device(desk: Desk) -> None:
    code = (await invited(desk, by=GUANYINSI)).json()["code"]
    wish = {"code": code.lower()}
    answers = await asyncio.gather(*(desk.client.post("/v1/terminal/enrol", json=wish) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    refused = next(answer for answer in answers if answer.status_code == 401)
    assert refused.json()["reason"] == "code_refused"
    (taken,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (taken["worker"], taken["unit"], taken["next_sequence"]) == (WORKER, GUANYINSI_COMMUNITY, 1)


async def test_a_terminal_s_token_opens_the_terminal_s_routes_only(desk: Desk) -> None:
    device = await enrolled(desk)
    for path in ("whistles", "terminals", f"incidents/{device.terminal_id}"):
        answer = await desk.client.get(f"/v1/{path}", headers=device.headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "role_missing"), path


async def test_units_see_and_revoke_their_own_and_those_below(desk: Desk) -> None:
    device = await enrolled(desk)
    for by in (GUANYINSI_COMMUNITY, GUANYINSI, DAXING):
        assert device.terminal_id in await listed(desk, by=by)
    assert await listed(desk, by=DONGHUASHI) == {}
    shown = (await listed(desk, by=None, role="ops", state="enrolled"))[device.terminal_id]
    assert not {"code", "code_sha256", "access_sha256"} & set(shown)
    assert (await desk.reads("terminals", by=GUANYINSI, role="grid_worker")).status_code == 403
    url = f"/v1/terminals/{device.terminal_id}/revoke"
    wish = {"reason": "lost", "wipe": True}
    stranger = await desk.client.post(url, json=wish, headers=desk.token("unit", unit=DONGHUASHI))
    assert stranger.status_code == 404
    taken = await desk.client.post(url, json=wish, headers=desk.token("ops"))
    assert (taken.json()["state"], taken.json()["revoked_by"]) == ("revoked", "ops")
    told = await desk.client.get("/v1/whistles", headers=device.headers)
    assert (told.status_code, told.json()["reason"], told.json()["wipe"]) == (401, "terminal_revoked", True)
    again = await device.refreshes()
    assert (again.status_code, again.json()["wipe"]) == (401, True)


async def test_tokens_follow_each_other_and_an_old_one_takes_the_device_back(desk: Desk) -> None:
    device = await enrolled(desk)
    first = device.tokens["refresh_token"]
    await device.is_refreshed()
    second = device.tokens["refresh_token"]
    await device.is_refreshed()
    assert (await device.refreshes("jr_nonsense")).json()["reason"] == "terminal_signed_out"
    desk.clock.at += timedelta(minutes=16)
    late = await desk.client.get("/v1/whistles", headers=device.headers)
    assert (late.status_code, late.json()["reason"]) == (401, "terminal_signed_out")
    await device.is_refreshed()
    assert first != second
    reused = await device.refreshes(first)
    assert (reused.status_code, reused.json()["reason"]) == (401, "terminal_revoked")
    assert (await device.refreshes()).json()["reason"] == "terminal_revoked"


async def test_nothing_that_opens_a_door_lies_in_a_table(desk: Desk) -> None:
    device = await enrolled(desk)
    secrets = [device.tokens[name].rsplit("_", 1)[1] for name in ("access_token", "refresh_token")]
    for table, values in (await desk.contents()).items():
        assert not [secret for secret in secrets if secret in " ".join(values)], table


@pytest.mark.parametrize(
    ("wrong", "field"), [({"unit": "nobody"}, "unit"), ({"name": " "}, "name"), ({"phone": "1"}, "phone")]
)
async def test_a_wrong_wish_names_its_field(desk: Desk, wrong: dict[str, str], field: str) -> None:
    headers = desk.token("ops")
    body = {"worker": WORKER, "unit": GUANYINSI_COMMUNITY, "name": "三号机", **wrong}
    answer = await desk.client.post("/v1/terminals", json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_terminals_that_knock_together_do_not_wait_for_one_another(desk: Desk) -> None:
    """Each is looked up before a connection is taken for what it asks; with one in hand, on a pool that was
    empty, all of them waited until all had given up.
    """
    device = await enrolled(desk)
    await desk.flat.store.engine.dispose()
    knocks = [desk.client.get("/v1/whistles", headers=device.headers) for _ in range(20)]
    answers = await asyncio.gather(*knocks)
    assert {answer.json()["reason"] for answer in answers} == {"role_missing"}
