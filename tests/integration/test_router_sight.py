"""派单: who may see and touch what, over HTTP on a real Postgres."""

from uuid import uuid4

import pytest

from shared.events.intake import CaseSupplemented
from tests.integration.router_desk import GROUP_RENTAL, Desk, desk, house, lead_path
from tests.kit.builders_router import (
    DAXING,
    DONGHUASHI,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    TIANGONGYUAN,
)

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def test_a_unit_sees_its_own_and_what_lies_below_it_and_nothing_else(desk: Desk) -> None:
    case = await desk.case()
    path = lead_path(case)
    for unit, status in ((GUANYINSI, 200), (DAXING, 200), (DONGHUASHI, 404), (TIANGONGYUAN, 404)):
        assert (await desk.reads(path, unit=unit)).status_code == status, unit
        assert (await desk.reads(f"cases/{case['case_id']}", unit=unit)).status_code == status, unit
        queue = (await desk.reads("work-orders", unit=unit, limit=200)).json()["items"]
        assert (case["case_id"] in {item["case_id"] for item in queue}) == (status == 200), unit
    denied = await desk.asks(f"{path}/sign", unit=DONGHUASHI)
    unknown = await desk.asks(f"work-orders/{uuid4()}/sign", unit=DONGHUASHI)
    assert (denied.status_code, denied.json()["reason"]) == (404, unknown.json()["reason"])


async def test_of_another_units_order_a_unit_reads_who_does_what_until_when_and_no_more(desk: Desk) -> None:
    """Returned with evidence, redirected with a reason, noted: the two units read their own part of it."""
    case = await desk.case()
    path, case_id = lead_path(case), case["case_id"]
    returned = {"reason": "not_our_territory", "evidence": "区划图甲"}
    await desk.moves(f"{path}/return", unit=GUANYINSI, **returned)
    waiting = (await desk.reads(f"cases/{case_id}", unit=case["orders"][1]["unit"])).json()
    assert (waiting["returning"]["unit"], waiting["returning"]["evidence"]) == (GUANYINSI, None)
    assert (await desk.sees_case(case_id))["returning"]["evidence"] == "区划图甲"
    ruling = {"ruling": "redirect", "lead": TIANGONGYUAN, "reason": "裁定理由乙", "place": TIANGONGYUAN}
    ruled = await desk.moves(f"cases/{case_id}/adjudicate", role="dispatcher", **ruling)
    await desk.moves(f"{lead_path(ruled)}/sign", unit=TIANGONGYUAN)
    await desk.moves(f"{lead_path(ruled)}/progress", unit=TIANGONGYUAN, note="进展丙")
    await desk.moves(f"{lead_path(ruled)}/supervise", role="dispatcher", reason="督办理由戊")
    sealed = desk.seal(case_id, text="补充丁")
    await desk.hears(CaseSupplemented(case_id=case_id, sealed_words=sealed))

    has_it = await desk.reads(f"cases/{case_id}", unit=TIANGONGYUAN)
    had_it = await desk.reads(f"cases/{case_id}", unit=GUANYINSI)
    helps = await desk.reads(f"cases/{case_id}", unit=case["orders"][1]["unit"])
    above = await desk.reads(f"cases/{case_id}", unit=DAXING)
    said = ("裁定理由乙", "进展丙", "补充丁", "督办理由戊")
    assert [word in has_it.text for word in said] == [True, True, True, True]
    assert [word in had_it.text for word in said] == [True, False, False, False]
    assert [word in helps.text for word in said] == [False, False, True, True]
    assert [word in above.text for word in said] == [True, True, True, True]
    [lead] = [order for order in had_it.json()["orders"] if order["unit"] == TIANGONGYUAN]
    told = (lead["whole"], lead["role"], lead["state"], lead["signed_at"], lead["notes"])
    assert told == (False, "lead", "signed", None, [])
    assert lead["resolve_by"] == case["resolve_by"]
    own = await desk.reads(path, unit=GUANYINSI)
    assert (own.json()["whole"], "补充丁" in own.text, GROUP_RENTAL in own.text) == (True, False, True)


async def test_a_unit_cannot_look_into_another_units_queue_by_asking_for_it(desk: Desk) -> None:
    await desk.case()
    seen = await desk.reads("work-orders", unit=DONGHUASHI, limit=200)
    asked = {"unit": GUANYINSI, "role": "unit"}
    response = await desk.client.get(
        "/v1/work-orders", params={"unit": GUANYINSI}, headers=desk.token("unit", unit=DONGHUASHI)
    )
    assert seen.status_code == response.status_code == 200
    assert response.json()["items"] == [], asked


@pytest.mark.parametrize(
    ("role", "unit", "move", "status"),
    [
        ("unit", None, "sign", 403),
        ("dispatcher", None, "sign", 403),
        ("analyst", None, "sign", 403),
        ("unit", GUANYINSI, "supervise", 403),
        ("ops", None, "urge", 403),
    ],
)
async def test_roles_do_what_is_theirs(
    desk: Desk, role: str, unit: str | None, move: str, status: int
) -> None:
    case = await desk.case()
    answer = await desk.asks(f"{lead_path(case)}/{move}", role=role, unit=unit, reason="x")
    assert answer.status_code == status


async def test_the_audit_names_the_unit_whose_clerk_looked_the_citizen_up(desk: Desk) -> None:
    """Noted before intake is asked, which nobody serves here: of an order, the street and its community."""
    case = await desk.case()
    path = lead_path(case)
    await desk.moves(f"{path}/sign", unit=GUANYINSI)
    await desk.moves(f"{path}/assign", unit=GUANYINSI, to_unit=GUANYINSI_COMMUNITY)
    for unit in (GUANYINSI, GUANYINSI_COMMUNITY):
        assert (await desk.asks(f"{path}/contact-readings", unit=unit)).status_code == 503
    noted = (await desk.reads("contact-readings", role="ops", case_id=case["case_id"])).json()["items"]
    assert [each["unit"] for each in noted] == [GUANYINSI_COMMUNITY, GUANYINSI]
    assert {each["order_id"] for each in noted} == {case["orders"][0]["order_id"]}


async def test_what_one_unit_was_shown_is_found_by_an_index(desk: Desk) -> None:
    plan = await desk.plan(
        "SELECT * FROM readings WHERE unit = '110115009' ORDER BY at DESC, reading_id DESC LIMIT 50"
    )
    assert "ix_readings_unit_at_reading_id" in plan
    assert "Sort" not in plan


async def test_operators_see_cases_without_the_citizens_words(desk: Desk) -> None:
    case = await desk.case()
    found = (await desk.reads(f"cases/{case['case_id']}", role="ops")).json()
    assert (found["words"], found["supplements"]) == (None, [])


async def test_operators_who_are_a_units_staff_too_read_the_words_of_its_cases_alone(desk: Desk) -> None:
    """Neither role alone opens what a citizen told another unit."""
    own, others = await desk.case(), await desk.case("西城区椿树街道路面积水，很深")
    both = desk.token("ops", "unit", unit=GUANYINSI)
    for case, is_read in ((own, True), (others, False)):
        for path in (f"cases/{case['case_id']}", lead_path(case)):
            seen = await desk.client.get(f"/v1/{path}", headers=both)
            assert (seen.status_code, seen.json()["words"] is not None) == (200, is_read), path
        for text in (case["case_id"], case["words"]["text"]):
            found = await desk.client.post("/v1/cases:search", json={"text": text}, headers=both)
            assert (found.status_code, found.json()["items"] != []) == (200, is_read), text
    nameless = await desk.client.get(f"/v1/cases/{own['case_id']}", headers=desk.token("ops", "unit"))
    assert (nameless.status_code, nameless.json()["words"]) == (200, None)


async def test_callers_who_are_a_units_staff_too_are_told_no_more_of_anothers_order(desk: Desk) -> None:
    """催办: whom a citizen asks to urge may be any unit, and its notes are not another unit's to read."""
    case = await desk.case("西城区椿树街道路面积水，很深")
    await desk.moves(f"{lead_path(case)}/supervise", role="dispatcher", reason="督办理由己")
    both = {**desk.token("caller", "unit", unit=GUANYINSI), "If-Match": "*"}
    item = {"order_id": case["orders"][0]["order_id"], "version": None}
    one = await desk.client.post(f"/v1/{lead_path(case)}/urge", json={"note": ""}, headers=both)
    many = await desk.client.post("/v1/work-orders:urge", json={"items": [item]}, headers=both)
    for told, text in ((one.json(), one.text), (many.json()["outcomes"][0]["order"], many.text)):
        assert (told["whole"], "督办理由己" in text) == (False, False)
