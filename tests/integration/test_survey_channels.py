"""回访渠道: the next-best call, second calls, checks, the page, the app, keys, the gateway's word."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from shared.kernel.ids import CallbackId, CaseId, new_id
from shared.sealing.passes import CasePasses
from tests.integration.survey_desk import (
    MORNING,
    NIGHT,
    NO,
    NOON,
    YES,
    Desk,
    reopened,
    resolved,
    survey_desk,
    withdrawn,
)
from tests.kit.accessible import Page, faults

pytestmark = pytest.mark.postgres
TWO_MINDS = {"contacted": True, "solved": "no", "satisfied": "satisfied"}


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with survey_desk(database, tmp_path_factory.mktemp("survey-keys")) as desk:
        yield desk


@pytest.fixture
async def desk(house: Desk) -> Desk:
    """A desk where nothing waits any more from the tests before."""
    house.clock.at = NOON
    house.goes_by()
    waiting = await house.rows("SELECT DISTINCT case_id FROM callbacks WHERE state = 'scheduled'")
    for row in waiting:
        await house.hears(withdrawn(CaseId(row["case_id"])))
    return house


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


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
    for body in ({"count": 0}, {"count": 51}, {}, {"count": "3"}):
        wrong = await desk.client.post("/v1/callbacks/next/reserve", headers=headers, json=body)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "count")


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
    assert refused(await desk.answers(token)) == (410, "link_used")
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


async def fills_in(desk: Desk, token: str, lang: str = "zh", **said: Any) -> httpx.Response:
    """A browser sends the page's form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    content = urlencode(said, doseq=True)
    return await desk.client.post(f"/links/{token}?lang={lang}", content=content, headers=headers)


@pytest.mark.parametrize(("lang", "tag", "thanks"), [("zh", "zh-CN", "谢谢"), ("en", "en", "Thank you")])
async def test_the_page_behind_the_link_works_in_a_plain_browser(
    desk: Desk, lang: str, tag: str, thanks: str
) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    token = await desk.link(callback_id)
    assert (await desk.message(callback_id))["url"] == f"http://survey/links/{token}"
    opened = await desk.client.get(f"/links/{token}", headers={"Accept-Language": tag})
    assert (opened.status_code, opened.headers["Content-Language"]) == (200, tag)
    assert opened.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in opened.headers["Content-Security-Policy"]
    assert faults(opened.text, tag) == []
    before = await desk.counts()
    incomplete = await fills_in(desk, token, lang, solved="yes", note="<b>等</b>")
    assert (incomplete.status_code, faults(incomplete.text, tag)) == (422, [])
    assert Page(incomplete.text).all("textarea")[0].words == "<b>等</b>"
    assert await desk.counts() == before
    done = await fills_in(
        desk,
        token,
        lang,
        contacted="yes",
        solved="no",
        satisfied="not",
        reasons=["too_slow", "other"],
        note="慢",
    )
    assert (done.status_code, faults(done.text, tag)) == (201, [])
    assert thanks in done.text
    found = await desk.sees(callback_id)
    assert (found["channel"], found["answers"]["reasons"], found["answers"]["note"]) == (
        "link",
        ["too_slow", "other"],
        "慢",
    )
    completed = (await desk.said(case_id))[-1]["payload"]
    assert (completed["reasons"], "慢" in str(completed)) == (["too_slow", "other"], False)
    again = await fills_in(desk, token, lang, contacted="yes", solved="yes", satisfied="satisfied")
    assert (again.status_code, faults(again.text, "zh-CN")) == (410, [])
    assert (await desk.client.get(f"/links/{token}")).status_code == 410


async def test_a_page_for_a_forged_or_over_link_says_so_in_words(desk: Desk) -> None:
    token = await desk.link(await desk.callback())
    forged = await desk.client.get(f"/links/{token[:-1]}x")
    assert (forged.status_code, forged.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert faults(forged.text, "zh-CN") == []
    desk.clock.passes(days=14)
    over = await fills_in(desk, token, contacted="yes", solved="yes", satisfied="satisfied")
    assert (over.status_code, "链接已过有效期" in over.text) == (410, True)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"contacted=yes", "application/json", 415),
        (b"contacted=%ff", "application/x-www-form-urlencoded", 422),
        (b"note=a%00b", "application/x-www-form-urlencoded", 422),
        (b"&".join(b"a=1" for _ in range(100)), "application/x-www-form-urlencoded", 422),
    ],
)
async def test_a_form_that_is_none_changes_nothing(
    desk: Desk, content: bytes, kind: str, status: int
) -> None:
    token = await desk.link(await desk.callback())
    before = await desk.counts()
    answer = await desk.client.post(f"/links/{token}", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert await desk.counts() == before


def passes(desk: Desk) -> CasePasses:
    found: CasePasses = desk.flat.equipment.passes
    return found


async def answers_in_app(desk: Desk, case_pass: str, **said: Any) -> httpx.Response:
    return await desk.client.post(f"/v1/app-callbacks/{case_pass}", json={**YES, **said})


async def test_whoever_follows_the_case_answers_in_the_app_even_at_night(desk: Desk) -> None:
    desk.clock.at = NIGHT
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    case_pass = passes(desk).make(case_id, at=NIGHT)
    asked = await desk.client.get(f"/v1/app-callbacks/{case_pass}", headers={"Accept-Language": "en"})
    assert (asked.status_code, asked.json()["callback_id"]) == (200, callback_id)
    assert {one["code"] for one in asked.json()["form"]["solved"]} == {"yes", "partly", "no"}
    answers = await asyncio.gather(*(answers_in_app(desk, case_pass) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 410, 410, 410]
    assert (await desk.told(case_id)).count("callback.completed") == 1
    assert (await desk.said(case_id))[-1]["payload"]["channel"] == "in_app"


async def test_a_pass_that_is_over_forged_or_of_a_case_not_asked_about_answers_nothing(desk: Desk) -> None:
    case_id = await desk.case()
    good = passes(desk).make(case_id, at=NOON)
    assert refused(await answers_in_app(desk, good)) == (410, "nothing_asked")
    callback_id = await desk.callback(case_id)
    before = await desk.counts()
    assert refused(await answers_in_app(desk, good[:-2])) == (404, "unknown_pass")
    # A link's token is no pass, and a pass is no link.
    token = desk.flat.equipment.links.token(CallbackId(UUID(callback_id)))
    assert refused(await answers_in_app(desk, token)) == (404, "unknown_pass")
    assert refused(await desk.answers(good)) == (404, "unknown_link")
    unknown = passes(desk).make(CaseId(new_id()), at=NOON)
    assert refused(await answers_in_app(desk, unknown)) == (410, "nothing_asked")
    desk.clock.passes(hours=1)
    assert refused(await answers_in_app(desk, good)) == (410, "pass_over")
    assert await desk.counts() == before
    await desk.hears(withdrawn(case_id))
    late = passes(desk).make(case_id, at=desk.clock.now())
    assert refused(await answers_in_app(desk, late)) == (410, "nothing_asked")


async def test_keys_that_are_pressed_are_an_answer_and_are_taken_once(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    pressed = {"event_id": f"e-{callback_id}", "callback_id": callback_id, "keys": "124"}
    first, again = await desk.tells("keys", **pressed), await desk.tells("keys", **pressed)
    assert [(a.status_code, a.json()["outcome"]) for a in (first, again)] == [
        (200, "taken"),
        (200, "ignored"),
    ]
    completed = (await desk.said(case_id))[-1]["payload"]
    told = [completed[name] for name in ("channel", "contacted", "solved", "satisfied")]
    assert told == ["ivr", True, "partly", "no_opinion"]
    other = await desk.tells("keys", **{**pressed, "event_id": f"other-{callback_id}"})
    assert refused(other) == (409, "move_not_allowed")
    assert (await desk.told(case_id)).count("callback.completed") == 1


async def test_a_call_of_a_machine_that_nobody_takes_is_written_down(desk: Desk) -> None:
    callback_id = await desk.callback()
    answer = await desk.tells("keys", event_id=f"e-{callback_id}", callback_id=callback_id)
    assert answer.json() == {"outcome": "taken"}
    found = await desk.sees(callback_id)
    assert (found["state"], [a["channel"] for a in found["attempts"]]) == ("scheduled", ["ivr"])


@pytest.mark.parametrize("keys", ["", "1", "1111", "911", "1a1", "１１１"])
async def test_keys_that_are_no_answer_are_refused_and_leave_nothing(desk: Desk, keys: str) -> None:
    callback_id = await desk.callback()
    before = await desk.counts()
    answer = await desk.tells("keys", event_id="wrong-keys", callback_id=callback_id, keys=keys)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "keys")
    assert await desk.counts() == before


@pytest.mark.parametrize("path", ["keys", "deliveries"])
async def test_a_webhook_that_is_forged_or_stale_is_refused_and_leaves_nothing(desk: Desk, path: str) -> None:
    callback_id = await desk.callback()
    body = {"event_id": "forged", "callback_id": callback_id}
    body |= {"keys": "111"} if path == "keys" else {"kind": "sms", "status": "failed"}
    before = await desk.counts()
    kept = desk.flat.equipment.signatures.write(b"{}", at=datetime.now(UTC))
    for header in ("", "t=1,v1=" + "0" * 64, kept):
        assert refused(await desk.tells(path, signed=header, **body)) == (401, "forged_webhook")
    old = desk.flat.equipment.signatures.write(
        json.dumps(body).encode(), at=datetime.now(UTC) - timedelta(minutes=6)
    )
    assert refused(await desk.tells(path, signed=old, **body)) == (401, "stale_webhook")
    assert await desk.counts() == before


async def test_a_gateways_word_of_a_message_is_noted_once(desk: Desk) -> None:
    callback_id = await desk.callback()
    await desk.link(callback_id)
    arrived = {
        "event_id": f"d-{callback_id}",
        "callback_id": callback_id,
        "kind": "sms",
        "status": "delivered",
    }
    assert (await desk.tells("deliveries", **arrived)).json() == {"outcome": "taken"}
    assert (await desk.message(callback_id))["state"] == "delivered"
    late = {**arrived, "event_id": f"l-{callback_id}", "status": "failed"}
    for body in (arrived, late, {**late, "event_id": "x", "callback_id": str(new_id())}):
        assert (await desk.tells("deliveries", **body)).json() == {"outcome": "ignored"}
    assert (await desk.message(callback_id))["state"] == "delivered"
    desk.clock.passes(days=31)
    assert await desk.rings("forget_webhooks") >= 3


async def test_the_embedded_provider_shows_its_messages_to_operators_only(desk: Desk) -> None:
    # Later than whatever other tests were sent.
    desk.clock.passes(days=90)
    callback_id = await desk.callback()
    token = await desk.link(callback_id)
    asked = await desk.client.get("/messages")
    assert faults(asked.text, "zh-CN") == []
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for role, status in {"ops": 200, "caller": 401, "citizen": 401}.items():
        bearer = desk.token(role)["Authorization"].removeprefix("Bearer ")
        shown = await desk.client.post("/messages", content=urlencode({"token": bearer}), headers=form)
        assert (shown.status_code, faults(shown.text, "zh-CN")) == (status, [])
        assert (token in shown.text) == (status == 200)
        assert bearer not in shown.text
    for nobody in ("", "token=", "token=made.up.token"):
        assert (await desk.client.post("/messages", content=nobody, headers=form)).status_code == 401


async def test_figures_are_those_of_the_period(desk: Desk) -> None:
    desk.clock.passes(days=120)
    begin = desk.clock.now()
    desk.goes_by(recheck=Decimal(0))
    first, second, third, fourth, fifth = [await desk.callback() for _ in range(5)]
    await desk.sends()
    desk.clock.passes(minutes=10)
    await desk.holds(first)
    await desk.tries(first, answers=YES)
    await desk.holds(second, by="caller-2")
    await desk.tries(second, by="caller-2", missed="wrong_number")
    await desk.answers(desk.flat.equipment.links.token(CallbackId(UUID(third))))
    await desk.holds(fifth, by="caller-2")
    await desk.tries(fifth, by="caller-2", missed="refused")
    desk.clock.passes(minutes=10)
    await desk.tells("keys", event_id=f"e-{fourth}", callback_id=fourth, keys="111")
    period = {"since": begin.isoformat(), "until": (begin + timedelta(hours=1)).isoformat()}
    found = (await desk.reads("figures", role="supervisor", **period)).json()
    assert {name: found[name] for name in ("asked", "completed", "unreachable", "cancelled", "skipped")} == {
        "asked": 5,
        "completed": 3,
        "unreachable": 2,
        "cancelled": 0,
        "skipped": 0,
    }
    # Who refused was spoken with and gave no answer; a wrong number is neither.
    assert (found["contact_rate"], found["answer_rate"]) == (0.8, 0.6)
    assert (found["seconds_to_first_try"], found["seconds_to_first_try_p90"]) == (600, pytest.approx(960))
    assert found["seconds_to_answer"] == 600
    channels = {
        one["channel"]: (one["tries"], one["answered"], one["answer_rate"]) for one in found["channels"]
    }
    assert channels == {
        "phone": (3, 1, 0.3333),
        "link": (5, 1, 0.2),
        "in_app": (None, 0, None),
        "ivr": (0, 1, None),
    }
    page = (await desk.reads("figures/callers", role="supervisor", limit=1, **period)).json()
    following = (
        await desk.reads("figures/callers", role="supervisor", limit=1, cursor=page["next"], **period)
    ).json()
    assert page["items"] == [{"caller": "caller-1", "calls": 1, "reached": 1, "rechecks": 0}]
    assert (following["items"], following["next"]) == (
        [{"caller": "caller-2", "calls": 2, "reached": 0, "rechecks": 0}],
        None,
    )
    nothing = (
        await desk.reads(
            "figures", role="analyst", since="2020-01-01T00:00:00Z", until="2020-02-01T00:00:00Z"
        )
    ).json()
    assert (nothing["asked"], nothing["contact_rate"], nothing["seconds_to_answer"]) == (0, None, None)


async def test_figures_asked_for_wrongly_or_by_others_are_refused(desk: Desk) -> None:
    backwards = {"since": NOON.isoformat(), "until": (NOON - timedelta(days=1)).isoformat()}
    for path in ("figures", "figures/callers"):
        answer = await desk.reads(path, role="ops", **backwards)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "since")
        assert (await desk.reads(path, role="ops", since="yesterday")).status_code == 422
        for role in ("caller", "citizen", "unit", "client", "service"):
            assert (await desk.reads(path, role=role)).status_code == 403
        assert (await desk.client.get(f"/v1/{path}")).status_code == 401
