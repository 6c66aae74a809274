"""Builders of deliberations for the tests: every argument has a default."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.deliberation import (
    Deliberation,
    Meeting,
    Option,
    OptionStanding,
    Placards,
    Seat,
    Side,
    Task,
    Vote,
)
from services.grid.domain.lifecycle import DeliberationState
from shared.kernel.ids import CaseId, DeliberationId, UnitCode
from shared.kernel.words import RaisedFrom
from tests.kit.whistles import BLOWN_AT, CASE_ID

CAOCHANG = UnitCode("110101011010")
"""草厂社区, 前门街道, 东城区."""
QIANMEN = UnitCode("110101011")
DONGCHENG = UnitCode("110101")
LONGCHENG = UnitCode("110114011003")
"""龙城社区, 回龙观街道, 昌平区."""
HUILONGGUAN = UnitCode("110114011")
MET_AT = BLOWN_AT
DELIBERATION_ID = DeliberationId(UUID("01950000-0000-7000-8000-0000000000de"))
DUE = date(2026, 4, 1)


def seats(*present: int) -> tuple[Seat, ...]:
    """The five sides in their order; who is not said did not come."""
    came = (*present, *([0] * len(Side)))
    return tuple(Seat(side, came[place]) for place, side in enumerate(Side))


def a_vote(*placards: int, entitled: int = 15, against: int = 0) -> Vote:
    """Placards for options 1, 2, …"""
    counted = tuple(Placards(number, count) for number, count in enumerate(placards, 1))
    return Vote(entitled, counted, against)


def a_meeting(*present: int, vote: Vote | None = None) -> Meeting:
    """The first meeting; ten people came unless it is said."""
    return Meeting(1, MET_AT, seats(*(present or (2, 2, 1, 1, 4))), "sealed", vote)


def a_task(number: int = 1, **more: Any) -> Task:
    """A task that is still to be done."""
    return replace(Task(number, CAOCHANG, DUE, "sealed"), **more)


def a_deliberation(
    state: DeliberationState = DeliberationState.RAISED, options: int = 2, **more: Any
) -> Deliberation:
    """A deliberation of 草厂社区 about one case, with two options on the table."""
    raised = Deliberation(
        deliberation_id=DELIBERATION_ID,
        unit=CAOCHANG,
        raised_from=RaisedFrom.CASE,
        case_ids=(CASE_ID,),
        sealed_matter="sealed",
        raised_at=BLOWN_AT,
        options=tuple(Option(number, "sealed") for number in range(1, options + 1)),
        state=state,
        version=1,
    )
    return replace(raised, **more)


def adopted(state: DeliberationState = DeliberationState.ADOPTED, **more: Any) -> Deliberation:
    """The same with its first option adopted."""
    options = (Option(1, "sealed", OptionStanding.ADOPTED), Option(2, "sealed"))
    return replace(a_deliberation(state), **{"options": options, **more})


def a_lead(
    unit: UnitCode = QIANMEN,
    *,
    place: UnitCode | None = None,
    standing: LeadStanding = LeadStanding.IN_HAND,
    case_id: CaseId = CASE_ID,
) -> CaseLead:
    """Who leads the case, as router told."""
    return CaseLead(case_id, unit, None, place, standing, heard=1)
