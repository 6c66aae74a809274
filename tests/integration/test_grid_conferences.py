"""联席会商 over HTTP on a real Postgres: recorded once, and what router made of it is read with it."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events.fact import Fact
from shared.events.router import CaseAdjudicated, MoveRefused
from shared.kernel.ids import CaseId, EventId, UnitCode, new_id
from shared.kernel.words import Ruling
from tests.integration.grid_desk import Desk, a_case, desk, house
from tests.kit.deliberations import CAOCHANG, HUILONGGUAN, LONGCHENG, QIANMEN
from tests.kit.whistles import BLOWN_AT

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
ENFORCEMENT = UnitCode("D110101-CGZF")
HELD_AT = "2026-03-02T08:00:00+08:00"
PENDING = {"outcome": "pending", "reason": None, "refused_in": None, "answered_at": None}
ASKED = "SELECT id FROM event_log WHERE payload->>'conference_id' = :conference"


def conference(case_id: str, **more: Any) -> dict[str, Any]:
    parties = [{"unit": ENFORCEMENT, "share": "lead"}, {"unit": QIANMEN, "share": "co"}]
    return {"case_id": case_id, "parties": parties, "minutes": "会议纪要：执法局牵头。\n", **more}


async def test_a_conference_is_recorded_once_sealed_and_said_on_its_case(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    sent = {**desk.token("unit", unit=QIANMEN), "Idempotency-Key": "conference-1"}
    answers = [
        await desk.client.post("/v1/conferences", json=conference(case_id), headers=sent) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    held = answers[0].json()
    (fact,) = [each for each in await desk.said(case_id) if each["aggregatetype"] == "conference"]
    digest = hashlib.sha256("会议纪要：执法局牵头。\n".encode()).hexdigest()
    assert (fact["topic"], fact["type"]) == ("jiesu.case", "jiesu.conference.held.v1")
    assert fact["payload"] == {
        "case_id": case_id,
        "conference_id": held["conference_id"],
        "parties": [{"unit": ENFORCEMENT, "share": "lead"}, {"unit": QIANMEN, "share": "co"}],
        "minutes_hash": digest,
    }
    seen = (await desk.reads(f"conferences/{held['conference_id']}", by=ENFORCEMENT)).json()
    assert (seen["minutes"], seen["minutes_hash"]) == ("会议纪要：执法局牵头。\n", digest)
    assert (await desk.reads(f"conferences/{held['conference_id']}", by=LONGCHENG)).status_code == 404
    assert (await desk.reads(f"conferences/{UUID(int=0)}", by=QIANMEN)).status_code == 404
    for name, values in (await desk.contents()).items():
        assert "执法局牵头" not in " ".join(values), name


async def test_the_desk_may_record_one_too_and_strangers_may_not(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    desk.clock.at = BLOWN_AT + timedelta(hours=1)
    desks = await desk.client.post(
        "/v1/conferences", json=conference(case_id, held_at=HELD_AT), headers=desk.token("dispatcher")
    )
    assert (desks.status_code, desks.json()["called_by"]) == (201, None)
    before = await desk.counts()
    for unit, body, status, reason in (
        (HUILONGGUAN, conference(case_id), 403, "may_not_confer"),
        (QIANMEN, conference(str(new_id())), 404, "unknown_case"),
        (QIANMEN, conference(case_id, minutes=" "), 422, "minutes_missing"),
        (
            QIANMEN,
            conference(case_id, parties=conference(case_id)["parties"][1:] * 2),
            422,
            "parties_miscounted",
        ),
    ):
        headers = desk.token("unit", unit=unit)
        answer = await desk.client.post("/v1/conferences", json=body, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
    assert await desk.counts() == before


async def recorded(desk: Desk, case_id: str) -> tuple[str, EventId]:
    """A conference's id, and that of the fact that asks router to take its division over."""
    headers = desk.token("unit", unit=QIANMEN)
    answer = await desk.client.post("/v1/conferences", json=conference(case_id), headers=headers)
    assert (answer.status_code, answer.json()["division"]) == (201, PENDING), answer.text
    held: str = answer.json()["conference_id"]
    (asked,) = await desk.rows(ASKED, conference=held)
    return held, EventId(asked["id"])


async def division(desk: Desk, held: str) -> tuple[Any, str]:
    """What is read of it, and the version that is read."""
    answer = await desk.reads(f"conferences/{held}", by=QIANMEN)
    assert answer.status_code == 200, answer.text
    return answer.json()["division"], answer.headers["etag"]


def refusal(case_id: str, asked_by: EventId, *, reason: str, move: str = "divide") -> Fact:
    return MoveRefused(
        case_id=CaseId(UUID(case_id)), move=move, state="dispatched", asked_by=asked_by, reason=reason
    )


def ruling(case_id: str) -> Fact:
    return CaseAdjudicated(
        case_id=CaseId(UUID(case_id)), ruling=Ruling.DIVIDE, returned_by=None, to_unit=ENFORCEMENT
    )


async def test_of_two_conferences_on_a_case_each_reads_routers_answer_to_itself(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    (first, asked_first), (second, asked_second) = [await recorded(desk, case_id) for _ in range(2)]
    assert await division(desk, first) == (PENDING, '"1"')
    at = BLOWN_AT + timedelta(minutes=1)
    await desk.hears(ruling(case_id), again=1, at=at, because=asked_first)
    assert (await division(desk, second))[0] == PENDING
    await desk.hears(refusal(case_id, asked_second, reason="divisions_used"), again=1, at=at)
    taken_over, refused = [await division(desk, one) for one in (first, second)]
    told_at = at.isoformat().replace("+00:00", "Z")
    assert taken_over == ({**PENDING, "outcome": "taken_over", "answered_at": told_at}, '"2"')
    why = {"outcome": "refused", "reason": "divisions_used", "refused_in": "dispatched"}
    assert refused == ({**why, "answered_at": told_at}, '"2"')


async def test_an_answer_stands_and_what_others_asked_or_ruled_is_no_answer(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    held, asked = await recorded(desk, case_id)
    strange = refusal(case_id, EventId(new_id()), reason="any", move="withdraw")
    await desk.hears(strange, ruling(case_id))
    await desk.hears(ruling(case_id), because=new_id())
    assert (await division(desk, held))[0] == PENDING
    await desk.hears(refusal(case_id, asked, reason="backstop_stands"))
    before = await division(desk, held)
    # Said once more under another id, as router would if it lost what it has heard.
    await desk.hears(
        ruling(case_id), refusal(case_id, asked, reason="other"), at=BLOWN_AT + timedelta(1), because=asked
    )
    assert await division(desk, held) == before


async def test_of_a_conference_from_before_answers_were_heard_nothing_is_claimed(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    held, asked = await recorded(desk, case_id)
    old = "DELETE FROM divisions WHERE conference_id = CAST(:conference AS uuid) RETURNING asked_by"
    assert len(await desk.rows(old, conference=held)) == 1
    await desk.hears(refusal(case_id, asked, reason="backstop_stands"))
    assert await division(desk, held) == (None, '"1"')
