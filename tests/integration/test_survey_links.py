"""The citizen's link: sent once when the callback falls due, and it answers once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from services.survey import handlers
from services.survey.domain.commands import RecordAttempt
from services.survey.domain.links import Links
from services.survey.domain.model import Answers
from services.survey.handlers import sending
from shared.kernel.ids import CallbackId, new_id
from shared.kernel.words import Satisfied, Solved
from shared.store.running_city import RunningCity
from tests.integration.survey_desk import MORNING, NIGHT, NO, NOON, SAID, YES, Desk, house, survey_desk
from tests.kit.accessible import Page
from tests.kit.city import beijing

__all__ = ["house"]

pytestmark = pytest.mark.postgres
WAITING = (
    "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
)


@pytest.fixture
async def desk(house: Desk) -> Desk:
    """A desk where every link that was owed has been sent."""
    house.clock.at = NOON
    await house.sends()
    return house


def refusals(*answers: Any) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.json()["reason"]) for answer in answers]


async def test_a_link_shows_the_questions_and_answers_once(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    token = await desk.link(callback_id)
    page = (await desk.opens(token)).json()
    assert datetime.fromisoformat(page["valid_until"]) == NOON + timedelta(days=14)
    assert "满意" in page["questions"][2]
    assert "satisfied" in (await desk.opens(token, "en-GB,en;q=0.9")).json()["questions"][2]
    answered = await desk.answers(token, note="谢谢")
    assert (answered.status_code, answered.json()) == (
        201,
        {"callback_id": callback_id, "state": "completed"},
    )
    assert refusals(await desk.opens(token), await desk.answers(token, **NO)) == [(410, "link_used")] * 2
    found = await desk.sees(callback_id)
    assert (found["answers"], found["attempts"][0]["channel"]) == ({**SAID, "note": "谢谢"}, "link")
    assert (await desk.told(case_id))[1:] == ["callback.attempted", "callback.completed"]


async def test_a_link_answered_many_times_at_once_counts_once(desk: Desk) -> None:
    case_id = await desk.case()
    token = await desk.link(await desk.callback(case_id))
    answers = await asyncio.gather(*(desk.answers(token) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 410, 410, 410, 410]
    assert (await desk.told(case_id)).count("callback.completed") == 1


async def test_a_link_is_over_when_the_caller_was_quicker(desk: Desk) -> None:
    callback_id = await desk.callback()
    token = await desk.link(callback_id)
    assert (await desk.tries(callback_id, inbound=True, answers=YES)).status_code == 201
    assert refusals(await desk.opens(token), await desk.answers(token)) == [(410, "link_used")] * 2


async def test_a_link_lives_fourteen_days(desk: Desk) -> None:
    callback_id = await desk.callback()
    token = await desk.link(callback_id)
    desk.clock.passes(days=13, hours=23, minutes=59)
    assert (await desk.opens(token)).status_code == 200
    desk.clock.passes(minutes=1)
    before = await desk.counts()
    assert refusals(await desk.opens(token), await desk.answers(token)) == [(410, "link_expired")] * 2
    assert await desk.counts() == before


async def test_a_forged_link_is_not_one_of_ours(desk: Desk) -> None:
    callback_id = await desk.callback()
    token = await desk.link(callback_id)
    body, _, signature = token.partition(".")
    other = Links(b"another secret of 32 bytes......", "http://survey")
    last = "A" if signature[0] != "A" else "B"
    forged = [
        other.token(CallbackId(UUID(callback_id))),
        f"{body}.{last}{signature[1:]}",
        f"{'A' * len(body)}.{signature}",
        body,
        callback_id,
        "满意",
    ]
    before = await desk.counts()
    for made_up in forged:
        answers = await desk.opens(made_up), await desk.answers(made_up)
        assert refusals(*answers) == [(404, "unknown_link")] * 2
    assert await desk.counts() == before


async def test_a_link_of_ours_that_was_never_sent_opens_nothing(desk: Desk) -> None:
    links: Links = desk.flat.equipment.links
    waiting = CallbackId(UUID(await desk.callback()))
    unsent = links.token(waiting)
    assert refusals(await desk.opens(unsent), await desk.answers(unsent)) == [(404, "unknown_link")] * 2
    unknown = links.token(CallbackId(new_id()))
    assert refusals(await desk.opens(unknown)) == [(404, "unknown_callback")]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"solved": "mostly"}, "solved"), ({"note": "x" * 2_001}, "note"), ({"name": "张三"}, "name")],
)
async def test_a_wrong_answer_is_refused_by_field_and_the_link_still_works(
    desk: Desk, body: dict[str, str], field: str
) -> None:
    token = await desk.link(await desk.callback())
    before = await desk.counts()
    answer = await desk.answers(token, **body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await desk.counts() == before
    assert (await desk.answers(token)).status_code == 201


async def test_links_are_sent_once_though_two_replicas_ring_at_once(desk: Desk, database: str) -> None:
    made = [await desk.callback() for _ in range(7)]
    async with survey_desk(database, desk.keys) as replica:
        moved = await asyncio.gather(*(one.rings() for one in (desk, replica) * 3))
        moved += [await desk.rings(), await replica.rings()]
    assert sum(moved) == len(made)
    sent = [row["callback_id"] for row in await desk.rows("SELECT callback_id FROM messages")]
    assert all(sent.count(UUID(callback_id)) == 1 for callback_id in made)


async def test_more_links_than_one_ring_sends_are_sent_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LINKS_AT_ONCE", 2)
    for _ in range(3):
        await desk.callback()
    assert [await desk.rings() for _ in range(3)] == [2, 1, 0]


async def test_no_link_is_sent_before_it_is_due_nor_at_night(desk: Desk) -> None:
    late = await desk.callback()
    desk.clock.at = NIGHT
    await desk.callback()
    assert await desk.rings() == 0
    desk.clock.at = MORNING
    assert await desk.sends() == 2
    assert datetime.fromisoformat((await desk.message(late))["sent_at"]) == MORNING


async def test_whoever_answers_while_the_timer_waits_for_the_case_is_sent_nothing(desk: Desk) -> None:
    callback_id = CallbackId(UUID(await desk.callback()))
    said = Answers(contacted=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED)
    async with asyncio.timeout(60):
        async with desk.flat.store.work() as work:
            await handlers.record_attempt(work, RecordAttempt(callback_id, "caller-1", True, said, True))
            ringing = asyncio.create_task(desk.rings())
            while not (await desk.rows(WAITING))[0]["n"]:
                assert not ringing.done()
                await asyncio.sleep(0)
        await ringing
    assert await desk.rows("SELECT 1 FROM messages WHERE callback_id = :id", id=callback_id) == []
    assert (await desk.sees(str(callback_id)))["state"] == "completed"


async def test_messages_are_for_operators_the_newest_first_and_name_nobody(desk: Desk) -> None:
    # Later than whatever other tests were sent.
    desk.clock.passes(days=60)
    first = await desk.callback()
    await desk.sends()
    desk.clock.passes(minutes=5)
    second = await desk.callback()
    await desk.sends()
    page = (await desk.reads("messages", role="ops", limit=1)).json()
    assert [item["callback_id"] for item in page["items"]] == [second]
    following = (await desk.reads("messages", role="ops", limit=1, cursor=page["next"])).json()
    assert [item["callback_id"] for item in following["items"]] == [first]
    assert set(page["items"][0]) == {*("callback_id", "case_id", "kind", "state", "sent_at", "text", "url")}
    for role in ("caller", "supervisor", "dispatcher", "unit", "citizen", "client", "analyst", "service"):
        assert (await desk.reads("messages", role=role)).status_code == 403
    assert (await desk.client.get("/v1/messages")).status_code == 401


def asks_anew(desk: Desk, version: str) -> None:
    """The city asks by another questionnaire from now on."""
    city = beijing()
    asked = city.questionnaire.model_copy(update={"version": version})
    desk.flat.store.running_city = RunningCity(replace(city, questionnaire=asked), None)


async def test_answers_are_kept_with_the_questionnaire_that_was_shown(desk: Desk) -> None:
    in_app = await desk.case()
    by_page, by_link, by_call, by_app = [
        *[await desk.callback() for _ in range(3)],
        await desk.callback(in_app),
    ]
    opened, linked = await desk.link(by_page), await desk.link(by_link)
    page = (await desk.client.get(f"/links/{opened}")).text
    fields = {"contacted": "yes", "solved": "yes", "satisfied": "satisfied", "shown": hidden(page)}
    shown = (await desk.opens(linked)).json()["form"]["shown"]
    called = (await desk.claims(by_call, inbound=True)).json()["form"]["shown"]
    case_pass = desk.flat.equipment.passes.make(in_app, at=desk.clock.now())
    app = f"/v1/app-callbacks/{case_pass}"
    seen = (await desk.client.get(app)).json()["form"]["shown"]
    asks_anew(desk, "2027.1")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    done = [
        await desk.client.post(f"/links/{opened}", content=urlencode(fields), headers=form),
        await desk.answers(linked, shown=shown),
        await desk.tries(by_call, answers={**YES, "shown": called}, inbound=True),
        await desk.client.post(app, json={**YES, "shown": seen}),
    ]
    assert [one.status_code for one in done] == [201] * 4
    for one in (by_page, by_link, by_call, by_app):
        assert (await desk.sees(one))["answers"]["questionnaire"] == "2026.1"
    desk.goes_by()


async def test_a_version_that_no_form_carried_goes_nowhere(desk: Desk) -> None:
    made_up = {"shown": "13900001111"}
    by_page, by_link = await desk.callback(), await desk.callback()
    opened, linked = await desk.link(by_page), await desk.link(by_link)
    before = await desk.counts()
    for answer, field in (
        (await desk.answers(linked, **made_up), "shown"),
        (await desk.answers(linked, shown="x" * 201), "shown"),
        (await desk.tries(by_link, answers={**YES, **made_up}, inbound=True), "answers.shown"),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await desk.counts() == before
    content = urlencode({"contacted": "yes", "solved": "yes", "satisfied": "satisfied", **made_up})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await desk.client.post(f"/links/{opened}", content=content, headers=form)).status_code == 201
    assert (await desk.sees(by_page))["answers"]["questionnaire"] == "2026.1"


def hidden(page: str) -> str:
    """The version as the page's form carries it."""
    fields = [one.attributes for one in Page(page).all("input") if one.attributes.get("type") == "hidden"]
    assert [one["name"] for one in fields] == ["shown"]
    return str(fields[0]["value"])
