"""权责清单各版本 in a running router: published for a day, applied from its midnight, quoted."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.router import handlers
from services.router.domain.records import DrawnList, PublishList
from shared.city.errors import BrokenFile
from shared.city.responsibility_lists import ListDocument
from shared.kernel.words import Satisfied
from tests.integration.router_desk import Desk, RowDict, router_desk
from tests.kit.case_story import SHANGHAI
from tests.kit.city import seed
from tests.kit.directory import CHUNSHU, small_city
from tests.kit.lists import list_text

pytestmark = pytest.mark.postgres
WATER = "椿树街道路面积水很深，车辆无法通行"
PUBLISHED = datetime(2026, 11, 27, 9, 0, tzinfo=SHANGHAI)
BEFORE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI)
NEXT = list_text("2026.2", "2026-12-01", clause="《街道权责清单（修订）》第 9 项")


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    keys = tmp_path_factory.mktemp("router-keys")
    async with router_desk(database, keys, city=small_city()) as desk:
        desk.clock.at = PUBLISHED
        drawn = await publish(desk, NEXT)
        assert [each.fields for each in drawn.change.changed] == [("clause",)]
        assert (drawn.change.added, drawn.change.removed) == ((), ())
        await desk.looks_at_its_city()
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    house.clock.at = PUBLISHED
    return house


async def publish(desk: Desk, text: str, *, by: str = "ops-1") -> DrawnList:
    document = ListDocument("next.yaml", text)
    async with desk.flat.store.work() as work:
        return await handlers.publish_list(work, PublishList(document=document, by=by))


async def reads(desk: Desk, path: str, **query: Any) -> RowDict:
    answer = await desk.client.get(f"/v1/{path}", params=query, headers=desk.token("dispatcher"))
    assert answer.status_code == 200, answer.text
    found: RowDict = answer.json()
    return found


async def quoted(desk: Desk) -> tuple[RowDict, tuple[str, str]]:
    case = await desk.case(WATER)
    return case, (case["list_version"], case["clause"])


async def test_a_list_is_applied_from_its_midnight_and_what_was_sent_keeps_the_old_one(
    desk: Desk,
) -> None:
    # What the folder gave is published before it, so that every version that is quoted was told.
    for version, begins in (("2026.1", "2026-01-01"), ("2026.2", "2026-12-01")):
        [said] = await desk.said(f"responsibilities {version}")
        assert (said["topic"], said["payload"]["effective_from"]) == ("jiesu.directory", begins)
    desk.clock.at = BEFORE
    old, (version, clause) = await quoted(desk)
    assert version == "2026.1"
    desk.clock.passes(seconds=1)
    _, now = await quoted(desk)
    assert now == ("2026.2", "《街道权责清单（修订）》第 9 项")
    assert (await reads(desk, "responsibilities"))["version"] == "2026.2"

    # An upheld return stays with the unit as it was sent, and so does a redo: the new list changes neither.
    order, case_id = old["orders"][0]["order_id"], old["case_id"]
    await desk.moves(f"work-orders/{order}/return", unit=CHUNSHU, reason="not_our_duty", evidence="清单")
    ruling = {"ruling": "uphold", "reason": "属本街道职责"}
    upheld = await desk.moves(f"cases/{case_id}/adjudicate", role="dispatcher", **ruling)
    assert (upheld["list_version"], upheld["clause"]) == (version, clause)
    order = upheld["orders"][0]["order_id"]
    await desk.moves(f"work-orders/{order}/sign", unit=CHUNSHU)
    await desk.moves(f"work-orders/{order}/resolve", unit=CHUNSHU, evidence="已抽干")
    await desk.citizen_is_called_back(old["case_id"], 1, Satisfied.NOT)
    again = await desk.sees_case(old["case_id"])
    assert again["redo"] == 1
    assert (again["list_version"], again["clause"]) == (version, clause)


async def test_every_version_can_be_read_for_its_days(desk: Desk, database: str, tmp_path: Path) -> None:
    page = await reads(desk, "responsibilities/versions")
    assert [(each["version"], each["in_force"]) for each in page["items"]] == [
        ("2026.2", False),
        ("2026.1", True),
    ]
    assert page["items"][1]["effective_until"] == "2026-11-30"
    async with router_desk(database, tmp_path, city=small_city()) as later:
        later.clock.at = datetime(2027, 1, 2, tzinfo=SHANGHAI)
        former = await reads(later, "responsibilities", on="2026-11-30", category="road_water")
        assert (former["version"], former["effective_until"]) == ("2026.1", "2026-11-30")
        assert (await reads(later, "responsibilities"))["version"] == "2026.2"
    whole = [item async for item in pages(desk, unit="U110000-HEAT")]
    assert {item["lead"] for item in whole} == {"U110000-HEAT"}
    unknown = await desk.client.get("/v1/responsibilities?unit=0", headers=desk.token("dispatcher"))
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "unit")


async def pages(desk: Desk, **query: Any) -> AsyncIterator[RowDict]:
    cursor: RowDict = {}
    while True:
        page = await reads(desk, "responsibilities", limit=1, **query, **cursor)
        for item in page["items"]:
            yield item
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        (seed("responsibilities.yaml").replace("第 1 项", "第 0 项", 1), "version:", "has begun on"),
        (list_text("2026.3", "2026-12-01"), "effective_from:", "overlap with version 2026.2"),
        (list_text("2026.3", "2026-11-27"), "effective_from:", "a list begins after the day it is published"),
        (list_text("2026.3", "2027-01-01").replace("    lead: street\n", "", 1), "  - category", "lead"),
    ],
)
async def test_a_refused_list_leaves_everything_as_it_was(
    desk: Desk, text: str, at: str, reason: str
) -> None:
    before, applied = await desk.contents(), [each.version for each in desk.flat.city.lists.versions]
    with pytest.raises(BrokenFile, match=reason) as refusal:
        await publish(desk, text)
    assert refusal.value.line == text[: text.index(at)].count("\n") + 1
    assert await desk.contents() == before
    assert [each.version for each in desk.flat.city.lists.versions] == applied


async def test_a_list_that_has_not_begun_may_be_replaced_under_its_name(desk: Desk) -> None:
    later = list_text("2027.1", "2027-01-01", clause="第一稿")
    assert not (await publish(desk, later)).is_known
    assert (await publish(desk, later)).is_known
    await publish(desk, later.replace("第一稿", "第二稿").replace("2027-01-01", "2027-02-01"))
    assert await desk.told("responsibilities 2027.1") == ["responsibility.published"] * 2
    page = await reads(desk, "responsibilities/versions")
    assert page["items"][0]["effective_from"] == "2027-02-01"
