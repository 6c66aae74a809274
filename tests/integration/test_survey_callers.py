"""The callers' doors: the worklist, a callback in hand, and a call written down."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from shared.kernel.ids import new_id
from tests.integration.survey_desk import MORNING, NIGHT, NO, NOON, YES, Desk, desk, house

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def pages(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    """The whole list, two at a time."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await desk.reads("callbacks", limit=2, **cursor, **query)).json()
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}


async def test_the_worklist_begins_with_the_longest_due_and_pages_without_gap(desk: Desk) -> None:
    made = []
    for minutes in (40, 10, 30, 20, 20):
        desk.clock.at = NOON - timedelta(days=9) + timedelta(minutes=minutes)
        made.append(await desk.callback())
    until = (NOON - timedelta(days=8)).isoformat()
    listed = await pages(desk, due_before=until)
    assert {item["callback_id"] for item in listed} == set(made)
    places = [(item["due_at"], item["callback_id"]) for item in listed]
    assert len(places) == 5
    assert places == sorted(places)
    assert await pages(desk, due_before=(NOON - timedelta(days=10)).isoformat()) == []


async def test_the_worklist_is_of_one_state(desk: Desk) -> None:
    callback_id = await desk.callback()
    await desk.tries(callback_id, inbound=True, answers=YES)

    async def listed(**query: Any) -> bool:
        return callback_id in [item["callback_id"] for item in await pages(desk, **query)]

    assert [await listed(), await listed(state="completed")] == [False, True]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "lost"},
        {"due_before": "2026-11-23T12:00:00"},
        {"due_before": "tomorrow"},
        {"limit": "0"},
        {"cursor": "bm9uZQ"},
    ],
)
async def test_a_worklist_asked_for_wrongly_names_what_is_wrong(desk: Desk, query: dict[str, str]) -> None:
    answer = await desk.reads("callbacks", **query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(query))


@pytest.mark.parametrize("due_before", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_a_time_at_the_calendars_end_is_no_bug(desk: Desk, due_before: str) -> None:
    assert (await desk.reads("callbacks", due_before=due_before)).status_code == 200


async def test_only_the_callback_desk_sees_callbacks_and_only_callers_take_them(desk: Desk) -> None:
    callback_id = await desk.callback()
    before = await desk.counts()
    for role, may_see in {
        "caller": 200,
        "supervisor": 200,
        "ops": 200,
        "unit": 403,
        "dispatcher": 403,
        "citizen": 403,
        "client": 403,
        "analyst": 403,
        "service": 403,
    }.items():
        assert (await desk.reads("callbacks", role)).status_code == may_see
        assert (await desk.reads(f"callbacks/{callback_id}", role)).status_code == may_see
        if role != "caller":
            for move in ("claim", "attempts"):
                path = f"/v1/callbacks/{callback_id}/{move}"
                answer = await desk.client.post(path, headers=desk.token(role), json={"reached": False})
                assert answer.status_code == 403
    assert (await desk.client.get("/v1/callbacks")).status_code == 401
    assert (await desk.client.post(f"/v1/callbacks/{callback_id}/claim")).status_code == 401
    assert await desk.counts() == before
    assert (await desk.sees(callback_id))["claimed_until"] is None


async def test_a_callback_nobody_knows_is_not_found_at_any_door(desk: Desk) -> None:
    unknown = str(new_id())
    before = await desk.counts()
    answers = [
        await desk.reads(f"callbacks/{unknown}"),
        await desk.claims(unknown),
        await desk.tries(unknown, inbound=True, answers=YES, key="unknown"),
    ]
    assert [(a.status_code, a.json()["reason"]) for a in answers] == [(404, "unknown_callback")] * 3
    assert await desk.counts() == before


async def test_a_claim_is_for_half_an_hour_and_its_holder_may_renew_it(desk: Desk) -> None:
    callback_id = await desk.callback()
    await desk.holds(callback_id)
    desk.clock.passes(minutes=20)
    await desk.holds(callback_id)
    until = datetime.fromisoformat((await desk.sees(callback_id))["claimed_until"])
    assert until == NOON + timedelta(minutes=50)
    desk.clock.passes(minutes=29)
    refused = await desk.claims(callback_id, by="caller-2")
    assert (refused.status_code, refused.json()["reason"]) == (409, "claimed_by_another")
    assert datetime.fromisoformat(refused.json()["until"]) == until
    desk.clock.passes(minutes=1)
    await desk.holds(callback_id, by="caller-2")


async def test_who_was_shown_a_contact_is_written_down_for_ever_and_only_operators_read_it(
    desk: Desk,
) -> None:
    callback_id = await desk.callback()
    await desk.holds(callback_id)
    assert (await desk.claims(callback_id, by="caller-2")).status_code == 409
    case_id = (await desk.sees(callback_id))["case_id"]
    (line,) = (await desk.reads("contact-readings", role="ops", case_id=case_id)).json()["items"]
    assert (line["callback_id"], line["by"]) == (callback_id, "caller-1")
    assert (await desk.reads("contact-readings", role="ops", case_id=case_id, by="x")).json()["items"] == []
    for role in ("caller", "supervisor", "analyst", "citizen"):
        assert (await desk.reads("contact-readings", role=role)).status_code == 403
    with pytest.raises(IntegrityError, match="append-only"):
        await desk.rows("DELETE FROM readings RETURNING 1")


async def test_of_two_callers_at_once_one_has_the_callback(desk: Desk) -> None:
    callback_id = await desk.callback()
    callers = [f"caller-{number}" for number in range(6)]
    answers = await asyncio.gather(*(desk.claims(callback_id, by=caller) for caller in callers))
    refused = [answer for answer in answers if answer.status_code == 409]
    assert len(refused) == 5
    assert {answer.json()["reason"] for answer in refused} == {"claimed_by_another"}
    (row,) = await desk.rows("SELECT claimed_by FROM callbacks WHERE callback_id = :id", id=callback_id)
    holder = next(c for c, answer in zip(callers, answers, strict=True) if answer.status_code != 409)
    assert row["claimed_by"] == holder


async def test_an_answer_completes_the_callback_and_is_said_in_codes(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.holds(callback_id)
    answer = await desk.tries(callback_id, answers={**NO, "note": "群众原话"})
    assert answer.status_code == 201
    found = answer.json()
    assert (found["state"], found["scored"], found["answers"]["note"]) == ("completed", True, None)
    seen = await desk.sees(callback_id)
    assert seen == {**found, "answers": {**found["answers"], "note": "群众原话"}}
    assert await desk.told(case_id) == ["callback.scheduled", "callback.attempted", "callback.completed"]
    completed = (await desk.said(case_id))[-1]["payload"]
    assert {name: completed[name] for name in ("channel", "contacted", "solved", "satisfied", "scored")} == {
        "channel": "phone",
        "contacted": False,
        "solved": "no",
        "satisfied": "not",
        "scored": True,
    }
    assert "群众原话" not in str(await desk.said(case_id))


async def test_nobody_is_called_in_quiet_hours_but_the_citizen_may_ring(desk: Desk) -> None:
    callback_id = await desk.callback()
    desk.clock.at = NIGHT
    before = await desk.counts()
    claimed = await desk.claims(callback_id)
    assert (claimed.status_code, claimed.json()["reason"]) == (409, "quiet_hours")
    refused = await desk.tries(callback_id, answers=YES, key="at-night")
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.status_code, refused.json()["reason"]) == (409, "quiet_hours")
    assert datetime.fromisoformat(refused.json()["opens_at"]) == MORNING
    assert await desk.counts() == before
    rang = await desk.claims(callback_id, inbound=True)
    assert (rang.status_code, rang.json()["contact"]) == (200, {"name": None, "phone": None})
    assert await desk.rows("SELECT 1 FROM readings WHERE callback_id = :id", id=UUID(callback_id)) == []
    assert (await desk.tries(callback_id, answers=YES, inbound=True, key="at-night")).status_code == 201


async def test_of_a_citizen_who_rings_the_callback_is_found_by_the_case(desk: Desk) -> None:
    await desk.callback()
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.callback()

    async def listed(**query: str) -> list[str]:
        return [item["callback_id"] for item in await pages(desk, case_id=str(case_id), **query)]

    assert await listed() == [callback_id]
    assert await listed(state="completed") == []
    await desk.tries(callback_id, inbound=True, answers=YES)
    assert [await listed(), await listed(state="completed")] == [[], [callback_id]]


async def test_a_citizen_who_rang_was_reached(desk: Desk) -> None:
    callback_id = await desk.callback()
    desk.clock.at = NIGHT
    answer = await desk.tries(callback_id, inbound=True)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "inbound")
    assert (await desk.sees(callback_id))["attempts"] == []


async def test_who_has_no_claim_writes_nothing_down(desk: Desk) -> None:
    callback_id = await desk.callback()
    assert (await desk.tries(callback_id)).json()["reason"] == "not_claimed"
    await desk.holds(callback_id, by="caller-2")
    assert (await desk.tries(callback_id)).json()["reason"] == "not_claimed"
    desk.clock.passes(minutes=30)
    assert (await desk.tries(callback_id, by="caller-2")).json()["reason"] == "not_claimed"
    assert (await desk.sees(callback_id))["attempts"] == []


async def test_the_ladder_of_four_calls_ends_unreachable(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    for hours in (4, 24, 72):
        await desk.holds(callback_id)
        assert (await desk.tries(callback_id)).status_code == 201
        assert (await desk.claims(callback_id)).json()["reason"] == "not_due_yet"
        early = await desk.tries(callback_id)
        assert (early.status_code, early.json()["reason"]) == (409, "not_due_yet")
        due = datetime.fromisoformat(early.json()["due_at"])
        assert due == NOON + timedelta(hours=hours)
        desk.clock.at = due
    await desk.holds(callback_id)
    last = (await desk.tries(callback_id)).json()
    assert (last["state"], len(last["attempts"])) == ("unreachable", 4)
    assert (await desk.told(case_id))[-2:] == ["callback.attempted", "callback.unreachable"]
    assert (await desk.claims(callback_id)).status_code == 409


async def test_a_desk_that_is_days_late_does_not_use_up_the_ladder_at_once(desk: Desk) -> None:
    callback_id = await desk.callback()
    desk.clock.passes(days=7)
    await desk.holds(callback_id)
    assert (await desk.tries(callback_id)).status_code == 201
    assert (await desk.claims(callback_id)).json()["reason"] == "not_due_yet"
    assert (await desk.tries(callback_id)).json()["reason"] == "not_due_yet"


async def test_the_same_key_writes_a_call_down_once(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.holds(callback_id)
    first = await desk.tries(callback_id, key="call-1")
    again = await desk.tries(callback_id, key="call-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert len((await desk.sees(callback_id))["attempts"]) == 1
    other = await desk.tries(callback_id, key="call-1", answers=YES)
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")
    assert (await desk.told(case_id)).count("callback.attempted") == 1


async def test_the_same_key_at_once_writes_a_call_down_once(desk: Desk) -> None:
    callback_id = await desk.callback()
    await desk.holds(callback_id)
    tries = [desk.tries(callback_id, key="call-2", answers=YES) for _ in range(4)]
    answers = await asyncio.gather(*tries)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert len((await desk.sees(callback_id))["attempts"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reached": "perhaps"}, "reached"),
        ({"reached": True}, "answers"),
        ({"reached": False, "answers": YES}, "answers"),
        ({"answers": {**YES, "solved": "mostly"}}, "answers.solved"),
        ({"answers": {**YES, "contacted": "yes"}}, "answers.contacted"),
        ({"answers": {"contacted": True, "solved": "yes"}}, "answers.satisfied"),
        ({"answers": {**YES, "note": "a\x00b"}}, "answers.note"),
        ({"answers": {**YES, "note": "x" * 2_001}}, "answers.note"),
        ({"answers": {**YES, "phone": "13812345678"}}, "answers.phone"),
        ({"inbound": 1}, "inbound"),
        ({"when": "now"}, "when"),
    ],
)
async def test_a_call_written_down_wrongly_is_refused_by_field_and_stores_nothing(
    desk: Desk, body: dict[str, Any], field: str
) -> None:
    callback_id = await desk.callback()
    await desk.holds(callback_id)
    before, seen = await desk.counts(), await desk.sees(callback_id)
    answer = await desk.tries(callback_id, key="wrong", **body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert "13812345678" not in answer.text
    assert (await desk.counts(), await desk.sees(callback_id)) == (before, seen)


async def test_a_callback_id_that_is_none_is_refused_by_name(desk: Desk) -> None:
    for answer in (
        await desk.reads("callbacks/first"),
        await desk.claims("first"),
        await desk.tries("first"),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "callback_id")
