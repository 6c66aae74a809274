"""The next-best call, second calls, checks by another caller, sampling, and what ends a round."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shared.events.intake import CaseAnonymised
from tests.integration.survey_desk import (
    MORNING,
    NIGHT,
    NO,
    NOON,
    YES,
    Desk,
    desk,
    house,
    refused,
    reopened,
    resolved,
)

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
TWO_MINDS = {"contacted": True, "solved": "no", "satisfied": "satisfied"}


async def next_of(desk: Desk, by: str = "caller-1") -> str | None:
    """Which callback the desk hands this caller; intake cannot be asked here, and the claim stands."""
    answer = await desk.claims_next(by=by)
    assert answer.status_code in (204, 503), answer.text
    if answer.status_code == 204:
        return None
    rows = await desk.rows(
        "SELECT callback_id FROM callbacks WHERE claimed_by = :by "
        "ORDER BY claimed_until DESC, due_at DESC LIMIT 1",
        by=by,
    )
    return str(rows[0]["callback_id"])


async def test_the_next_best_call_is_the_one_that_has_waited_longest_and_is_free(desk: Desk) -> None:
    made = []
    for minutes in (0, 1, 2):
        desk.clock.at = NOON + timedelta(minutes=minutes)
        made.append(await desk.callback())
    assert [await next_of(desk), await next_of(desk, "caller-2")] == made[:2]
    desk.clock.passes(minutes=1)
    assert [await next_of(desk, "caller-4"), await next_of(desk, "caller-3")] == [made[2], None]
    desk.clock.passes(minutes=29)
    # Two leases are over; the third caller is given the oldest again.
    assert await next_of(desk, "caller-3") == made[0]


async def test_what_was_in_a_hand_that_did_not_call_keeps_its_place_in_the_queue(desk: Desk) -> None:
    made = []
    for minutes in (0, 1, 2):
        desk.clock.at = NOON + timedelta(minutes=minutes)
        made.append(await desk.callback())
    assert await next_of(desk) == made[0]
    desk.clock.passes(minutes=31)
    assert [await next_of(desk, "caller-2"), await next_of(desk, "caller-3")] == made[:2]


async def test_who_asks_again_with_a_call_in_hand_is_given_the_same_and_nothing_is_burned(desk: Desk) -> None:
    made = [await desk.callback() for _ in range(2)]
    # Intake is away here: each answer is a 503 that names no callback.
    assert [await next_of(desk), await next_of(desk), await next_of(desk)] == [made[0]] * 3
    mine = (await desk.reads("callbacks", mine=True)).json()["items"]
    assert mine == [], "somebody else's worklist"
    held = await desk.client.get("/v1/callbacks?mine=true", headers=desk.token("caller", sub="caller-1"))
    assert [item["callback_id"] for item in held.json()["items"]] == [made[0]]
    assert await next_of(desk, "caller-2") == made[1]
    await desk.tries(made[0], missed="busy")
    assert await next_of(desk) is None


async def test_a_handful_is_the_callers_own_and_tells_nobodys_number(desk: Desk) -> None:
    made = [await desk.callback() for _ in range(4)]
    headers = desk.token("caller", sub="caller-1")
    desk.clock.passes(minutes=1)
    taken = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json={"count": 3})
    assert taken.status_code == 200
    assert [item["callback_id"] for item in taken.json()["items"]] == made[:3]
    assert "contact" not in taken.text.replace("contacted", "")
    assert [await next_of(desk, "caller-2"), await next_of(desk, "caller-3")] == [made[3], None]
    for _ in range(60):
        await desk.callback()
    desk.clock.passes(minutes=1)
    for wanted, given in ((40, 40), (40, 7)):
        more = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json={"count": wanted})
        assert len(more.json()["items"]) == given
    full = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json={"count": 1})
    assert (*refused(full), full.json()["most"]) == (409, "hands_full", 50)
    await desk.tries(made[0], missed="busy")
    again = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json={"count": 2})
    assert len(again.json()["items"]) == 1
    for body in ({"count": 0}, {"count": 51}, {}, {"count": "3"}):
        wrong = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json=body)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "count")


async def test_handfuls_asked_for_at_once_are_together_no_more_than_one_has_in_hand(desk: Desk) -> None:
    for _ in range(70):
        await desk.callback()
    desk.clock.passes(minutes=1)
    headers = desk.token("caller", sub="caller-4")
    asked = ({"count": 30}, {"count": 20}, {"count": 40})
    answers = await asyncio.gather(
        *(desk.client.post("/v1/callbacks/next/reserve", headers=headers, json=body) for body in asked)
    )
    taken = [len(answer.json()["items"]) for answer in answers if answer.status_code == 200]
    assert sum(taken) == 50
    assert {refused(answer) for answer in answers if answer.status_code != 200} <= {(409, "hands_full")}


async def test_who_was_promised_a_time_is_called_before_those_who_wait_longer(desk: Desk) -> None:
    promised, waits = await desk.callback(), await desk.callback()
    await desk.holds(promised)
    asked = NOON + timedelta(hours=3)
    put_off = await desk.tries(promised, missed="put_off", call_at=asked.isoformat())
    assert put_off.status_code == 201
    assert (put_off.json()["state"], put_off.json()["promised"]) == ("scheduled", True)
    assert datetime.fromisoformat(put_off.json()["due_at"]) == asked
    desk.clock.at = asked
    assert [await next_of(desk, "caller-2"), await next_of(desk, "caller-3")] == [promised, waits]
    listed = (await desk.reads("callbacks")).json()["items"]
    assert {item["callback_id"]: item["promised"] for item in listed} == {promised: True, waits: False}
    for said, field in (
        ({"missed": "put_off"}, "call_at"),
        ({"missed": "put_off", "call_at": "2026-11-23T18:00:00"}, "call_at"),
        ({"missed": "put_off", "call_at": NIGHT.isoformat()}, "call_at"),
        ({"missed": "busy", "call_at": MORNING.isoformat()}, "call_at"),
    ):
        wrong = await desk.tries(promised, by="caller-2", **said)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)


async def test_a_call_that_its_caller_cannot_make_is_handed_back_to_another(desk: Desk) -> None:
    made = [await desk.callback() for _ in range(2)]

    async def hands_back(callback_id: str, by: str) -> int:
        path, headers = f"/v1/callbacks/{callback_id}/claim", desk.token("caller", sub=by)
        return (await desk.client.delete(path, headers=headers)).status_code

    assert await next_of(desk) == made[0]
    assert await hands_back(made[0], "caller-2") == 409
    assert [await hands_back(made[0], "caller-1") for _ in range(2)] == [204, 204]
    assert await next_of(desk) == made[1]
    assert await next_of(desk, "caller-2") == made[0]
    assert [await hands_back(made[0], "caller-2"), await hands_back(made[1], "caller-1")] == [204, 204]
    assert [await next_of(desk, "caller-2"), await next_of(desk, "caller-2")] == [made[1], made[1]]
    # Nobody else is there any more.
    assert [await hands_back(made[1], "caller-2"), await next_of(desk, "caller-2")] == [204, None]
    desk.clock.passes(minutes=30)
    assert await next_of(desk, "caller-2") == made[0]
    other = await desk.client.delete(f"/v1/callbacks/{made[0]}/claim", headers=desk.token("ops"))
    assert other.status_code == 403


async def test_nobody_is_given_a_call_at_night_nor_one_that_is_not_due(desk: Desk) -> None:
    callback_id = await desk.callback()
    desk.clock.at = NIGHT
    asked = await desk.claims_next()
    assert refused(asked) == (409, "quiet_hours")
    assert datetime.fromisoformat(asked.json()["opens_at"]) == MORNING
    desk.clock.at = NOON
    await desk.holds(callback_id)
    await desk.tries(callback_id, missed="busy")
    assert (await desk.sees(callback_id))["attempts"][0]["missed"] == "busy"
    assert await next_of(desk, "caller-2") is None
    desk.clock.passes(hours=4)
    assert await next_of(desk, "caller-2") == callback_id


async def test_two_minds_are_called_a_second_time_and_router_hears_nothing_before(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    token = await desk.link(callback_id)
    assert (await desk.answers(token, **TWO_MINDS)).json()["state"] == "scheduled"
    assert refused(await desk.answers(token, **YES)) == (410, "link_used")
    assert await desk.told(case_id) == ["callback.scheduled", "callback.attempted"]
    (item,) = [
        one
        for one in (await desk.reads("callbacks", limit=200)).json()["items"]
        if one["callback_id"] == callback_id
    ]
    assert item["second_call"]
    desk.clock.passes(hours=4)
    assert await next_of(desk) == callback_id
    assert (await desk.sees(callback_id))["in_doubt"]["satisfied"] == "satisfied"
    assert (await desk.tries(callback_id, answers=NO)).json()["flagged"]
    completed = (await desk.said(case_id))[-1]["payload"]
    assert (completed["satisfied"], completed["flagged"], completed["channel"]) == ("not", True, "phone")


async def test_a_result_is_checked_by_another_caller(desk: Desk) -> None:
    desk.goes_by(recheck=Decimal(1))
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.holds(callback_id)
    assert (await desk.tries(callback_id, answers=YES)).status_code == 201
    listed = (await desk.reads("callbacks", kind="recheck")).json()["items"]
    check_id = next(item["callback_id"] for item in listed if item["case_id"] == str(case_id))
    desk.clock.passes(hours=4)
    assert await next_of(desk) is None
    assert refused(await desk.claims(check_id)) == (409, "checked_by_oneself")
    assert await next_of(desk, "caller-2") == check_id
    other = desk.token("caller", sub="caller-2")
    for kind, shown in (("", [check_id]), ("&kind=recheck", [check_id]), ("&kind=round", [])):
        mine = await desk.client.get(f"/v1/callbacks?mine=true{kind}", headers=other)
        assert [item["callback_id"] for item in mine.json()["items"]] == shown
    checked = (await desk.tries(check_id, by="caller-2", answers=NO)).json()
    assert (checked["checks"], checked["agrees"], checked["scored"]) == (callback_id, False, False)
    assert (await desk.told(case_id))[-2:] == ["callback.completed", "callback.rechecked"]
    assert (await desk.sees(callback_id))["answers"]["solved"] == "yes"


async def test_a_check_nobody_else_can_make_does_not_stay_open_for_ever(desk: Desk) -> None:
    desk.goes_by(recheck=Decimal(1))
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.holds(callback_id)
    await desk.tries(callback_id, answers=YES)
    desk.clock.passes(days=14)
    await desk.rings("end_expired")
    listed = (await desk.reads("callbacks", kind="recheck", state="not_done")).json()["items"]
    assert [item["case_id"] for item in listed] == [str(case_id)]
    assert (await desk.told(case_id))[-1] == "callback.completed"


async def test_a_case_that_is_not_drawn_is_skipped_by_a_fact_and_nobody_is_called(desk: Desk) -> None:
    desk.goes_by(sampling=Decimal("0.1"))
    made = [await desk.case() for _ in range(60)]
    await desk.hears(*(resolved(case_id) for case_id in made))
    told = [await desk.told(case_id) for case_id in made]
    skipped = [case_id for case_id, said in zip(made, told, strict=True) if said == ["callback.skipped"]]
    assert len(skipped) + told.count(["callback.scheduled"]) == 60
    assert len(skipped) >= 30
    (fact,) = await desk.said(skipped[0])
    assert fact["payload"]["share"] == 0.1
    await desk.sends()
    assert (
        await desk.rows(
            "SELECT 1 FROM messages JOIN callbacks USING (callback_id) WHERE case_id = ANY(:those)",
            those=skipped,
        )
        == []
    )


async def test_a_reopened_case_ends_the_running_callback_and_a_fresh_round_stands_beside(desk: Desk) -> None:
    case_id = await desk.case()
    first = await desk.callback(case_id)
    token = await desk.link(first)
    await desk.hears(reopened(case_id, first))
    assert (await desk.sees(first))["state"] == "cancelled"
    assert refused(await desk.answers(token)) == (410, "callback_called_off")
    await desk.hears(resolved(case_id, redo=1))
    second = await desk.callback_of(case_id)
    assert second != first
    assert (await desk.tries(second, inbound=True, answers=YES)).json()["round"] == 2
    assert await desk.told(case_id) == [
        "callback.scheduled",
        "callback.cancelled",
        "callback.scheduled",
        "callback.attempted",
        "callback.completed",
    ]


async def test_a_round_whose_days_are_over_ends_unreachable_by_itself(desk: Desk) -> None:
    case_id = await desk.case()
    token = await desk.link(await desk.callback(case_id))
    desk.clock.passes(days=14)
    assert await desk.rings("end_expired") >= 1
    assert await desk.rings("end_expired") == 0
    assert (await desk.told(case_id))[-1] == "callback.unreachable"
    assert refused(await desk.opens(token)) == (410, "link_expired")


async def test_a_promised_call_is_handed_out_though_the_days_to_answer_ended_in_the_night(desk: Desk) -> None:
    desk.clock.at = NOON + timedelta(hours=7)
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.link(callback_id)
    await desk.holds(callback_id)
    evening = NOON + timedelta(days=14, hours=7) - timedelta(minutes=1)
    assert (await desk.tries(callback_id, missed="put_off", call_at=evening.isoformat())).status_code == 201
    desk.clock.at = MORNING + timedelta(days=14)
    assert await desk.rings("end_expired") == 0
    assert await next_of(desk) == callback_id
    await desk.tries(callback_id, missed="no_answer")
    assert await desk.rings("end_expired") == 1
    assert (await desk.told(case_id))[-1] == "callback.unreachable"


async def test_a_year_after_the_round_the_words_are_in_no_row_any_more(desk: Desk) -> None:
    callback_id = await desk.callback()
    await desk.answers(await desk.link(callback_id), **TWO_MINDS, note="先说的话")
    desk.clock.passes(hours=4)
    await desk.holds(callback_id)
    assert (await desk.tries(callback_id, answers={**NO, "note": "后说的话"})).status_code == 201
    asked, ended_at = await desk.sees(callback_id), desk.clock.now()
    assert [asked[name]["note"] for name in ("in_doubt", "answers")] == ["先说的话", "后说的话"]
    desk.clock.at = ended_at + timedelta(days=365) - timedelta(seconds=1)
    await desk.rings("anonymise")
    assert await desk.sees(callback_id) == asked
    desk.clock.passes(seconds=1)
    assert [await desk.rings("anonymise") for _ in range(2)] == [1, 0]
    seen = await desk.sees(callback_id)
    assert [seen.pop(name)["note"] for name in ("in_doubt", "answers")] == ["", ""]
    assert seen == {name: asked[name] for name in seen}
    whole = [row for rows in (await desk.contents()).values() for row in rows]
    assert [row for row in whole if "说的话" in row] == []


async def test_who_wishes_to_be_forgotten_is_forgotten_as_soon_as_it_is_heard(desk: Desk) -> None:
    desk.goes_by(recheck=Decimal(1))
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.holds(callback_id)
    assert (await desk.tries(callback_id, answers={**YES, "note": "我的话"})).status_code == 201
    desk.clock.passes(hours=4)
    check_id = await next_of(desk, "caller-2")
    assert check_id
    asked = await desk.sees(callback_id)
    await desk.hears(CaseAnonymised(case_id=case_id), again=1)
    # A check in somebody's hand is over: nobody is called any more, and no new words are kept.
    spoken = await desk.tries(check_id, by="caller-2", answers={**YES, "note": "我的话"})
    assert (spoken.status_code, await next_of(desk, "caller-2")) == (409, None)
    seen = await desk.sees(callback_id)
    assert (asked["answers"].pop("note"), seen["answers"].pop("note")) == ("我的话", "")
    assert seen == asked
    assert [row for rows in (await desk.contents()).values() for row in rows if "我的话" in row] == []
