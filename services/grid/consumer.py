"""The bus knocks: who leads a case, which case an incident became, whether a conference's division was taken
over, how the directory's units are now.
"""

from services.grid import handlers
from services.grid.domain.commands import AssignCase, NoteCase, ReleaseCase, RescheduleCase, TakeCase
from services.grid.domain.conference import DivisionOutcome, SettleDivision
from services.grid.ports import GridWork
from shared.bus.subscriptions import on
from shared.events.directory import UnitChanged
from shared.events.envelope import Heard
from shared.events.intake import CaseRegistered
from shared.events.router import (
    CaseAdjudicated,
    CaseAnswered,
    CaseAssigned,
    CaseClosed,
    CaseDeclined,
    CaseDispatched,
    CaseExtended,
    CaseMerged,
    CaseModeSet,
    CaseReclassified,
    CaseReopened,
    CaseResolved,
    CaseReturned,
    CaseUnmerged,
    CaseWithdrawn,
    MoveRefused,
)
from shared.store.unit_copies import copy_of

Rescheduled = CaseExtended | CaseReclassified | CaseModeSet
PutAside = CaseReturned | CaseReopened | CaseUnmerged
Ended = CaseResolved | CaseAnswered | CaseDeclined | CaseMerged | CaseWithdrawn | CaseClosed


async def case_dispatched(work: GridWork, heard: Heard[CaseDispatched]) -> None:
    fact = heard.fact
    cmd = TakeCase(
        case_id=fact.case_id,
        unit=fact.unit,
        place=fact.place,
        heard=heard.envelope.sequence,
        work_order_id=fact.work_order_id,
        category=fact.category,
        sign_by=fact.sign_by,
        resolve_by=fact.resolve_by,
    )
    await handlers.take_case(work, cmd)


async def case_rescheduled(work: GridWork, heard: Heard[Rescheduled]) -> None:
    fact = heard.fact
    category = fact.category if isinstance(fact, CaseReclassified) else None
    moved = () if isinstance(fact, CaseExtended) else fact.sign_limits
    limits = tuple((each.work_order_id, each.sign_by) for each in moved)
    cmd = RescheduleCase(fact.case_id, fact.resolve_by, heard.envelope.sequence, category, limits)
    await handlers.reschedule_case(work, cmd)


async def case_assigned(work: GridWork, heard: Heard[CaseAssigned]) -> None:
    fact = heard.fact
    await handlers.assign_case(work, AssignCase(fact.case_id, fact.to_unit, heard.envelope.sequence))


async def case_put_aside(work: GridWork, heard: Heard[PutAside]) -> None:
    cmd = ReleaseCase(heard.fact.case_id, done=False, heard=heard.envelope.sequence)
    await handlers.release_case(work, cmd)


async def case_ended(work: GridWork, heard: Heard[Ended]) -> None:
    cmd = ReleaseCase(heard.fact.case_id, done=True, heard=heard.envelope.sequence)
    await handlers.release_case(work, cmd)


async def case_adjudicated(work: GridWork, heard: Heard[CaseAdjudicated]) -> None:
    """A division that is taken over is a ruling; of the desk's own rulings a person is the cause."""
    asked_by = heard.envelope.answers()
    if asked_by is not None:
        await handlers.settle_division(
            work, SettleDivision(asked_by, DivisionOutcome.TAKEN_OVER, heard.envelope.time)
        )


async def move_refused(work: GridWork, heard: Heard[MoveRefused]) -> None:
    fact, at = heard.fact, heard.envelope.time
    cmd = SettleDivision(
        fact.asked_by, DivisionOutcome.REFUSED, at, reason=fact.reason, refused_in=fact.state
    )
    await handlers.settle_division(work, cmd)


async def case_registered(work: GridWork, heard: Heard[CaseRegistered]) -> None:
    """Nearly all cases are citizens' own."""
    fact = heard.fact
    if fact.incident_id is not None:
        await handlers.note_case(work, NoteCase(fact.incident_id, fact.case_id))


async def unit_changed(work: GridWork, heard: Heard[UnitChanged]) -> None:
    await handlers.learn_unit(work, copy_of(heard))


_LEAD = {"case_leads": "case_id"}
SUBSCRIPTIONS = (
    on(CaseRegistered, case_registered, needs={"incidents": "incident_id"}),
    on(CaseDispatched, case_dispatched, needs=_LEAD),
    on(CaseAssigned, case_assigned, needs=_LEAD),
    on(CaseExtended, case_rescheduled, needs=_LEAD),
    on(CaseReclassified, case_rescheduled, needs=_LEAD),
    on(CaseModeSet, case_rescheduled, needs=_LEAD),
    on(CaseReturned, case_put_aside, needs=_LEAD),
    on(CaseReopened, case_put_aside, needs=_LEAD),
    on(CaseUnmerged, case_put_aside, needs=_LEAD),
    on(CaseResolved, case_ended, needs=_LEAD),
    on(CaseAnswered, case_ended, needs=_LEAD),
    on(CaseDeclined, case_ended, needs=_LEAD),
    on(CaseMerged, case_ended, needs=_LEAD),
    on(CaseWithdrawn, case_ended, needs=_LEAD),
    on(CaseClosed, case_ended, needs=_LEAD),
    on(CaseAdjudicated, case_adjudicated),
    on(MoveRefused, move_refused, needs={"divisions": "asked_by"}),
    on(UnitChanged, unit_changed, needs={"unit_copies": "code"}),
)
