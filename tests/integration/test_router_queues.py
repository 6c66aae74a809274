"""The desk's queues: filtered, counted, searched, handled in bulk; and what each unit did."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.router.api import searching
from services.router.domain.model import OPEN_ORDERS
from services.router.store import tables
from shared.events.grid import ConferenceHeld, Party
from shared.events.intake import CaseSupplemented, WithdrawalAsked
from shared.kernel.ids import CaseId, ConferenceId, new_id
from shared.kernel.words import Satisfied, Share
from tests.integration.router_desk import Desk, RowDict, desk, house, lead_path
from tests.kit.builders_router import (
    AT,
    DAXING,
    DONGHUASHI,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    HOUSING,
    TIANGONGYUAN,
)
from tests.kit.stage import instant

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


def lead(case: RowDict) -> str:
    return str(case["orders"][0]["order_id"])


async def read(desk: Desk, path: str, **more: Any) -> RowDict:
    answer = await desk.reads(path, **more)
    assert answer.status_code == 200, answer.text
    found: RowDict = answer.json()
    return found


async def search(desk: Desk, text: str, *, unit: str | None = None, **more: Any) -> RowDict:
    role = "unit" if unit else "dispatcher"
    headers = desk.token(role, unit=unit)
    answer = await desk.client.post("/v1/cases:search", headers=headers, json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    found: RowDict = answer.json()
    return found


def ids(found: RowDict) -> set[str]:
    return {item["case_id"] for item in found["items"]}


async def test_the_queue_is_filtered_by_mode_tier_category_and_what_is_due_soon(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    special = await desk.moves(f"{path}/mode", role="dispatcher", mode="special", reason="汛期")
    assert (special["mode"], instant(special["resolve_by"])) == ("special", instant(case["resolve_by"]))
    asked = {
        "unit": GUANYINSI,
        "mode": "special",
        "tier": "general",
        "category": "group_rental",
        "limit": 200,
    }
    assert case["case_id"] in ids(await read(desk, "work-orders", **asked))
    assert case["case_id"] not in ids(await read(desk, "work-orders", **{**asked, "mode": "dedicated"}))
    assert case["case_id"] in ids(await read(desk, "cases", role="dispatcher", mode="special", limit=200))
    soon = {"unit": GUANYINSI, "due_soon": True, "limit": 200}
    assert case["case_id"] not in ids(await read(desk, "work-orders", **soon))
    desk.clock.passes(days=8)
    assert case["case_id"] in ids(await read(desk, "work-orders", **soon))


async def test_dedicated_takes_a_supervisor_and_its_plan_is_shown_to_the_desk(desk: Desk) -> None:
    case = await desk.case()
    path = f"{lead_path(case)}/mode"
    until = (AT + timedelta(days=50)).isoformat()
    plan = {"mode": "dedicated", "reason": "立项", "leader": "孙某", "plan": "五月施工", "plan_until": until}
    refused = await desk.asks(path, role="dispatcher", **plan)
    assert (refused.status_code, refused.json()["reason"]) == (403, "supervisor_only")
    await desk.moves(path, role="supervisor", **plan)
    seen = await desk.sees_case(case["case_id"])
    assert (seen["mode"], seen["handling"]["leader"]) == ("dedicated", "孙某")
    assert seen["resolve_by"] > case["resolve_by"]
    assert "孙某" not in str(await desk.said(case["case_id"]))


async def test_every_queue_is_counted_in_one_call(desk: Desk) -> None:
    async def counted() -> RowDict:
        return await read(desk, "queues", role="dispatcher")

    before = await counted()
    desk.clock.passes(days=30)
    late_before = await counted()
    desk.clock.at = AT
    signed, _ = await desk.case(), await desk.case()
    waiting = await desk.case("东花市街道 你好")
    await desk.moves(f"{lead_path(signed)}/sign", unit=GUANYINSI)
    after = await counted()
    grown = {name: after["work_orders"][name] - before["work_orders"][name] for name in ("open", "in_hand")}
    co_units = len(signed["orders"]) - 1
    assert grown == {"open": 2 + 2 * co_units, "in_hand": 1}
    assert after["cases"]["awaiting_dispatcher"] == before["cases"]["awaiting_dispatcher"] + 1
    desk.clock.passes(days=30)
    late = await counted()
    told = ("overdue", "sign_overdue", "due_soon")
    grown_late = {name: late["work_orders"][name] - late_before["work_orders"][name] for name in told}
    assert grown_late == {"overdue": grown["open"], "sign_overdue": grown["open"] - 1, "due_soon": 0}
    own = await read(desk, "queues", unit=GUANYINSI)
    assert own["cases"] is None
    assert own["work_orders"]["open"] < late["work_orders"]["open"]
    assert sum(own["work_orders"]["by_tier"].values()) == own["work_orders"]["open"]
    stranger = await read(desk, "queues", unit=DONGHUASHI)
    assert stranger["work_orders"]["open"] == 0
    assert waiting["state"] == "awaiting_dispatcher"


async def test_the_citys_queue_by_state_reads_the_open_orders_and_not_all_there_ever_were(desk: Desk) -> None:
    """Whatever the parameters: the plan may use the index of open orders, which holds all that is open."""
    assert f"state IN {tuple(sorted(map(str, OPEN_ORDERS)))}" == tables.OPEN_ONES
    await desk.case()
    query = f"""PREPARE by_state(text) AS SELECT order_id FROM work_orders
        WHERE {tables.OPEN_ONES} AND state = $1 ORDER BY resolve_by, order_id LIMIT 50"""
    async with desk.flat.store.engine.connect() as connection:
        for each in ("SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off", query):
            await connection.exec_driver_sql(each)
        plan = await connection.exec_driver_sql("EXPLAIN EXECUTE by_state('sent')")
        assert "ix_work_orders_open" in "\n".join(str(row[0]) for row in plan)
        await connection.rollback()
        for each in ("DEALLOCATE by_state", "RESET plan_cache_mode", "RESET enable_seqscan"):
            await connection.exec_driver_sql(each)


async def test_what_is_due_soon_is_open_owed_and_not_over_in_list_and_count(desk: Desk) -> None:
    """Not what was resolved or withdrawn, not what is long overdue, not before its reminder."""
    desk.clock.passes(days=200)
    await desk.case()
    desk.clock.passes(days=20)
    soon, done, gone = await desk.case(), await desk.case(), await desk.case()
    await desk.moves(f"{lead_path(done)}/sign", unit=GUANYINSI)
    await desk.moves(f"{lead_path(done)}/resolve", unit=GUANYINSI, evidence="已拆")
    await desk.hears(WithdrawalAsked(case_id=CaseId(gone["case_id"])))
    asked = {"unit": GUANYINSI, "due_soon": True, "limit": 200}

    async def listed_and_counted() -> tuple[set[str], int]:
        listed = await read(desk, "work-orders", **asked)
        counted = await read(desk, "queues", unit=GUANYINSI)
        return ids(listed), counted["work_orders"]["due_soon"]

    assert await listed_and_counted() == (set(), 0)
    rows = await desk.rows("SELECT remind_at FROM work_orders WHERE order_id = :id", id=lead(soon))
    desk.clock.at = rows[0]["remind_at"]
    assert await listed_and_counted() == ({soon["case_id"]}, 1)
    desk.clock.at = instant(soon["resolve_by"])
    assert await listed_and_counted() == (set(), 0)


async def test_words_are_found_by_the_desk_and_by_the_unit_that_may_read_them(desk: Desk) -> None:
    case = await desk.case("大兴区观音寺街道首座御园有群租房，ＡＢＣ栋夜里吵")
    sealed = desk.seal(case["case_id"], text="补充：地下室也住了人")
    await desk.hears(CaseSupplemented(case_id=case["case_id"], sealed_words=sealed))
    assert ids(await search(desk, "abc 地下室")) == {case["case_id"]}
    assert ids(await search(desk, "地下室", state="dispatched")) == {case["case_id"]}
    assert ids(await search(desk, "地下室", state="closed")) == set()
    assert ids(await search(desk, "地下室", unit=GUANYINSI)) == {case["case_id"]}
    assert ids(await search(desk, "地下室", unit=DONGHUASHI)) == set()
    assert ids(await search(desk, case["case_id"])) == {case["case_id"]}
    assert ids(await search(desk, case["case_id"], unit=DONGHUASHI)) == set()
    blank = await desk.asks("cases:search", role="dispatcher", text="\u3000 ")
    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (422, "text")


async def test_a_unit_the_case_went_on_without_searches_what_it_was_sent_with_and_nothing_added(
    desk: Desk,
) -> None:
    case = await desk.case("大兴区观音寺街道首座御园有群租房，三号楼")
    case_id, co_unit = case["case_id"], case["orders"][1]["unit"]
    sealed = desk.seal(case_id, text="昨夜又添隔断")
    await desk.hears(CaseSupplemented(case_id=case_id, sealed_words=sealed))
    assert ids(await search(desk, "隔断", unit=GUANYINSI)) == {case_id}
    await desk.moves(f"{lead_path(case)}/return", unit=GUANYINSI, reason="not_our_duty", evidence="图")
    ruling = {"ruling": "redirect", "lead": TIANGONGYUAN, "reason": "在其辖区"}
    await desk.moves(f"cases/{case_id}/adjudicate", role="dispatcher", **ruling)
    assert ids(await search(desk, "三号楼", unit=GUANYINSI)) == {case_id}
    assert ids(await search(desk, "隔断", unit=GUANYINSI)) == set()
    for goes_on in (TIANGONGYUAN, co_unit, DAXING):
        assert ids(await search(desk, "隔断", unit=goes_on)) == {case_id}
    assert ids(await search(desk, "隔断")) == {case_id}


async def test_a_search_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {(await desk.case("观音寺街道首座御园群租房 猫叫扰民"))["case_id"] for _ in range(5)}
    monkeypatch.setattr(searching, "MOST_LOOKED_AT", 3)
    found: set[str] = set()
    looked_at, cursor, first = 0, None, None
    pages: list[int] = []
    before = (await desk.rows("SELECT count(*) AS n FROM word_openings"))[0]["n"]
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await search(desk, "猫叫", limit=2, **more)
        assert len(page["items"]) <= 2
        assert page["looked_at"] <= 3
        found |= ids(page)
        looked_at += page["looked_at"]
        pages.append(page["looked_at"])
        first = first or page["next"]
        if (cursor := page["next"]) is None:
            break
    assert found == made
    assert looked_at == (await desk.rows("SELECT count(*) AS n FROM cases"))[0]["n"]
    noted = await desk.rows("""SELECT cases, purpose, "by" FROM word_openings ORDER BY opening_id""")
    assert [row["cases"] for row in noted[before:]] == pages
    assert {(row["purpose"], row["by"]) for row in noted[before:]} == {("search", "dispatcher")}
    for asked in ({"text": "狗叫", "cursor": first}, {"text": "猫叫", "cursor": "x" * 30}):
        other = await desk.client.post("/v1/cases:search", headers=desk.token("dispatcher"), json=asked)
        assert (other.status_code, other.json()["reason"]) == (422, "malformed_cursor")


async def test_the_citizens_number_finds_the_case(desk: Desk) -> None:
    case_id = CaseId(new_id())
    sealed = desk.seal(case_id, text="观音寺街道首座御园群租房", tracking_number="BJ260302-7K3M-9")
    await desk.hears(desk.registered(case_id=case_id, sealed_words=sealed))
    assert ids(await search(desk, " bj260302-7k3m-9 ")) == {str(case_id)}
    assert "BJ260302" not in str(await desk.said(case_id))


async def test_many_are_assigned_and_urged_with_an_outcome_for_each(desk: Desk) -> None:
    cases = [await desk.case() for _ in range(3)]
    items = [
        {"order_id": lead(cases[0]), "version": 2, "to_unit": GUANYINSI_COMMUNITY},
        {"order_id": lead(cases[1]), "version": 1, "to_unit": GUANYINSI_COMMUNITY},
        {"order_id": lead(cases[2]), "version": None, "to_unit": DONGHUASHI},
        {"order_id": str(uuid4()), "version": None, "to_unit": GUANYINSI_COMMUNITY},
    ]
    headers = {**desk.token("unit", unit=GUANYINSI), "Idempotency-Key": uuid4().hex}
    first = await desk.client.post("/v1/work-orders:assign", headers=headers, json={"items": items})
    again = await desk.client.post("/v1/work-orders:assign", headers=headers, json={"items": items})
    outcomes = first.json()["outcomes"]
    assert [each["status"] for each in outcomes] == [200, 412, 422, 404]
    assert outcomes[0]["order"]["assigned_to"] == GUANYINSI_COMMUNITY
    assert outcomes[2]["problem"]["reason"] == "not_its_community"
    assert again.json() == first.json()
    assert (await desk.told(cases[0]["case_id"]))[2:] == ["case.assigned"]
    urged = await desk.client.post(
        "/v1/work-orders:urge",
        headers=desk.token("dispatcher"),
        json={"items": [{"order_id": lead(case), "version": None} for case in cases]},
    )
    assert [each["order"]["urged"] for each in urged.json()["outcomes"]] == [1, 1, 1]
    assert {each["order"]["whole"] for each in urged.json()["outcomes"]} == {True}

    too_many = await desk.client.post(
        "/v1/work-orders:urge",
        headers=desk.token("dispatcher"),
        json={"items": [{"order_id": lead(cases[0]), "version": None}] * 201},
    )
    assert (too_many.status_code, too_many.json()["errors"][0]["field"]) == (422, "items")


async def test_a_caller_urges_and_is_not_shown_what_the_unit_noted(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    await desk.moves(f"{path}/progress", unit=GUANYINSI, note="进展丙")
    urged = await desk.moves(f"{path}/urge", role="caller", note="来电催办")
    assert (urged["state"], urged["whole"], urged["notes"]) == ("signed", False, [])
    items = [{"order_id": lead(case), "version": None}]
    many = await desk.asks("work-orders:urge", role="caller", items=items)
    assert (many.status_code, "进展丙" in many.text) == (200, False)
    assert "来电催办" in (await desk.reads(path, unit=GUANYINSI)).text


async def test_what_a_unit_did_in_a_period(desk: Desk) -> None:
    desk.clock.passes(days=120)
    since = desk.clock.now().isoformat()
    done, late, returned = await desk.case(), await desk.case(), await desk.case()
    await desk.moves(f"{lead_path(done)}/sign", unit=GUANYINSI)
    await desk.moves(f"{lead_path(done)}/resolve", unit=GUANYINSI, evidence="已拆")
    await desk.citizen_is_called_back(done["case_id"], 1, Satisfied.NOT)
    redone = lead(await desk.sees_case(done["case_id"]))
    # A redo that was returned and left where it was is one redo.
    for order in (lead(returned), redone):
        reason = {"reason": "not_our_duty", "evidence": "清单"}
        await desk.moves(f"work-orders/{order}/return", unit=GUANYINSI, **reason)
    ruling = {"ruling": "uphold", "reason": "属本街道职责"}
    await desk.moves(f"cases/{done['case_id']}/adjudicate", role="dispatcher", **ruling)
    desk.clock.passes(days=40)
    await desk.moves(f"{lead_path(late)}/sign", unit=GUANYINSI)
    page = await read(desk, "statistics/units", unit=GUANYINSI, since=since)
    [row] = [item for item in page["items"] if item["unit"] == GUANYINSI]
    assert row == {
        "unit": GUANYINSI,
        "orders": 5,
        "open": 2,
        "overdue": 2,
        "signed": 2,
        "signed_in_time": 1,
        "resolved": 1,
        "resolved_in_time": 1,
        "returns": 2,
        "redo": 1,
    }
    assert (await read(desk, "statistics/units", unit=DONGHUASHI, since=since))["items"] == []
    backwards = await desk.reads(
        "statistics/units", unit=GUANYINSI, since=since, until="2020-01-01T00:00:00Z"
    )
    assert (backwards.status_code, backwards.json()["reason"]) == (422, "period_reversed")
    too_long = await desk.reads("statistics/units", unit=GUANYINSI, since="2020-01-01T00:00:00Z")
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (422, "since")


async def test_a_conference_divides_and_hears_why_it_cannot(desk: Desk) -> None:
    case = await desk.case()
    parties = (Party(unit=HOUSING, share=Share.LEAD), Party(unit=GUANYINSI, share=Share.CO))
    held = {"case_id": CaseId(case["case_id"]), "minutes_hash": "0" * 64}
    await desk.hears(ConferenceHeld(**held, conference_id=ConferenceId(new_id()), parties=parties))
    now = await desk.sees_case(case["case_id"])
    assert [(order["unit"], order["role"]) for order in now["orders"][:2]] == [
        (HOUSING, "lead"),
        (GUANYINSI, "co"),
    ]
    assert (now["rulings"][0]["ruling"], instant(now["resolve_by"])) == (
        "divide",
        instant(case["resolve_by"]),
    )
    await desk.hears(ConferenceHeld(**held, conference_id=ConferenceId(new_id()), parties=parties[1:]))
    said = (await desk.said(case["case_id"]))[-1]
    assert said["type"] == "jiesu.case.move_refused.v1"
    assert (said["payload"]["move"], said["payload"]["reason"]) == ("divide", "one_lead_needed")


async def test_a_finding_on_the_site_is_said_sealed_and_shown_with_its_case(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    found = {"text": "楼道堆放杂物", "category": "noise"}
    made = await desk.asks(f"{path}/findings", unit=GUANYINSI, **found)
    assert made.status_code == 202
    said = (await desk.said(case["case_id"]))[-1]
    assert (said["type"], said["payload"]["found_case_id"]) == (
        "jiesu.case.finding_made.v1",
        made.json()["case_id"],
    )
    assert "杂物" not in str(said)
    registered = desk.registered(
        case_id=CaseId(made.json()["case_id"]),
        sealed_words=said["payload"]["sealed_words"],
        proactive=True,
        linked_case_id=CaseId(case["case_id"]),
    )
    await desk.hears(registered)
    linked = await desk.sees_case(made.json()["case_id"])
    assert (linked["proactive"], linked["place"]) == (True, GUANYINSI)
    assert (await desk.sees_case(case["case_id"]))["found_here"] == [made.json()["case_id"]]
    for place in (GUANYINSI, "nowhere"):
        stranger = await desk.asks(f"{path}/findings", unit=TIANGONGYUAN, place=place, **found)
        assert stranger.status_code == 404, place


async def test_a_community_hands_the_work_on_to_the_property_company(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    await desk.moves(f"{path}/assign", unit=GUANYINSI, to_unit=GUANYINSI_COMMUNITY)
    handed = await desk.moves(f"{path}/hand-on", unit=GUANYINSI_COMMUNITY, to="首座御园物业公司")
    assert (handed["unit"], handed["handed_to"]) == (GUANYINSI, "首座御园物业公司")
    assert "物业" not in str(await desk.said(case["case_id"]))


async def test_another_category_moves_the_deadline_from_the_original_start(desk: Desk) -> None:
    case = await desk.case()
    desk.clock.passes(hours=1)
    path = f"cases/{case['case_id']}/reclassify"
    after = await desk.moves(path, role="dispatcher", category="road_water", reason="现场核实")
    assert instant(after["resolve_by"]) == AT + timedelta(hours=2)
    assert {order["resolve_by"] for order in after["orders"]} == {after["resolve_by"]}
    unknown = await desk.asks(path, role="dispatcher", category="nothing", reason="x")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "category")
    assert (await desk.asks(path, unit=DAXING, category="noise", reason="x")).status_code == 403
