"""联席会商 over HTTP on a real Postgres: recorded once, and what router made of it is read with it."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.grid.store.tables import SEATED
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
AT_TABLE = (({"share": "lead"}, ENFORCEMENT), ({"share": "co"}, UnitCode("D110101-GAJ")))
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


async def listed(desk: Desk, *, by: str | None, role: str = "unit", **query: Any) -> list[str]:
    """The ids of the whole list, two at a time."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await desk.reads("conferences", by=by, role=role, limit=2, **cursor, **query)
        assert answer.status_code == 200, answer.text
        ids += [each["conference_id"] for each in answer.json()["items"]]
        if answer.json()["next"] is None:
            return ids
        cursor = {"cursor": answer.json()["next"]}


async def called_by_the_desk(desk: Desk, case_id: str, *units: UnitCode) -> str:
    parties = [{"unit": unit, "share": share} for unit, share in zip(units, ("lead", "co"), strict=True)]
    body, headers = conference(case_id, parties=parties), desk.token("dispatcher")
    answer = await desk.client.post("/v1/conferences", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    held: str = answer.json()["conference_id"]
    return held


async def test_the_list_shows_each_reader_those_that_he_may_read_the_newest_first(desk: Desk) -> None:
    before = await listed(desk, by=None, role="supervisor")
    case_id, other = await a_case(desk, QIANMEN, CAOCHANG), await a_case(desk, HUILONGGUAN, LONGCHENG)
    ours = [(await recorded(desk, case_id))[0] for _ in range(3)][::-1]
    theirs = await called_by_the_desk(desk, other, HUILONGGUAN, LONGCHENG)
    both = await called_by_the_desk(desk, other, QIANMEN, LONGCHENG)
    assert await listed(desk, by=None, role="supervisor") == [both, theirs, *ours, *before]
    everybody = (QIANMEN, ENFORCEMENT, HUILONGGUAN, LONGCHENG, CAOCHANG, UnitCode("110101"))
    for reader in (*everybody, UnitCode("110114")):
        seen = set(await listed(desk, by=reader))
        for held in (both, theirs, *ours):
            status = (await desk.reads(f"conferences/{held}", by=reader)).status_code
            assert status == (200 if held in seen else 404), reader
    # Called by the street, which sat not at the table itself.
    alone = conference(case_id, parties=[{**one, "unit": u} for one, u in AT_TABLE])
    headers = desk.token("unit", unit=QIANMEN)
    called = (await desk.client.post("/v1/conferences", json=alone, headers=headers)).json()["conference_id"]
    assert (await listed(desk, by=QIANMEN))[0] == called
    assert called not in await listed(desk, by=CAOCHANG)


async def test_the_list_is_narrowed_to_a_case_a_party_and_what_router_made_of_it(desk: Desk) -> None:
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    (first, asked), (second, _) = [await recorded(desk, case_id) for _ in range(2)]
    await desk.hears(refusal(case_id, asked, reason="backstop_stands"))
    about = {"by": QIANMEN, "case_id": case_id}
    assert await listed(desk, **about) == [second, first]
    assert await listed(desk, **about, outcome="pending") == [second]
    assert await listed(desk, **about, outcome="refused", unit=ENFORCEMENT) == [first]
    assert await listed(desk, **about, unit=UnitCode("110101")) == [second, first]
    assert await listed(desk, **about, unit=LONGCHENG) == []
    assert await listed(desk, by=HUILONGGUAN, case_id=case_id, unit=QIANMEN) == []
    (shown, *_) = (await desk.reads("conferences", **about, outcome="refused")).json()["items"]
    assert (shown["division"]["reason"], shown["minutes"]) == ("backstop_stands", None)
    for query in ({"unit": "nowhere"}, {"outcome": "lost"}, {"case_id": "1"}):
        wrong = await desk.reads("conferences", by=QIANMEN, **query)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, next(iter(query)))
    assert (await desk.reads("conferences", by=QIANMEN, role="grid_worker")).status_code == 403


async def test_a_unit_s_conferences_are_found_by_an_index_of_who_sat_at_the_table(desk: Desk) -> None:
    query = f"EXPLAIN SELECT 1 FROM conferences WHERE {SEATED} ?| ARRAY['{QIANMEN}']"
    async with desk.flat.store.engine.connect() as connection:
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(str(row[0]) for row in await connection.exec_driver_sql(query))
    assert "ix_conferences_seated" in plan
