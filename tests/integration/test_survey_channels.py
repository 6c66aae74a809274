"""The citizen's other channels: the page behind the link, the app, keys; and the gateway's word."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from shared.kernel.ids import CallbackId, CaseId, new_id
from shared.kernel.words import Language
from shared.sealing.passes import CasePasses
from tests.integration.survey_desk import NIGHT, NOON, YES, Desk, desk, house, refused, withdrawn
from tests.kit.accessible import Page, faults
from tests.kit.forging import forged

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


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
    assert (await fills_in(desk, token, lang, contacted="yes")).status_code == 410
    assert (await desk.client.get(f"/links/{token}")).status_code == 410


async def test_a_page_for_a_forged_or_over_link_says_so_in_words(desk: Desk) -> None:
    token = await desk.link(await desk.callback())
    refused = await desk.client.get(f"/links/{forged(token)}")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert faults(refused.text, "zh-CN") == []
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


async def test_who_stated_english_is_asked_in_it_by_the_page_and_by_the_caller(desk: Desk) -> None:
    case_id = await desk.case(language=Language.ENGLISH, category="parking")
    callback_id = await desk.callback(case_id)
    token = await desk.link(callback_id)
    chinese = {"Accept-Language": "zh-CN"}
    for query, tag in (("", "en"), ("?lang=en", "en"), ("?lang=zh", "zh-CN")):
        opened = await desk.client.get(f"/links/{token}{query}", headers=chinese)
        assert (opened.headers["Content-Language"], faults(opened.text, tag)) == (tag, [])
    found = (await desk.claims(callback_id, inbound=True)).json()
    assert (found["language"], found["about"]["category"]) == ("en", "Parking in estates")
    assert "contact you" in found["script"][0]
    assert found["opening"].isascii()
    assert [one["text"] for one in found["form"]["contacted"]] == ["联系过", "没有联系"], "the caller's own"
    case_pass = passes(desk).make(case_id, at=desk.clock.now())
    for path in (f"/v1/links/{token}", f"/v1/app-callbacks/{case_pass}"):
        for headers, category in (({}, "Parking in estates"), (chinese, "小区停车")):
            asked = await desk.client.get(path, headers=headers)
            assert asked.json()["about"]["category"] == category
    form = {**chinese, "Content-Type": "application/x-www-form-urlencoded"}
    sent = "contacted=yes&solved=yes&satisfied=satisfied"
    done = await desk.client.post(f"/links/{token}", content=sent, headers=form)
    assert (done.status_code, done.headers["Content-Language"]) == (201, "en")


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
        # By the city's clock, as quiet hours are.
        assert (" +0800</td>" in shown.text) == (status == 200)
        assert bearer not in shown.text
    for nobody in ("", "token=", "token=made.up.token"):
        assert (await desk.client.post("/messages", content=nobody, headers=form)).status_code == 401
