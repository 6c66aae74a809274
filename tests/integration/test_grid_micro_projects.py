"""微项目 and 五有 over HTTP on a real Postgres: what is offered and taken on, and what a community has."""

from typing import Any

import httpx
import pytest

from tests.integration.grid_desk import Desk, desk, house
from tests.kit.deliberations import CAOCHANG, DONGCHENG, HUILONGGUAN, LONGCHENG, QIANMEN

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
GARDENS = "D110114-YLLH"


async def says(
    desk: Desk, path: str, body: dict[str, Any] | None, *, by: str = LONGCHENG, seen: str | None = None
) -> httpx.Response:
    headers = {**desk.token("unit", unit=by), **({"If-Match": seen} if seen else {})}
    return await desk.client.post(f"/v1/{path}", json=body, headers=headers)


async def offered(desk: Desk, **more: Any) -> str:
    answer = await says(desk, "micro-projects", {"words": "花海步道旁种一排树", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["project_id"])


async def test_longcheng_s_garden_is_tended_by_who_takes_it_on(desk: Desk) -> None:
    matter = await says(desk, "deliberations", {"raised_from": "resident", "matter": "荒地怎么办"})
    key = await offered(desk, deliberation_id=matter.json()["deliberation_id"])
    claim = {"giver": "unit", "words": "园林局青年突击队"}
    taken = await says(desk, f"micro-projects/{key}/claim", claim, by=GARDENS, seen='"1"')
    assert (taken.status_code, taken.json()["claimed_by"]) == (200, GARDENS)
    late = await says(desk, f"micro-projects/{key}/claim", claim, by=HUILONGGUAN, seen='"1"')
    assert late.status_code == 412
    back = await says(desk, f"micro-projects/{key}/release", None, by=GARDENS, seen="*")
    assert (back.json()["state"], back.json()["claimed_by"]) == ("offered", None)
    people = {"giver": "party_members", "words": "双报到党员 12 人"}
    assert (await says(desk, f"micro-projects/{key}/claim", people, by=GARDENS, seen="*")).status_code == 403
    assert (await says(desk, f"micro-projects/{key}/claim", people, seen="*")).status_code == 200
    done = await says(desk, f"micro-projects/{key}/report", {"words": "已种 30 棵"}, seen="*")
    assert (done.json()["state"], done.json()["words"]) == ("reported", None)
    seen = (await desk.reads(f"micro-projects/{key}", by=HUILONGGUAN)).json()
    assert (seen["words"], seen["claim"], seen["report"]) == (
        "花海步道旁种一排树",
        "双报到党员 12 人",
        "已种 30 棵",
    )
    assert (await desk.reads(f"micro-projects/{key}", by=CAOCHANG)).status_code == 404
    assert await desk.told(key) == [
        f"micro_project.{what}" for what in ("offered", "claimed", "released", "claimed", "reported")
    ]
    for table, values in (await desk.contents()).items():
        assert [mark for mark in ("花海步道", "双报到党员", "30 棵") if mark in " ".join(values)] == [], table


async def test_what_waits_is_listed_to_everybody_and_pages_on(desk: Desk) -> None:
    keys = [await offered(desk) for _ in range(3)]
    ended = await says(desk, f"micro-projects/{keys[0]}/withdraw", None, seen="*")
    assert ended.json()["state"] == "withdrawn"
    first = (await desk.reads("micro-projects", by=CAOCHANG, unit=LONGCHENG, limit=1)).json()
    asked = {"unit": LONGCHENG, "limit": 1, "cursor": first["next"]}
    second = (await desk.reads("micro-projects", by=CAOCHANG, **asked)).json()
    assert [first["items"][0]["project_id"], second["items"][0]["project_id"]] == keys[:0:-1]
    own = (await desk.reads("micro-projects", by=LONGCHENG, state="withdrawn")).json()["items"]
    assert [item["project_id"] for item in own] == keys[:1]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"words": " "}, 422, "words"),
        ({"words": "x", "unit": GARDENS}, 422, "unit"),
        ({"words": "x", "deliberation_id": "0195000a-0000-7000-8000-000000000001"}, 404, None),
        ({"words": "x", "unit": CAOCHANG}, 403, None),
    ],
)
async def test_what_cannot_be_offered_leaves_nothing(
    desk: Desk, body: dict[str, Any], status: int, named: str | None
) -> None:
    before = await desk.counts()
    answer = await says(desk, "micro-projects", body)
    assert answer.status_code == status, answer.text
    assert named is None or answer.json()["errors"][0]["field"] == named
    assert await desk.counts() == before


async def test_what_a_community_has_is_ticked_seen_above_and_counted(desk: Desk) -> None:
    """五有: ticked by the community and its street, with who and what shows it; above it is counted."""

    async def tick(item: str, by: str, seen: str = "*", **body: Any) -> httpx.Response:
        headers = {**desk.token("unit", unit=by), "If-Match": seen}
        return await desk.client.post(f"/v1/foundations/{CAOCHANG}/{item}", json=body, headers=headers)

    before = await desk.reads(f"foundations/{CAOCHANG}", by=CAOCHANG)
    assert (before.headers["etag"], [each["has"] for each in before.json()["items"]]) == ('"0"', [None] * 5)
    assert (await tick("place", CAOCHANG, '"0"', has=True, words="小院议事厅，会议纪要")).status_code == 200
    assert (await tick("place", CAOCHANG, '"0"', has=True)).status_code == 412
    assert (await tick("funds", QIANMEN, has=False)).json()["version"] == 2
    assert (await tick("pool", QIANMEN, has=True)).json()["reason"] == "unknown_foundation"
    assert (await tick("rules", LONGCHENG, has=True)).status_code == 404
    assert (await tick("%00", CAOCHANG, has=True)).status_code == 422
    assert (await tick("rules", CAOCHANG, has="yes")).json()["errors"][0]["field"] == "has"

    seen = (await desk.reads(f"foundations/{CAOCHANG}", by=DONGCHENG)).json()
    said = {each["item"]: (each["has"], each["ticked_by"], each["words"]) for each in seen["items"]}
    assert said["place"] == (True, CAOCHANG, "小院议事厅，会议纪要")
    assert (said["funds"], said["rules"]) == ((False, QIANMEN, None), (None, None, None))
    assert all(each["person"] for each in seen["items"] if each["has"] is not None)
    assert (await desk.reads(f"foundations/{CAOCHANG}", by=LONGCHENG)).status_code == 404

    street = (await desk.reads("foundations", by=QIANMEN)).json()
    assert street["communities"] == len(street["below"])
    assert street["items"][0]["have"] == street["items"][3]["lack"] == 1
    city = (await desk.reads("foundations", by=None, role="supervisor", unit=DONGCHENG)).json()
    (ours,) = (each for each in city["below"] if each["unit"] == QIANMEN)
    assert (ours["items"], ours["complete"]) == (street["items"], 0)
    other = await desk.reads("foundations", by=QIANMEN, unit=HUILONGGUAN)
    assert (other.status_code, other.json()["reason"]) == (422, "filter_refused")
    listed = (await desk.reads("foundation-lists", by=CAOCHANG)).json()
    assert [(each["version"], each["in_force"], len(each["items"])) for each in listed] == [(1, True, 5)]
    told = await desk.said(CAOCHANG)
    assert [fact["payload"]["item"] for fact in told] == ["place", "funds"]
