"""Figures of a period: how many were reached, who answered where, who called how often."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from shared.kernel.ids import CallbackId
from tests.integration.survey_desk import NOON, YES, Desk, refused, survey_desk

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with survey_desk(database, tmp_path_factory.mktemp("survey-keys")) as desk:
        yield desk


@pytest.fixture
async def desk(house: Desk) -> Desk:
    await house.rests()
    return house


async def test_figures_are_those_of_the_period(desk: Desk) -> None:
    desk.clock.passes(days=120)
    begin = desk.clock.now()
    desk.goes_by(recheck=Decimal(0))
    first, second, third, fourth, fifth = [await desk.callback() for _ in range(5)]
    # 未诉先办: a unit found it by itself, and there is nobody to ask.
    await desk.callback(await desk.case(has_phone=False, proactive=True))
    await desk.sends()
    desk.clock.passes(minutes=10)
    await desk.holds(first)
    # He contradicts himself and will not be called again: it counts at once, flagged.
    await desk.tries(first, answers={**YES, "solved": "no", "may_call_again": False})
    await desk.holds(second, by="caller-2")
    await desk.tries(second, by="caller-2", missed="wrong_number")
    await desk.answers(desk.flat.equipment.links.token(CallbackId(UUID(third))))
    await desk.holds(fifth, by="caller-2")
    await desk.tries(fifth, by="caller-2", missed="refused")
    desk.clock.passes(minutes=10)
    await desk.tells("keys", event_id=f"e-{fourth}", callback_id=fourth, keys="111")
    period = {"since": begin.isoformat(), "until": (begin + timedelta(hours=1)).isoformat()}
    found = (await desk.reads("figures", role="supervisor", **period)).json()
    names = ("asked", "completed", "unreachable", "cancelled", "skipped", "nobody", "flagged")
    assert {name: found[name] for name in names} == {
        "asked": 5,
        "completed": 3,
        "unreachable": 2,
        "cancelled": 0,
        "skipped": 0,
        "nobody": 1,
        "flagged": 1,
    }
    # Who refused was spoken with and gave no answer; a wrong number is neither.
    assert (found["contact_rate"], found["answer_rate"]) == (0.8, 0.6)
    assert (found["seconds_to_first_try"], found["seconds_to_first_try_p90"]) == (600, pytest.approx(1020))
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
    assert page["items"] == [{"caller": "caller-1", "calls": 1, "reached": 1, "rechecks": 0, "rang": 0}]
    assert (following["items"], following["next"]) == (
        [{"caller": "caller-2", "calls": 2, "reached": 0, "rechecks": 0, "rang": 0}],
        None,
    )
    nothing = (
        await desk.reads(
            "figures", role="analyst", since="2020-01-01T00:00:00Z", until="2020-02-01T00:00:00Z"
        )
    ).json()
    assert (nothing["asked"], nothing["contact_rate"], nothing["seconds_to_answer"]) == (0, None, None)


async def test_a_citizen_who_rings_or_answers_alone_is_no_try_of_ours(desk: Desk) -> None:
    desk.clock.passes(days=240)
    begin = desk.clock.now()
    desk.goes_by(recheck=Decimal(0))
    rang, called, doubted, alone, unwilling = [await desk.callback() for _ in range(5)]
    await desk.sends()
    desk.clock.passes(minutes=10)
    await desk.tries(rang, answers=YES, inbound=True)
    await desk.tries(unwilling, missed="refused", inbound=True)
    # He rang and contradicted himself: the second call is the first try.
    await desk.tries(doubted, answers={**YES, "solved": "no"}, inbound=True)
    await desk.answers(desk.flat.equipment.links.token(CallbackId(UUID(alone))))
    for minutes in (10, 400):
        desk.clock.passes(minutes=minutes)
        await desk.holds(called)
        await desk.tries(called, missed="busy")
    waiting = {row["callback_id"]: row for row in (await desk.reads("callbacks")).json()["items"]}
    assert (waiting[called]["attempts"], waiting[doubted]["attempts"]) == (2, 0)
    assert [one["inbound"] for one in (await desk.sees(doubted))["attempts"]] == [True]
    await desk.holds(doubted)
    await desk.tries(doubted, answers=YES)
    period = {"since": begin.isoformat(), "until": (begin + timedelta(hours=8)).isoformat()}
    found = (await desk.reads("figures", role="supervisor", **period)).json()
    assert (found["asked"], found["completed"], found["unreachable"]) == (5, 3, 1)
    assert found["seconds_to_first_try"] == (20 * 60 + 420 * 60) / 2
    phone = next(one for one in found["channels"] if one["channel"] == "phone")
    assert phone == {"channel": "phone", "tries": 3, "answered": 3, "rang": 2, "answer_rate": 0.3333}
    callers = (await desk.reads("figures/callers", role="supervisor", **period)).json()["items"]
    assert callers == [{"caller": "caller-1", "calls": 3, "reached": 1, "rechecks": 0, "rang": 2}]


async def test_figures_asked_for_wrongly_or_by_others_are_refused(desk: Desk) -> None:
    backwards = {"since": NOON.isoformat(), "until": (NOON - timedelta(days=1)).isoformat()}
    for path in ("figures", "figures/callers"):
        answer = await desk.reads(path, role="ops", **backwards)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "since")
        assert (await desk.reads(path, role="ops", since="yesterday")).status_code == 422
        for_ever = await desk.reads(path, role="ops", since=(NOON - timedelta(days=367)).isoformat())
        assert refused(for_ever) == (422, "period_too_long")
        for role in ("caller", "citizen", "unit", "client", "service"):
            assert (await desk.reads(path, role=role)).status_code == 403
        assert (await desk.client.get(f"/v1/{path}")).status_code == 401
