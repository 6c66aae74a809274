"""吹哨报到 over HTTP on a real Postgres."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events.router import (
    CaseAssigned,
    CaseClosed,
    CaseDispatched,
    CaseMerged,
    CaseReturned,
    CaseUnmerged,
)
from shared.kernel.ids import CaseId, CategoryCode, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Tier
from tests.integration.grid_desk import Desk, desk, house
from tests.kit.whistles import (
    BLOWN_AT,
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    FIRE,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    POLICE,
    SITE,
)

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
HERE = {"lng": SITE.lng, "lat": SITE.lat}


def dispatched(case_id: CaseId, unit: str = GUANYINSI, place: str = GUANYINSI_COMMUNITY) -> CaseDispatched:
    return CaseDispatched(
        case_id=case_id,
        work_order_id=WorkOrderId(new_id()),
        unit=unit,
        place=place,
        category=CategoryCode("housing.group_rental"),
        tier=Tier.GENERAL,
        mode=HandlingMode.AT_ONCE,
        clause="试",
        list_version="1",
        policy_version="1",
        sign_by=BLOWN_AT,
        resolve_by=BLOWN_AT,
    )


def a_case() -> CaseId:
    return CaseId(new_id())


async def test_a_whistle_from_blowing_to_closing(desk: Desk) -> None:
    answer = await desk.blows()
    assert answer.status_code == 201
    whistle = answer.json()
    assert answer.headers["location"] == f"/v1/whistles/{whistle['whistle_id']}"
    assert answer.headers["etag"] == '"1"'
    assert whistle["blown_by_name"] == "观音寺街道"
    assert whistle["departments"][0]["name"] == "大兴区城市管理综合行政执法局"
    whistle_id = whistle["whistle_id"]
    for unit in (ENFORCEMENT, POLICE):
        desk.clock.passes(minutes=5)
        await desk.moves(whistle_id, f"{unit}/sign")
        await desk.moves(whistle_id, f"{unit}/contact")
        await desk.moves(whistle_id, f"{unit}/report-in", body=HERE)
        await desk.moves(whistle_id, f"{unit}/act", body={"note": "已拆除隔断"})
        await desk.moves(whistle_id, f"{unit}/score", by=GUANYINSI, body={"score": 5})
    closed = await desk.moves(whistle_id, "close", by=GUANYINSI)
    assert (closed["state"], closed["version"]) == ("closed", 12)
    said = await desk.said(whistle_id)
    assert [fact["sequence"] for fact in said] == list(range(1, 13))
    assert {fact["topic"] for fact in said} == {"jiesu.grid"}
    names = [fact["type"].split(".")[2] for fact in said]
    life = ["signed", "contacted", "reported_in", "acted", "scored"]
    assert names == ["blown", *life, *life, "closed"]
    shown = await desk.reads(f"whistles/{whistle_id}", by=POLICE)
    assert shown.json() == closed
    assert shown.headers["etag"] == '"12"'


async def test_no_words_of_the_street_or_the_departments_leave_grid(desk: Desk) -> None:
    whistle_id = await desk.whistle(ENFORCEMENT, POLICE, reason="秘密甲", kind="emergency")
    await desk.moves(whistle_id, f"{ENFORCEMENT}/report-in", body=HERE)
    await desk.moves(whistle_id, f"{ENFORCEMENT}/act", body={"note": "秘密乙"})
    other = await desk.whistle(reason="秘密丙")
    await desk.moves(other, "cancel", by=GUANYINSI, body={"reason": "秘密丁"})
    payloads = str(await desk.said(whistle_id) + await desk.said(other))
    assert "秘密" not in payloads
    assert str(SITE.lng) not in payloads


async def test_far_from_the_site_is_kept_and_marked(desk: Desk) -> None:
    whistle_id = await desk.whistle(kind="emergency")
    away = {"lng": SITE.lng, "lat": SITE.lat + 0.5}
    answer = await desk.moves(whistle_id, f"{ENFORCEMENT}/report-in", body=away)
    call = answer["departments"][0]
    assert (call["state"], call["on_site"], call["reported_from"]) == ("reported_in", False, away)
    assert call["distance_m"] == pytest.approx(55_500, rel=0.01)
    near = {"lng": SITE.lng, "lat": SITE.lat + 0.003}
    answer = await desk.moves(whistle_id, f"{POLICE}/report-in", body=near)
    assert answer["departments"][1]["on_site"] is True
    facts = [fact["payload"] for fact in await desk.said(whistle_id)][1:]
    assert [fact["on_site"] for fact in facts] == [False, True]


async def test_on_a_case_the_facts_go_to_the_case_s_topic(desk: Desk) -> None:
    case_id = a_case()
    await desk.hears(dispatched(case_id))
    whistle_id = await desk.whistle(case_id=str(case_id), site=None)
    said = await desk.said(str(case_id))
    assert [(fact["topic"], fact["aggregateid"]) for fact in said] == [("jiesu.case", whistle_id)]
    shown = (await desk.reads(f"whistles/{whistle_id}", by=GUANYINSI)).json()
    assert shown["site"] == {"spot": None, "unit": GUANYINSI_COMMUNITY}


async def test_who_leads_a_case_is_heard_and_decides_who_blows(desk: Desk) -> None:
    case_id = a_case()

    async def answers(by: str) -> tuple[int, str | None]:
        answer = await desk.blows(by=by, case_id=str(case_id))
        return answer.status_code, answer.json().get("type")

    problem = "urn:jiesu:problem:"
    assert await answers(GUANYINSI) == (404, f"{problem}unknown_case")
    await desk.hears(dispatched(case_id), again=1)
    assert await answers(DONGHUASHI) == (403, f"{problem}foreign_case")
    assert await answers(GUANYINSI_COMMUNITY) == (403, f"{problem}foreign_case")
    order = WorkOrderId(new_id())
    assigned = CaseAssigned(case_id=case_id, work_order_id=order, unit=GUANYINSI, to_unit=GUANYINSI_COMMUNITY)
    await desk.hears(assigned)
    assert (await answers(GUANYINSI_COMMUNITY))[0] == 201
    assert (await answers(GUANYINSI))[0] == 201
    returned = CaseReturned(
        case_id=case_id, work_order_id=order, unit=GUANYINSI, reason="not_ours", adjudicate_by=BLOWN_AT
    )
    await desk.hears(returned)
    assert await answers(GUANYINSI) == (409, f"{problem}case_not_in_hand")
    # Joined to another and let go again: the next dispatch says whose it is.
    elsewhere = CaseId(new_id())
    undone = CaseUnmerged(case_id=case_id, from_case_id=elsewhere, dispatch_by=BLOWN_AT)
    await desk.hears(CaseMerged(case_id=case_id, into_case_id=elsewhere), undone)
    standing = "SELECT standing FROM case_leads WHERE case_id = :id"
    assert [row["standing"] for row in await desk.rows(standing, id=case_id)] == ["between_units"]
    # A whole life of another lead in one batch, and nothing of the first lead is left.
    closed = CaseClosed(case_id=case_id, callback_id=new_id(), reached=True)
    await desk.hears(dispatched(case_id, DONGHUASHI, DONGHUASHI), closed)
    assert await answers(DONGHUASHI) == (409, f"{problem}case_not_in_hand")
    assert await answers(GUANYINSI) == (403, f"{problem}foreign_case")


async def test_overdue_is_told_once_however_often_the_clock_rings(desk: Desk) -> None:
    whistle_id = await desk.whistle()
    await desk.moves(whistle_id, f"{POLICE}/sign")
    desk.clock.passes(hours=1)
    await desk.rings()
    assert await overdue(desk, whistle_id) == []
    desk.clock.passes(seconds=1)
    rung = await asyncio.gather(desk.rings(), desk.rings(), desk.rings())
    assert sum(rung) >= 1
    assert await desk.rings() == 0
    assert await overdue(desk, whistle_id) == [(ENFORCEMENT, "sign")]
    desk.clock.passes(days=8)
    while await desk.rings():
        pass
    assert await overdue(desk, whistle_id) == [
        (ENFORCEMENT, "sign"),
        *((unit, step) for unit in (ENFORCEMENT, POLICE) for step in ("contact", "report_in")),
    ]
    said = await desk.said(whistle_id)
    assert [fact["sequence"] for fact in said] == list(range(1, len(said) + 1))
    scored = await desk.moves(whistle_id, f"{POLICE}/score", by=GUANYINSI, body={"score": 1})
    assert scored["departments"][1]["late"] == ["contact", "report_in"]


async def overdue(desk: Desk, whistle_id: str) -> list[tuple[str, str]]:
    facts = [f["payload"] for f in await desk.said(whistle_id) if f["type"] == "jiesu.whistle.overdue.v1"]
    return [(fact["unit"], fact["step"]) for fact in facts]


async def test_more_whistles_than_one_ring_takes_are_all_told(desk: Desk) -> None:
    blown = [await desk.whistle(FIRE) for _ in range(3)]
    desk.clock.passes(hours=2)
    async with desk.flat.store.work() as work:
        assert len(await work.whistles.due(desk.clock.now(), 2)) == 2
    while await desk.rings():
        pass
    assert [await overdue(desk, one) for one in blown] == [[(FIRE, "sign")]] * 3


async def test_a_change_says_which_version_it_saw(desk: Desk) -> None:
    whistle_id = await desk.whistle()
    sign = f"{ENFORCEMENT}/sign"
    assert (await desk.asks(whistle_id, sign, by=ENFORCEMENT, seen=None)).status_code == 428
    assert (await desk.asks(whistle_id, sign, by=ENFORCEMENT, seen='"7"')).status_code == 412
    taken = await desk.asks(whistle_id, sign, by=ENFORCEMENT, seen='"1"')
    assert (taken.status_code, taken.headers["etag"]) == (200, '"2"')
    assert (await desk.asks(whistle_id, f"{POLICE}/sign", by=POLICE, seen='"1"')).status_code == 412


async def test_the_same_key_is_done_once(desk: Desk) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = await asyncio.gather(desk.blows(headers=key), desk.blows(headers=key))
    assert first.json() == again.json()
    whistle_id = first.json()["whistle_id"]
    move = uuid4().hex
    signs = [
        await desk.asks(whistle_id, f"{ENFORCEMENT}/sign", by=ENFORCEMENT, seen='"1"', key=move)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in signs] == [200, 200]
    assert signs[1].headers["etag"] == '"2"'
    assert len(await desk.said(whistle_id)) == 2


async def test_two_departments_that_come_at_once_are_both_kept(desk: Desk) -> None:
    whistle_id = await desk.whistle(kind="emergency")
    await asyncio.gather(
        *(desk.moves(whistle_id, f"{unit}/report-in", body=HERE) for unit in (ENFORCEMENT, POLICE))
    )
    shown = (await desk.reads(f"whistles/{whistle_id}", by=GUANYINSI)).json()
    assert [call["state"] for call in shown["departments"]] == ["reported_in"] * 2
    assert [fact["sequence"] for fact in await desk.said(whistle_id)] == [1, 2, 3]


async def test_strangers_are_told_there_is_none(desk: Desk) -> None:
    whistle_id = await desk.whistle()
    for by in (DONGHUASHI, FIRE, GUANYINSI_COMMUNITY):
        assert (await desk.reads(f"whistles/{whistle_id}", by=by)).status_code == 404
        for seen in ("*", '"99"'):
            answer = await desk.asks(whistle_id, f"{ENFORCEMENT}/sign", by=by, seen=seen)
            assert answer.status_code == 404
    nobody = await desk.reads(f"whistles/{uuid4()}", by=GUANYINSI)
    assert nobody.json()["type"] == "urn:jiesu:problem:unknown_whistle"
    for by in (GUANYINSI, ENFORCEMENT, DAXING):
        assert (await desk.reads(f"whistles/{whistle_id}", by=by)).status_code == 200
    for role in ("dispatcher", "supervisor", "ops"):
        assert (await desk.reads(f"whistles/{whistle_id}", by=None, role=role)).status_code == 200
    assert (await desk.reads(f"whistles/{whistle_id}", by=None, role="citizen")).status_code == 403
    assert (await desk.reads(f"whistles/{whistle_id}", by=None)).status_code == 403
    assert (await desk.client.get(f"/v1/whistles/{whistle_id}")).status_code == 401
    foreign = await desk.asks(whistle_id, f"{POLICE}/sign", by=ENFORCEMENT)
    assert (foreign.status_code, foreign.json()["type"]) == (403, "urn:jiesu:problem:not_your_call")


async def test_the_queue_is_the_unit_s_own_and_below_newest_first(desk: Desk) -> None:
    water, gas = "U110000-WATER", "U110000-GAS"
    street, community = "110114008", "110114008001"
    first = await desk.whistle(water, by=street)
    second = await desk.whistle(water, gas, by=community)
    await desk.moves(second, f"{water}/sign")
    third = await desk.whistle(gas, by=street)
    await desk.moves(third, "cancel", by=street, body={"reason": "误吹"})
    assert await desk.queue(street) == [third, second, first]
    assert await desk.queue(community) == [second]
    assert await desk.queue(water) == [second, first]
    assert await desk.queue("110114") == [third, second, first]
    assert await desk.queue(street, state="open") == [second, first]
    assert await desk.queue(street, unit=gas) == [third, second]
    assert await desk.queue(water, call_state="called") == [first]
    assert await desk.queue(street, unit=water, call_state="signed") == [second]
    assert await desk.queue(None, role="supervisor", unit=street, state="cancelled") == [third]


async def test_the_queue_is_read_page_by_page(desk: Desk) -> None:
    heat = "U110000-HEAT"
    blown = [await desk.whistle(heat) for _ in range(5)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    for expected in (2, 2, 1):
        answer = (await desk.reads("whistles", by=heat, limit=2, **cursor)).json()
        assert len(answer["items"]) == expected
        found += [one["whistle_id"] for one in answer["items"]]
        cursor = {"cursor": answer["next"]}
    assert found == blown[::-1]
    assert answer["next"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"reason": "   "}, "reason"),
        ({"reason": "字" * 4001}, "reason"),
        ({"reason": "a\u0000b"}, "reason"),
        ({"departments": []}, "departments"),
        ({"departments": [ENFORCEMENT] * 13}, "departments"),
        ({"departments": [ENFORCEMENT, "D0"]}, "departments.1"),
        ({"departments": [ENFORCEMENT, ENFORCEMENT]}, "departments.1"),
        ({"departments": [ENFORCEMENT, GUANYINSI]}, "departments.1"),
        ({"departments": [ENFORCEMENT, 7]}, "departments.1"),
        ({"site": None}, "site"),
        ({"site": {}}, "site"),
        ({"site": {"lng": 116.3}}, "site.lat"),
        ({"site": {"lng": "116.3", "lat": 39.7}}, "site.lng"),
        ({"site": {"lng": 121.47, "lat": 39.9}}, "site.lng"),
        ({"site": {"lng": 116.3, "lat": 31.2}}, "site.lat"),
        ({"site": {"unit": "nowhere"}}, "site.unit"),
        ({"case_id": "1"}, "case_id"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    before = await desk.counts()
    answer = await desk.blows(headers={"Idempotency-Key": uuid4().hex}, **wrong)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert await desk.counts() == before


@pytest.mark.parametrize(
    ("move", "body", "field"),
    [
        ("report-in", {"lng": 116.3}, "lat"),
        ("report-in", {}, "lng"),
        ("report-in", {"lng": 181, "lat": 0}, "lng"),
        ("report-in", {"lng": True, "lat": 0}, "lng"),
        ("act", {"note": ""}, "note"),
        ("score", {"score": 6}, "score"),
        ("score", {"score": 4.5}, "score"),
        ("score", {}, "score"),
    ],
)
async def test_a_wrong_move_names_its_field(desk: Desk, move: str, body: Any, field: str) -> None:
    whistle_id = await desk.whistle(kind="emergency")
    by = GUANYINSI if move == "score" else ENFORCEMENT
    answer = await desk.asks(whistle_id, f"{ENFORCEMENT}/{move}", by=by, body=body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert len(await desk.said(whistle_id)) == 1


async def test_moves_out_of_turn_are_refused_by_name(desk: Desk) -> None:
    whistle_id = await desk.whistle()
    for move, body, by, reason in (
        (f"{ENFORCEMENT}/contact", None, ENFORCEMENT, "move_not_allowed"),
        (f"{ENFORCEMENT}/report-in", HERE, ENFORCEMENT, "move_not_allowed"),
        (f"{ENFORCEMENT}/score", {"score": 3}, GUANYINSI, "not_scorable_yet"),
        ("close", None, GUANYINSI, "not_all_scored"),
    ):
        answer = await desk.asks(whistle_id, move, by=by, body=body)
        assert (answer.status_code, answer.json()["type"]) == (409, f"urn:jiesu:problem:{reason}")
    assert len(await desk.said(whistle_id)) == 1


async def test_a_late_move_tells_the_lateness_before_the_clock_does(desk: Desk) -> None:
    whistle_id = await desk.whistle(ENFORCEMENT)
    desk.clock.passes(hours=1, seconds=1)
    await desk.moves(whistle_id, f"{ENFORCEMENT}/sign")
    while await desk.rings():
        pass
    said = await desk.said(whistle_id)
    assert [fact["type"].split(".")[2] for fact in said] == ["blown", "overdue", "signed"]
    assert said[2]["payload"]["in_time"] is False
    assert desk.clock.now() - BLOWN_AT == timedelta(hours=1, seconds=1)


async def test_the_readme_s_emergency_needs_neither_signature_nor_note(desk: Desk) -> None:
    whistle_id = await desk.whistle(ENFORCEMENT, kind="emergency")
    await desk.moves(whistle_id, f"{ENFORCEMENT}/report-in", body=HERE, seen='"1"')
    acted = await desk.moves(whistle_id, f"{ENFORCEMENT}/act", seen='"2"')
    assert acted["departments"][0]["note"] is None
    await desk.moves(whistle_id, f"{ENFORCEMENT}/score", by=GUANYINSI, seen='"3"', body={"score": 5})
    assert (await desk.moves(whistle_id, "close", by=GUANYINSI, seen='"4"'))["state"] == "closed"
