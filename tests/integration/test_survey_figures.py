"""Figures of a period: how many were reached, who answered where, who called how often."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.store import demand
from shared.kernel.ids import CallbackId
from shared.observability.metrics import REGISTRY
from tests.integration.survey_desk import MORNING, NOON, YES, Desk, desk, house, refused

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


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


def shown(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"jiesu_callbacks_{name}", {"service": "survey"})


async def waiting(desk: Desk, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.reads("figures/waiting", **query)).json()
    return found


async def test_the_desk_sees_how_many_callers_it_needs_now_and_in_the_hours_to_come(desk: Desk) -> None:
    desk.clock.at = NOON.replace(minute=30)
    first, second, busy, later = [await desk.callback() for _ in range(4)]
    await desk.callback(await desk.case(has_phone=False))
    desk.clock.passes(minutes=10)
    await desk.holds(first)
    await desk.holds(busy, by="caller-2")
    await desk.tries(busy, by="caller-2", missed="busy")
    await desk.holds(later, by="caller-2")
    asked = MORNING + timedelta(hours=1)
    await desk.tries(later, by="caller-2", missed="put_off", call_at=asked.isoformat())
    found = await waiting(desk, hours=9)
    assert (found["due"], found["in_hand"], found["promised"], found["oldest_seconds"]) == (2, 1, 0, 600)
    # Half an hour is left of this one; four hours after 12:40 is the fifth; the night is passed over.
    assert [one["callbacks"] for one in found["coming"]] == [0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert datetime.fromisoformat(found["coming"][0]["ends"]) == NOON.replace(hour=5, minute=0)
    assert datetime.fromisoformat(found["coming"][-1]["begins"]) == MORNING
    # Due at the full hour itself: in the hour that begins with it.
    assert (await waiting(desk, hours=10))["coming"][-1]["callbacks"] == 1
    await desk.rings("measure")
    assert [shown(name) for name in ("due", "due_age_seconds", "coming")] == [2, 600, 0]
    desk.clock.passes(minutes=30)
    await desk.rings("measure")
    assert shown("coming") == 1, "16:40 is within four hours of calling now"
    desk.clock.at = asked
    found = await waiting(desk, hours=1)
    assert (found["due"], found["in_hand"], found["promised"]) == (4, 0, 1)
    assert second in {one["callback_id"] for one in (await desk.reads("callbacks")).json()["items"]}


async def test_whom_nobody_called_while_there_was_time_is_counted_by_the_citys_day(desk: Desk) -> None:
    desk.clock.passes(days=365)
    begin = desk.clock.now()
    never, in_vain, answered, unwilling = [await desk.callback() for _ in range(4)]
    await desk.callback(await desk.case(has_phone=False))
    await desk.sends()
    await desk.holds(in_vain)
    await desk.tries(in_vain, missed="busy")
    await desk.answers(desk.flat.equipment.links.token(CallbackId(UUID(answered))))
    await desk.tries(unwilling, missed="refused", inbound=True)
    desk.clock.passes(days=14)
    await desk.rings("end_expired")
    assert (await desk.sees(never))["state"] == "unreachable"
    desk.clock.passes(minutes=1)
    period = {"since": begin.isoformat(), "until": desk.clock.now().isoformat()}
    found = (await desk.reads("figures/uncalled", role="supervisor", **period)).json()
    assert found["rounds"] == 1
    assert [one["rounds"] for one in found["days"]] == [0] * 14 + [1]
    assert found["days"][-1]["day"] == "2027-12-07"
    # At 23:59 in Beijing it is the afternoon of the same day elsewhere, and at 00:01 still.
    night = datetime(2027, 12, 7, 16, 1, tzinfo=UTC)
    later = {"since": (night - timedelta(minutes=2)).isoformat(), "until": night.isoformat()}
    touched = (await desk.reads("figures/uncalled", **later)).json()["days"]
    assert touched == [{"day": "2027-12-07", "rounds": 0}, {"day": "2027-12-08", "rounds": 0}]
    await desk.rings("measure")
    assert shown("uncalled") == 1
    desk.clock.passes(days=1)
    await desk.rings("measure")
    assert shown("uncalled") == 0


MANY = """
INSERT INTO callbacks (callback_id, case_id, kind, number, state, started_at, due_at, attempts, doubtful,
    reached, by_phone, has_note, promised, tried_at, ended_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'round', 1,
    CASE WHEN n % 20 = 0 THEN 'scheduled' WHEN n % 20 = 1 THEN 'unreachable' ELSE 'completed' END,
    t, t, 0, FALSE, n % 20 > 1, TRUE, FALSE, n % 400 = 0, CASE WHEN n % 200 <> 1 THEN t END, t
FROM (SELECT n, TIMESTAMPTZ '2021-01-01' + n * INTERVAL '10 minutes' AS t FROM generate_series(1, 40000) n) s
"""
LAST_MONTH = datetime(2021, 10, 1, tzinfo=UTC)
ASKED: dict[str, Callable[[AsyncConnection], Awaitable[Any]]] = {
    "waiting": lambda connection: demand.waiting(connection, LAST_MONTH),
    "coming": lambda connection: demand.coming(connection, LAST_MONTH, [LAST_MONTH + timedelta(hours=9)]),
    "many": lambda connection: demand.many_uncalled(connection, LAST_MONTH),
    "uncalled": lambda connection: demand.uncalled(connection, LAST_MONTH, NOON, "Asia/Shanghai"),
}


async def test_what_is_waited_for_is_counted_in_small_indexes_however_much_is_over(desk: Desk) -> None:
    async with desk.flat.store.engine.connect() as connection:
        await connection.exec_driver_sql(MANY)
        await connection.exec_driver_sql("ANALYZE callbacks")
        found = {}
        for name, ask in ASKED.items():
            before = await scans(connection)
            await ask(connection)
            after = await scans(connection)
            found[name] = {index for index in after if after[index] != before[index]}
        query = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
        small = set(await connection.scalars(text(query)))
        await connection.rollback()
    assert all(ways and ways <= small for ways in found.values()), found
    assert found["many"] == found["uncalled"] == {"ix_callbacks_uncalled"}


async def scans(connection: AsyncConnection) -> dict[str, int]:
    """How often each way through the callbacks was taken in this transaction; the whole table is one."""
    query = """SELECT relname, pg_stat_get_xact_numscans(oid) FROM pg_class
        WHERE oid = 'callbacks'::regclass
        OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'callbacks'::regclass)"""
    return {str(name): int(many) for name, many in await connection.exec_driver_sql(query)}


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
    for path in ("figures/waiting", "figures/uncalled"):
        assert (await desk.reads(path, role="caller")).status_code == 200
        for role in ("citizen", "unit", "client", "service"):
            assert (await desk.reads(path, role=role)).status_code == 403
    assert (await desk.reads("figures/uncalled", role="ops", **backwards)).status_code == 422
    for hours in (0, 78):
        answer = await desk.reads("figures/waiting", hours=hours)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "hours")
