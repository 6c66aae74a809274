"""Clocks: each runs out once, in its order, and only while it runs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.router.domain.model import Case, Unit
from services.router.domain.policy import clocks, directory
from shared.city.directory import Listed
from shared.city.gazetteer import Alias
from shared.city.units import Unit as CityUnit
from shared.kernel.ids import UnitCode
from shared.kernel.words import Overdue, UnitLevel
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import AT, GUANYINSI, a_case, ids, kept, said
from tests.kit.city import beijing

CITY = beijing()


def ring(case: Case, at: datetime | None):  # type: ignore[no-untyped-def]
    assert at is not None
    return clocks.ring(case, ids(), CITY, at=at)


def everything_rung(case: Case, until: datetime) -> list[str]:
    heard = []
    while case.bell_at is not None and case.bell_at <= until:
        assert len(heard) < 20, "a clock rings for ever"
        decision = ring(case, case.bell_at)
        heard += [str(getattr(fact, "clock", fact.TYPE)) for fact in decision.facts]
        case = kept(decision)
    return heard


def test_nothing_rings_before_its_time() -> None:
    case = a_case(CaseState.DISPATCHED)
    assert ring(case, case.lead.sign_by - timedelta(seconds=1)).facts == ()


@pytest.mark.parametrize(
    ("state", "heard"),
    [
        (CaseState.AWAITING_DISPATCHER, ["dispatch"]),
        (CaseState.REOPENED, ["dispatch"]),
        (CaseState.DISPATCHED, ["sign", "resolve"]),
        (CaseState.SIGNED, ["resolve"]),
    ],
)
def test_each_clock_is_told_once(state: CaseState, heard: list[str]) -> None:
    assert everything_rung(a_case(state), AT + timedelta(days=400)) == heard


def test_an_overdue_names_the_unit_that_owes_and_none_before_dispatch() -> None:
    assert ring(a_case(CaseState.DISPATCHED), AT + timedelta(hours=3)).facts[0].unit == GUANYINSI
    assert ring(a_case(CaseState.AWAITING_DISPATCHER), AT + timedelta(hours=24)).facts[0].unit is None


def test_the_shelfs_day_brings_the_case_back_to_its_unit() -> None:
    case = a_case(CaseState.SHELVED, rung=(Overdue.RESOLVE,))
    decision = ring(case, case.bell_at)
    assert (said(decision), decision.state.state) == (["case.unshelved"], CaseState.SIGNED)


def test_the_resolve_clock_runs_on_while_a_shelf_or_return_waits() -> None:
    shelved = a_case(CaseState.SHELVED)
    assert everything_rung(shelved, shelved.shelf.review_at) == ["resolve", "jiesu.case.unshelved"]
    returned = a_case(CaseState.RETURNED, resolve_by=AT + timedelta(hours=1))
    rung_first = everything_rung(returned, returned.returning.adjudicate_by)
    assert rung_first == ["resolve", "jiesu.case.adjudicated", "jiesu.case.dispatched"]


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
