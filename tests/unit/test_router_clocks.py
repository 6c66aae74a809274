"""Clocks: each runs out once, in its order, and only while it runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.router.domain import commands as do
from services.router.domain.model import Bell, Case, OrderState, Unit
from services.router.domain.policy import callback, clocks, directory
from shared.city.directory import Listed
from shared.city.gazetteer import Alias
from shared.city.units import Unit as CityUnit
from shared.kernel.ids import UnitCode
from shared.kernel.words import Satisfied, Solved, UnitLevel
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    ASKED,
    AT,
    CALLBACK_ID,
    CO_ID,
    ENFORCEMENT,
    GUANYINSI,
    a_case,
    ids,
    kept,
    said,
)
from tests.kit.city import beijing

CITY = beijing()
CO_SIGN, CO_RESOLVE = "co_order.overdue sign", "co_order.overdue resolve"
FAR = AT + timedelta(days=400)


def ring(case: Case, at: datetime | None):  # type: ignore[no-untyped-def]
    assert at is not None
    return clocks.ring(case, ids(), CITY, at=at)


def everything_rung(case: Case, until: datetime) -> list[str]:
    heard: list[str] = []
    while case.bell_at is not None and case.bell_at <= until:
        assert len(heard) < 20, "a clock rings for ever"
        decision = ring(case, case.bell_at)
        heard += [_name(fact) for fact in decision.facts]
        case = kept(decision)
    return heard


def _name(fact: Any) -> str:
    name = fact.TYPE.removeprefix("jiesu.")
    return f"{name} {fact.clock}" if hasattr(fact, "clock") else name


def test_nothing_rings_before_its_time() -> None:
    case = a_case(CaseState.DISPATCHED)
    assert ring(case, case.lead.sign_by - timedelta(seconds=1)).facts == ()


@pytest.mark.parametrize(
    ("state", "heard"),
    [
        (CaseState.AWAITING_DISPATCHER, ["case.overdue dispatch"]),
        (CaseState.REOPENED, ["case.overdue dispatch"]),
        (
            CaseState.DISPATCHED,
            [CO_SIGN, "case.overdue sign", "case.due_soon", CO_RESOLVE, "case.overdue resolve"],
        ),
        (CaseState.SIGNED, [CO_SIGN, "case.due_soon", CO_RESOLVE, "case.overdue resolve"]),
        (CaseState.RESOLVED, []),
        (CaseState.CLOSED, []),
    ],
)
def test_each_clock_is_told_once(state: CaseState, heard: list[str]) -> None:
    assert everything_rung(a_case(state), AT + timedelta(days=400)) == heard


def test_an_overdue_names_the_unit_that_owes_and_none_before_dispatch() -> None:
    sent = a_case(CaseState.DISPATCHED, co_orders=())
    assert ring(sent, AT + timedelta(hours=3)).facts[0].unit == GUANYINSI
    assert ring(a_case(CaseState.AWAITING_DISPATCHER), AT + timedelta(hours=24)).facts[0].unit is None


def test_the_shelfs_day_brings_the_case_back_to_its_unit() -> None:
    case = a_case(CaseState.SHELVED, rung=(Bell.RESOLVE,), co_orders=())
    decision = ring(case, case.bell_at)
    assert (said(decision), decision.state.state) == (["case.unshelved"], CaseState.SIGNED)


def test_the_resolve_clock_runs_on_while_a_shelf_or_return_waits() -> None:
    shelved = a_case(CaseState.SHELVED, co_orders=())
    told = everything_rung(shelved, shelved.shelf.review_at)
    assert told == ["case.due_soon", "case.overdue resolve", "case.unshelved"]
    soon = AT + timedelta(hours=1)
    returned = a_case(CaseState.RETURNED, resolve_by=soon, remind_at=soon, co_orders=())
    rung_first = everything_rung(returned, returned.returning.adjudicate_by)
    assert rung_first == ["case.overdue resolve", "case.adjudicated", "case.dispatched"]


def test_a_reminder_that_comes_after_the_deadline_is_left_out() -> None:
    """The clocks stood still over the deadline: the later news alone is told."""
    case = a_case(CaseState.SIGNED, co_orders=())
    assert case.remind_at < case.resolve_by
    late = case.resolve_by + timedelta(hours=1)
    first = ring(case, late)
    assert (first.facts, kept(first).bell_at) == ((), case.resolve_by)
    assert said(ring(kept(first), late)) == ["case.overdue"]


def test_the_reminder_is_so_many_workdays_ahead_make_up_days_included() -> None:
    """General: one workday. The deadline on Monday 2026-10-12 is told on Saturday the 10th, a make-up day."""
    monday = CITY.calendar.local(datetime(2026, 10, 12, 2, 0, tzinfo=UTC))
    assert CITY.calendar.before(monday, CITY.policy.due_soon.general).date().isoformat() == "2026-10-10"
    after_holiday = CITY.calendar.local(datetime(2026, 10, 8, 2, 0, tzinfo=UTC))
    assert (
        CITY.calendar.before(after_holiday, CITY.policy.due_soon.general).date().isoformat() == "2026-09-30"
    )


def test_a_co_units_clock_is_its_own_and_stops_with_its_part_or_the_leads_claim() -> None:
    case = a_case(CaseState.SIGNED)
    fact = ring(case, AT + timedelta(hours=3)).facts[0]
    assert (fact.TYPE, fact.unit, fact.work_order_id) == ("jiesu.co_order.overdue", ENFORCEMENT, CO_ID)
    [co] = case.co_orders
    done = a_case(CaseState.SIGNED, co_orders=(replace(co, state=OrderState.RESOLVED),))
    assert everything_rung(done, FAR) == ["case.due_soon", "case.overdue resolve"]
    claimed = a_case(CaseState.RESOLVED)
    assert claimed.co_orders[0].is_open
    assert claimed.bell_at is None


def test_a_redos_fresh_deadline_is_the_co_units_too_and_told_anew() -> None:
    [co] = a_case(CaseState.SIGNED).co_orders
    late = replace(co, state=OrderState.SIGNED, rung=(Bell.CO_SIGN, Bell.CO_RESOLVE))
    surveyed = a_case(CaseState.SURVEYING, co_orders=(late,))
    command = do.TakeAnswer(
        case_id=surveyed.case_id,
        callback_id=CALLBACK_ID,
        round=1,
        asked_by=ASKED,
        solved=Solved.NO,
        satisfied=Satisfied.NOT,
    )
    at = surveyed.lead.resolve_by + timedelta(days=3)
    again = callback.take_answer(surveyed, command, ids(), CITY, at=at).state
    [goes_on] = again.co_orders
    assert (goes_on.id, goes_on.resolve_by, goes_on.rung) == (CO_ID, again.resolve_by, (Bell.CO_SIGN,))


def test_a_unit_is_published_when_new_or_changed_and_not_otherwise() -> None:
    unit = Listed(CityUnit("110101", "东城区", UnitLevel.DISTRICT, "110000"))
    first = directory.publish(None, unit)
    assert first is not None
    assert first.facts[0].key() == "110101"
    assert directory.publish(first.state, unit) is None
    known = Unit(UnitCode("110101"), "旧名", UnitLevel.DISTRICT, None, version=3)
    renamed = directory.publish(known, unit)
    assert renamed is not None
    assert (renamed.state.name, renamed.state.version) == ("东城区", 3)
    closed = directory.publish(first.state, replace(unit, unit=replace(unit.unit, closed=True)))
    assert closed is not None
    assert closed.state.closed
    names = (Alias("某园", "estate", "110101"),)
    assert directory.publish(first.state, replace(unit, aliases=names)) is not None
