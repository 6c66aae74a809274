"""派单 over HTTP on a real Postgres: a case's whole life, the desk's queues, and what meets at one moment."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.router import handlers
from services.router.domain import commands as do
from services.router.domain.model import Case
from shared.events.intake import CaseRegistered
from shared.events.scoring import HotspotDetected
from shared.kernel.ids import CaseId, CategoryCode, EventId, HotspotId, WorkOrderId, new_id
from shared.kernel.words import Channel, Kind, Satisfied
from shared.lifecycle.machine import MoveNotAllowed
from tests.integration.router_desk import GROUP_RENTAL, Desk, RowDict, desk, house, lead_path
from tests.kit.builders_router import (
    AT,
    DAXING,
    DONGHUASHI,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    TIANGONGYUAN,
    street,
)
from tests.kit.people import eventually

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def resolved(desk: Desk, case: RowDict) -> RowDict:
    """The lead signs and resolves."""
    unit = case["orders"][0]["unit"]
    await desk.moves(f"{lead_path(case)}/sign", unit=unit)
    return await desk.moves(f"{lead_path(case)}/resolve", unit=unit, evidence="已拆除隔断")


async def test_a_whole_life_from_registration_to_closing(desk: Desk) -> None:
    case = await desk.case()
    assert (case["state"], case["words"]["text"]) == ("dispatched", GROUP_RENTAL)
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    await desk.moves(f"{path}/assign", unit=GUANYINSI, to_unit=GUANYINSI_COMMUNITY)
    await desk.moves(f"{path}/contact", unit=GUANYINSI_COMMUNITY, note="已通话")
    await desk.moves(f"{path}/progress", unit=GUANYINSI, note="已下达整改通知")
    await desk.moves(f"{path}/urge", role="dispatcher")
    await desk.moves(f"{path}/supervise", role="supervisor", reason="多次反映")
    done = await desk.moves(f"{path}/resolve", unit=GUANYINSI, evidence="已拆除")
    assert (done["state"], done["case_state"], done["words"]) == ("resolved", "resolved", None)
    await desk.citizen_is_called_back(case["case_id"], 1, Satisfied.SATISFIED)
    assert (await desk.told(case["case_id"]))[2:] == [
        "case.signed",
        "case.assigned",
        "case.contacted",
        "case.progressed",
        "case.urged",
        "case.supervised",
        "case.resolved",
        "case.survey_started",
        "case.closed",
    ]


async def test_a_citizen_who_says_no_three_times_is_heard_and_then_the_result_stands(desk: Desk) -> None:
    case = await desk.case()
    for handling in range(1, 5):
        await resolved(desk, await desk.sees_case(case["case_id"]))
        await desk.citizen_is_called_back(case["case_id"], handling, Satisfied.NOT)
    closed = await desk.sees_case(case["case_id"])
    assert (closed["state"], closed["redo"], closed["supervised"]) == ("closed", 3, True)
    assert [order["redo"] for order in closed["orders"]][:1] == [3]


async def test_returned_ruled_on_and_handed_on_without_moving_the_deadline(desk: Desk) -> None:
    case = await desk.case()
    for unit, to in ((GUANYINSI, TIANGONGYUAN), (TIANGONGYUAN, DONGHUASHI)):
        now = await desk.sees_case(case["case_id"])
        returned = {"reason": "not_our_territory", "evidence": "区划图"}
        await desk.moves(f"{lead_path(now)}/return", unit=unit, **returned)
        desk.clock.passes(hours=1)
        await desk.moves(
            f"cases/{case['case_id']}/adjudicate",
            role="dispatcher",
            ruling="redirect",
            lead=to,
            reason="属实",
        )
    now = await desk.sees_case(case["case_id"])
    by_clock = {"ruling": "silence", "reason": "无人裁定"}
    wrong = await desk.asks(f"cases/{case['case_id']}/adjudicate", role="dispatcher", **by_clock)
    assert wrong.json()["detail"] == "ruling: Input should be 'uphold', 'redirect' or 'divide'"
    await desk.moves(f"{lead_path(now)}/return", unit=DONGHUASHI, reason="not_our_duty", evidence="清单")
    last = await desk.sees_case(case["case_id"])
    assert (last["orders"][0]["unit"], last["backstopped"]) == (DAXING, True)
    assert last["resolve_by"] == case["resolve_by"]
    [first] = [each for each in last["orders"] if each["order_id"] == case["orders"][0]["order_id"]]
    assert (first["clause"], first["list_version"]) == (case["clause"], case["list_version"])
    assert [each["text"] for each in first["notes"]] == ["not_our_territory 区划图"]
    assert last["clause"] == last["orders"][0]["clause"] != case["clause"]
    refused = await desk.asks(
        f"{lead_path(last)}/return", unit=DAXING, reason="not_our_duty", evidence="清单"
    )
    assert (refused.status_code, refused.json()["reason"]) == (409, "backstop_stands")


async def test_a_return_nobody_decides_goes_back_to_the_unit(desk: Desk) -> None:
    case = await desk.case()
    await desk.moves(f"{lead_path(case)}/return", unit=GUANYINSI, reason="not_our_duty", evidence="清单")
    desk.clock.passes(hours=24)
    while await desk.rings():
        pass
    now = await desk.sees_case(case["case_id"])
    assert (now["state"], now["orders"][0]["unit"]) == ("dispatched", GUANYINSI)
    assert now["rulings"][0]["ruling"] == "silence"


async def test_a_dispatcher_decides_what_the_rules_could_not(desk: Desk) -> None:
    case = await desk.case("香屯村有群租房")
    assert (case["state"], len(case["candidates"])) == ("awaiting_dispatcher", 2)
    path = f"cases/{case['case_id']}/dispatch"
    coarse = await desk.asks(path, role="dispatcher")
    assert (coarse.status_code, coarse.json()["reason"]) == (422, "place_too_coarse")
    sent = await desk.moves(path, role="dispatcher", place=case["candidates"][0])
    assert sent["state"] == "dispatched"
    assert sent["clause"].startswith("《")


@pytest.mark.parametrize(
    ("move", "body", "state"),
    [
        ("answer", {"text": "可到政务服务中心办理"}, "answered"),
        ("decline", {"reason": "in_litigation", "note": "已立案"}, "declined"),
    ],
)
async def test_the_desk_answers_or_declines(desk: Desk, move: str, body: RowDict, state: str) -> None:
    case = await desk.case("东花市街道 你好")
    after = await desk.moves(f"cases/{case['case_id']}/{move}", role="dispatcher", **body)
    assert after["state"] == state


async def test_a_case_is_merged_into_another(desk: Desk) -> None:
    first, second = await desk.case(), await desk.case()
    path = f"cases/{second['case_id']}/merge"
    merged = await desk.moves(path, role="dispatcher", into_case_id=first["case_id"])
    assert (merged["state"], merged["merged_into"]) == ("merged", first["case_id"])
    assert {order["state"] for order in merged["orders"]} == {"ended"}


async def test_extended_shelved_and_taken_up_again(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    until = (AT + timedelta(days=12)).isoformat()
    longer = await desk.moves(f"{path}/extend", role="supervisor", until=until, reason="等配件")
    assert longer["resolve_by"].startswith("2026-03-14")
    day = (AT + timedelta(days=2)).isoformat()
    await desk.moves(f"{path}/shelve", role="dispatcher", review_at=day, reason="改造计划")
    back = await desk.moves(f"{path}/unshelve", role="dispatcher")
    assert back["case_state"] == "signed"
    await desk.moves(f"{path}/mode", role="dispatcher", mode="special", reason="涉及老人")
    await desk.moves(f"{path}/mode", role="supervisor", mode="at_once", reason="老人已安置")
    noted = [(each["about"], each["text"]) for each in (await desk.sees_case(case["case_id"]))["notes"]]
    assert noted == [
        ("extend", "等配件"),
        ("shelve", "改造计划"),
        ("unshelve", ""),
        ("set_mode", "涉及老人"),
        ("set_mode", "老人已安置"),
    ]


async def test_a_change_names_the_version_it_saw(desk: Desk) -> None:
    case = await desk.case()
    path = f"{lead_path(case)}/sign"
    unnamed = await desk.asks(path, unit=GUANYINSI, seen=None)
    stale = await desk.asks(path, unit=GUANYINSI, seen='"1"')
    assert (unnamed.status_code, stale.status_code) == (428, 412)
    read = await desk.reads(lead_path(case), unit=GUANYINSI)
    taken = await desk.asks(path, unit=GUANYINSI, seen=read.headers["ETag"])
    assert (taken.status_code, taken.headers["ETag"]) == (200, '"3"')


async def test_the_same_request_sent_again_is_done_once(desk: Desk) -> None:
    case = await desk.case()
    more: RowDict = {"unit": GUANYINSI, "seen": '"2"', "key": uuid4().hex}
    first = await desk.asks(f"{lead_path(case)}/sign", **more)
    again = await desk.asks(f"{lead_path(case)}/sign", **more)
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await desk.told(case["case_id"]))[2:] == ["case.signed"]


async def test_a_move_in_the_wrong_state_is_refused_by_name(desk: Desk) -> None:
    case = await desk.case()
    refused = await desk.asks(f"{lead_path(case)}/resolve", unit=GUANYINSI, evidence="x")
    assert refused.status_code == 409
    assert (refused.json()["reason"], refused.json()["move"]) == ("move_not_allowed", "resolve")


async def test_the_queue_is_paged_without_loss_and_filtered(desk: Desk) -> None:
    for _ in range(5):
        await desk.case()
    found, cursor = [], None
    while True:
        query = {"limit": 3, "state": "sent", **({"cursor": cursor} if cursor else {})}
        page = (await desk.reads("work-orders", unit=GUANYINSI, **query)).json()
        found += [item["order_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    whole = (await desk.reads("work-orders", unit=GUANYINSI, limit=200, state="sent")).json()["items"]
    assert found == [item["order_id"] for item in whole]
    assert len(set(found)) == len(found)
    early = {"due_before": "0001-01-01T00:00:00+14:00"}
    assert (await desk.reads("work-orders", unit=GUANYINSI, **early)).json()["items"] == []
    late = {"due_before": "9999-12-31T23:59:59-12:00", "limit": 200}
    assert (await desk.reads("work-orders", unit=GUANYINSI, **late)).status_code == 200
    assert (
        await desk.reads("work-orders", unit=GUANYINSI, due_before="2026-01-01T00:00:00")
    ).status_code == 422


async def test_the_desk_lists_what_waits_for_it(desk: Desk) -> None:
    case = await desk.case("东花市街道 你好")
    listed = (await desk.reads("cases", role="dispatcher", state="awaiting_dispatcher", limit=200)).json()
    assert case["case_id"] in {item["case_id"] for item in listed["items"]}
    assert (await desk.reads("cases", unit=GUANYINSI)).status_code == 403


async def test_the_directory_is_open_to_everybody(desk: Desk) -> None:
    for path in ("policy", "units", "units/110115009", "responsibilities", "categories"):
        answer = await desk.client.get(f"/v1/{path}")
        assert answer.status_code == 200, path
    assert (await desk.client.get("/v1/units/nowhere")).status_code == 404
    assert (await desk.client.get("/v1/policy")).json()["feedback"]["urgent"] == "2h"
    children = (await desk.client.get("/v1/units", params={"parent": "110115009", "limit": 3})).json()
    assert len(children["items"]) == 3
    assert children["next"]


async def test_every_route_is_described_with_an_example_of_its_body(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        body = item.get("post", {}).get("requestBody")
        if body is None or not path.startswith("/v1"):
            continue
        name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        fields = schemas[name]["properties"].values()
        assert any("examples" in each for each in fields), (path, name)
        assert item["post"]["description"], path


@pytest.mark.parametrize("first", ["withdraw", "resolve"])
async def test_withdrawing_and_resolving_at_the_same_moment_one_wins_and_the_other_is_refused(
    desk: Desk, first: str
) -> None:
    """Two transactions at once: the second waits for the row, and decides on what the first left."""
    case = await desk.case()
    case_id, order_id = CaseId(UUID(case["case_id"])), WorkOrderId(UUID(case["orders"][0]["order_id"]))
    await desk.moves(f"{lead_path(case)}/sign", unit=GUANYINSI)
    resolving = do.Resolve(order_id=order_id, by=street(), evidence="已拆除")
    wish = do.AskedByCitizen(case_id, EventId(new_id()))
    moves: dict[str, Callable[[Any], Awaitable[Case]]] = {
        "withdraw": lambda work: handlers.withdraw(work, wish),
        "resolve": lambda work: handlers.resolve(work, resolving),
    }
    [second] = set(moves) - {first}

    async def follows() -> str:
        try:
            async with desk.flat.store.work() as work:
                return str((await moves[second](work)).state)
        except MoveNotAllowed as refusal:
            return refusal.reason

    async with asyncio.timeout(30):
        async with desk.flat.store.work() as work:
            await moves[first](work)
            following = asyncio.create_task(follows())
            await eventually(desk.somebody_waits)
            assert not following.done()
        outcome = await following
    told = (await desk.told(case_id))[3:]
    seen = await desk.sees_case(case_id)
    states = {order["role"]: order["state"] for order in seen["orders"]}
    if first == "withdraw":
        assert (outcome, seen["state"], told) == ("move_not_allowed", "withdrawn", ["case.withdrawn"])
        assert states == {"lead": "ended", "co": "ended"}
        assert [order["resolved_at"] for order in seen["orders"] if order["role"] == "lead"] == [None]
    else:
        assert (outcome, seen["state"], told) == (
            "resolved",
            "resolved",
            ["case.resolved", "case.move_refused"],
        )
        assert (states["lead"], (await desk.said(case_id))[-1]["payload"]["move"]) == ("resolved", "withdraw")


async def test_a_hot_spot_becomes_proactive_work_for_its_street_once(desk: Desk) -> None:
    """未诉先办: told twice it is one case; intake registers it, and the list says who answers for it."""
    hotspot_id = HotspotId(new_id())
    detected = HotspotDetected(
        hotspot_id=hotspot_id,
        category=CategoryCode("parking"),
        unit=TIANGONGYUAN,
        day=date(2026, 3, 1),
        days=7,
        cases=23,
        expected=6.4,
        p_value=1e-6,
        q_value=0.01,
        false_alarms="0.05",
        policy_version="2026.1",
        case_ids=(),
    )
    await desk.hears(detected, again=1)
    await desk.hears(detected)
    rows = await desk.rows("SELECT case_id, unit FROM hotspots WHERE hotspot_id = :id", id=hotspot_id)
    assert [row["unit"] for row in rows] == [TIANGONGYUAN]
    (taken,) = await desk.said(rows[0]["case_id"])
    assert (taken["type"], taken["aggregatetype"]) == ("jiesu.hotspot.taken_up.v1", "hotspot")
    await desk.hears(
        CaseRegistered(
            case_id=rows[0]["case_id"],
            channel=Channel.GRID,
            kind=Kind.REPORT,
            category=CategoryCode("parking"),
            sealed_words=taken["payload"]["sealed_words"],
            has_phone=False,
            proactive=True,
        )
    )
    case = await desk.sees_case(rows[0]["case_id"])
    assert (case["state"], case["proactive"]) == ("dispatched", True)
    assert case["orders"][0]["unit"] == TIANGONGYUAN
    assert "诉求23件，预期6.4件" in case["words"]["text"]
