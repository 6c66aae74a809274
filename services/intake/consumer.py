"""What intake hears: router's moves, survey's callbacks, residents' deliberations, as lines a citizen reads;
grid's incidents.

Not here: classifications that were sure (nothing to tell), notes and clocks that are the unit's own business.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import uuid5

from services.intake import handlers
from services.intake.domain.commands import Follow, NoteLikeness, RegisterFinding, RegisterIncident
from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.proposals import Outcome, Settlement, Wish
from services.intake.domain.timeline import Code, Note
from services.intake.handlers import duplicates
from services.intake.ports import IntakeWork
from shared.bus.subscriptions import Subscription, on
from shared.events import router as r
from shared.events import survey as s
from shared.events.directory import UnitChanged
from shared.events.envelope import Envelope, Heard
from shared.events.fact import CaseFact
from shared.events.grid import (
    DeliberationAbandoned,
    DeliberationEvaluated,
    DeliberationFact,
    DeliberationMet,
    DeliberationProgressed,
    DeliberationRaised,
    IncidentEscalated,
)
from shared.events.intake import CaseRegistered
from shared.kernel.ids import CaseId, EventId, UnitCode
from shared.kernel.words import DeliberationStep, HandlingMode, Kind, Overdue, Unreached
from shared.lifecycle.case import CaseState
from shared.store.unit_copies import copy_of

F = TypeVar("F", bound=CaseFact)
D = TypeVar("D", bound=DeliberationFact)
S = CaseState
UNREACHED = {
    Unreached.LADDER: Code.CALLBACK_UNREACHABLE,
    Unreached.WRONG_NUMBER: Code.CALLBACK_WRONG_NUMBER,
    Unreached.REFUSED: Code.CALLBACK_REFUSED,
    Unreached.DAYS_OVER: Code.CALLBACK_UNANSWERED,
    # Nobody asked for it, so nobody is told.
    Unreached.NOBODY: None,
}


@dataclass(frozen=True, slots=True)
class Line(Generic[F]):
    """How one kind of fact is told: the code of its line, and what the case's copy takes over from it."""

    code: Code | Callable[[F], Code | None]
    """A function where it depends on the fact; None = nothing is told."""
    status: CaseState | Callable[[F], CaseState | None] | None = None
    unit: Callable[[F], UnitCode | None] = lambda _: None
    takes_unit: bool = False
    """The unit answers for the case from now on."""
    into: Callable[[F], CaseId | None] = lambda _: None
    """The case it is handled with from now on."""
    until: Callable[[F], datetime | None] = lambda _: None
    promises: bool = False
    """`until` is the day the citizen may count on."""
    starts_anew: bool = False
    """What was promised, or handled with another case, is over."""
    detail: Callable[[F], str | None] = lambda _: None
    settles: Callable[[F, EventId | None], Settlement | None] = lambda _, __: None
    """What the desk had asked for, and has been decided by it; it is told which fact led to this one."""
    answers: Callable[[F], str | None] = lambda _: None
    """What router's desk wrote for the citizen, sealed."""


def follow(line: Line[F]) -> Callable[[IntakeWork, Heard], Awaitable[None]]:
    """The handler for one kind of fact."""

    async def told(work: IntakeWork, heard: Heard) -> None:
        await handlers.follow(work, command(line, heard.envelope, cast(F, heard.fact)))

    return told


def command(line: Line[F], envelope: Envelope, fact: F) -> Follow:
    """The fact as intake's own command."""
    code = line.code(fact) if not isinstance(line.code, Code) else line.code
    status = line.status(fact) if callable(line.status) else line.status
    unit, until = line.unit(fact), line.until(fact)
    note = (
        Note(envelope.id, fact.case_id, envelope.time, code, unit, until, line.detail(fact)) if code else None
    )
    return Follow(
        case_id=fact.case_id,
        at=envelope.time,
        sequence=_sequence(envelope, fact),
        note=note,
        status=status,
        unit=unit if line.takes_unit else None,
        merged_into=line.into(fact),
        promised_at=until if line.promises else None,
        starts_anew=line.starts_anew,
        settles=line.settles(fact, envelope.answers()),
        sealed_answer=line.answers(fact),
    )


def _sequence(envelope: Envelope, fact: CaseFact) -> int | None:
    """Router's count for the case. What it counts elsewhere (an order, a callback) is no measure for it."""
    counts = envelope.source == r.ROUTER and envelope.subject.endswith(str(fact.case_id))
    return envelope.sequence if counts else None


def hear(fact: type[F], line: Line[F]) -> Subscription:
    """One line of the table below."""
    return on(fact, follow(line), needs={"cases": "case_id"})


def _if_overdue(fact: r.CaseOverdue) -> Code | None:
    """The clocks for dispatching and signing are between the desk and its units."""
    return Code.OVERDUE if fact.clock is Overdue.RESOLVE else None


def _as_closed(fact: r.CaseClosed) -> Code:
    if not fact.asked:
        return Code.CLOSED_UNASKED
    return Code.CLOSED if fact.reached else Code.CLOSED_UNREACHED


def _as_asked(fact: s.CallbackScheduled) -> Code:
    return Code.CALLBACK_SCHEDULED if fact.by_phone else Code.CALLBACK_OPEN


def _as_tried(fact: s.CallbackAttempted) -> Code | None:
    """Of the last try is told what came of the round."""
    if fact.reached or fact.last:
        return None
    return Code.CALLBACK_PUT_OFF if fact.put_off_until else Code.CALLBACK_MISSED


def _as_unreached(fact: s.CallbackUnreachable) -> Code | None:
    return UNREACHED[fact.reason or Unreached.LADDER]


def _if_planned(fact: r.CaseModeSet) -> Code | None:
    """Of the modes only the one with a plan of its own changes what the citizen may count on."""
    return Code.PLANNED if fact.mode is HandlingMode.DEDICATED else None


def _if_asked(fact: r.MoveRefused) -> Code | None:
    """Who withdrew twice reads that it is withdrawn, and not beside it that it cannot be."""
    has_it = fact.move == "withdraw" and fact.state == S.WITHDRAWN
    return Code.MOVE_REFUSED if fact.move in ASKED_BY_CITIZENS and not has_it else None


def _if_proposed(fact: r.MoveRefused, _: EventId | None) -> Settlement | None:
    if fact.move not in frozenset(Wish):
        return None
    return Settlement(fact.asked_by, Wish(fact.move), Outcome.REFUSED, fact.state)


def _done(wish: Wish) -> Callable[[Any, EventId | None], Settlement | None]:
    """The wish came true, if it was ours: router's own desk answers and declines as well."""
    return lambda _, asked_by: Settlement(asked_by, wish, Outcome.DONE) if asked_by else None


async def case_registered(work: IntakeWork, heard: Heard[CaseRegistered]) -> None:
    """Intake hears itself: looking for duplicates must not keep a citizen waiting at the door."""
    fact, at = heard.fact, heard.envelope.time
    await duplicates.note_likeness(
        work, NoteLikeness(fact.case_id, fact.kind, fact.category, fact.sealed_words, at)
    )


async def incident_escalated(work: IntakeWork, heard: Heard[IncidentEscalated]) -> None:
    """网格上报: the grid asks for a case."""
    await handlers.register_incident(work, registration(heard.fact))


def registration(fact: IncidentEscalated) -> RegisterIncident:
    """The fact as intake's own command."""
    return RegisterIncident(fact.incident_id, fact.category, fact.sealed_words, fact.photos)


async def unit_changed(work: IntakeWork, heard: Heard[UnitChanged]) -> None:
    await handlers.learn_unit(work, copy_of(heard))


async def finding_made(work: IntakeWork, heard: Heard[r.FindingMade]) -> None:
    fact = heard.fact
    command = RegisterFinding(fact.found_case_id, fact.case_id, fact.kind, fact.category, fact.sealed_words)
    await handlers.register_finding(work, command)


async def hotspot_taken_up(work: IntakeWork, heard: Heard[r.HotspotTakenUp]) -> None:
    fact = heard.fact
    command = RegisterFinding(fact.case_id, None, Kind.REPORT, fact.category, fact.sealed_words)
    await handlers.register_finding(work, command)


def deliberated(code: Callable[[D], Code | None]) -> Callable[[IntakeWork, Heard], Awaitable[None]]:
    """The handler for one kind of fact about a deliberation: everybody whose case it is about is told."""

    async def told(work: IntakeWork, heard: Heard) -> None:
        fact, envelope = cast(D, heard.fact), heard.envelope
        line = code(fact)
        if line is None:
            return
        # Cases come to the table one after the other; the citizen of each is told once that it is there.
        told_once = fact.deliberation_id if line is Code.DELIBERATION_RAISED else envelope.id
        for case_id in sorted(fact.case_ids):
            # One fact, several cases: each has a line of its own, and still one however often it is told.
            line_id = EventId(uuid5(told_once, str(case_id)))
            note = Note(line_id, case_id, envelope.time, line, fact.unit)
            await handlers.follow(work, Follow(case_id=case_id, at=envelope.time, sequence=None, note=note))

    return told


STEPS_TOLD = {
    DeliberationStep.CASES_LINKED: Code.DELIBERATION_RAISED,
    DeliberationStep.PILOTS_BEGUN: Code.DELIBERATION_PILOTED,
    DeliberationStep.WORK_BEGUN: Code.DELIBERATION_BEGUN,
}
"""The other steps are the table's own business."""


def _as_stepped(fact: DeliberationProgressed) -> Code | None:
    return STEPS_TOLD.get(fact.step)


def _as_met(fact: DeliberationMet) -> Code:
    return Code.DELIBERATION_DECIDED if fact.adopted else Code.DELIBERATION_MET


SUBSCRIPTIONS = (
    on(CaseRegistered, case_registered),
    on(IncidentEscalated, incident_escalated),
    on(DeliberationRaised, deliberated(lambda _: Code.DELIBERATION_RAISED)),
    on(DeliberationMet, deliberated(_as_met)),
    on(DeliberationProgressed, deliberated(_as_stepped)),
    on(DeliberationEvaluated, deliberated(lambda _: Code.DELIBERATION_EVALUATED)),
    on(DeliberationAbandoned, deliberated(lambda _: Code.DELIBERATION_ABANDONED)),
    hear(
        r.CaseClassified,
        Line(
            lambda fact: Code.AWAITING_DISPATCHER if fact.awaiting_dispatcher else None,
            lambda fact: S.AWAITING_DISPATCHER if fact.awaiting_dispatcher else None,
        ),
    ),
    hear(
        r.CaseDispatched,
        Line(
            Code.DISPATCHED,
            S.DISPATCHED,
            unit=lambda fact: fact.unit,
            takes_unit=True,
            until=lambda fact: fact.resolve_by,
            promises=True,
        ),
    ),
    hear(r.CaseSigned, Line(Code.SIGNED, S.SIGNED, unit=lambda fact: fact.unit)),
    hear(r.CaseContacted, Line(Code.CONTACTED, unit=lambda fact: fact.unit)),
    hear(r.CaseProgressed, Line(Code.PROGRESSED, unit=lambda fact: fact.unit)),
    # The street still answers for what it gave to its community, so the case's unit stays the street.
    hear(r.CaseAssigned, Line(Code.ASSIGNED, unit=lambda fact: fact.to_unit)),
    hear(r.CaseReturned, Line(Code.RETURNED, S.RETURNED, unit=lambda fact: fact.unit)),
    hear(r.CaseAdjudicated, Line(Code.ADJUDICATED, unit=lambda fact: fact.to_unit)),
    hear(
        r.CaseExtended,
        Line(Code.EXTENDED, unit=lambda fact: fact.unit, until=lambda fact: fact.resolve_by, promises=True),
    ),
    hear(
        r.CaseShelved,
        Line(Code.SHELVED, S.SHELVED, unit=lambda fact: fact.unit, until=lambda fact: fact.review_at),
    ),
    hear(r.CaseUnshelved, Line(Code.UNSHELVED, S.SIGNED, unit=lambda fact: fact.unit)),
    hear(r.CaseUrged, Line(Code.URGED, unit=lambda fact: fact.unit)),
    hear(r.CaseSupervised, Line(Code.SUPERVISED, unit=lambda fact: fact.unit)),
    hear(r.CaseResolved, Line(Code.RESOLVED, S.RESOLVED, unit=lambda fact: fact.unit)),
    hear(r.CoOrderSigned, Line(Code.CO_SIGNED, unit=lambda fact: fact.unit)),
    hear(r.CoOrderProgressed, Line(Code.CO_PROGRESSED, unit=lambda fact: fact.unit)),
    hear(r.CoOrderResolved, Line(Code.CO_RESOLVED, unit=lambda fact: fact.unit)),
    hear(
        r.CaseAnswered,
        Line(
            Code.ANSWERED,
            S.ANSWERED,
            settles=_done(Wish.ANSWER),
            answers=lambda fact: fact.sealed_answer,
        ),
    ),
    hear(
        r.CaseDeclined,
        Line(
            Code.DECLINED,
            S.DECLINED,
            detail=lambda fact: fact.reason,
            settles=_done(Wish.DECLINE),
        ),
    ),
    hear(r.CaseMerged, Line(Code.MERGED, S.MERGED, into=lambda fact: fact.into_case_id)),
    # By whom and why the other one ended is its own citizen's business.
    hear(r.CaseUnmerged, Line(Code.UNMERGED, S.AWAITING_DISPATCHER, starts_anew=True)),
    on(r.FindingMade, finding_made),
    on(r.HotspotTakenUp, hotspot_taken_up),
    hear(
        r.CaseReclassified,
        Line(Code.RECLASSIFIED, until=lambda fact: fact.resolve_by, promises=True),
    ),
    hear(
        r.CaseModeSet,
        Line(_if_planned, unit=lambda fact: fact.unit, until=lambda fact: fact.resolve_by, promises=True),
    ),
    hear(r.CaseWithdrawn, Line(Code.WITHDRAWN, S.WITHDRAWN)),
    hear(r.CaseSurveyStarted, Line(Code.SURVEY_STARTED, S.SURVEYING)),
    hear(r.CaseReopened, Line(Code.REOPENED, S.REOPENED, starts_anew=True)),
    hear(r.CaseClosed, Line(_as_closed, S.CLOSED)),
    hear(r.CaseOverdue, Line(_if_overdue, unit=lambda fact: fact.unit)),
    hear(r.MoveRefused, Line(_if_asked, detail=lambda fact: fact.move, settles=_if_proposed)),
    hear(s.CallbackScheduled, Line(_as_asked, until=lambda fact: fact.due_at if fact.by_phone else None)),
    hear(s.CallbackAttempted, Line(_as_tried, until=lambda fact: fact.put_off_until)),
    hear(s.CallbackCompleted, Line(Code.CALLBACK_COMPLETED)),
    hear(s.CallbackUnreachable, Line(_as_unreached)),
    on(UnitChanged, unit_changed, needs={"unit_copies": "code"}),
)
