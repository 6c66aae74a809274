"""The bus knocks: every fact a number rests on becomes a note, with the mark that tells a duplicate."""

from collections.abc import Callable
from typing import Any

from services.scoring import handlers
from services.scoring.domain import commands as note
from services.scoring.domain.model import Answer, Department, Mark, Stamp
from services.scoring.ports import ScoringWork
from shared.bus.subscriptions import Subscription, on
from shared.events import directory, grid, intake, router, survey
from shared.events.envelope import Envelope, Heard
from shared.events.fact import CaseFact
from shared.store.unit_copies import copy_of

Said = tuple[Stamp, Mark]


def said(envelope: Envelope) -> Said:
    """When, by which fact, and as its sayer's how manieth about the subject."""
    mark = Mark(f"{envelope.source}/{envelope.subject}", envelope.sequence)
    return Stamp(envelope.time, envelope.id), mark


def registered(fact: intake.CaseRegistered, at: Said) -> note.Note:
    return note.NoteRegistered(
        fact.case_id, *at, fact.channel, fact.kind, fact.proactive, fact.linked_case_id
    )


def classified(fact: router.CaseClassified, at: Said) -> note.Note:
    return note.NoteClassified(fact.case_id, *at, fact.category, fact.tier, fact.place)


def reclassified(fact: router.CaseReclassified, at: Said) -> note.Note:
    return note.NoteReclassified(fact.case_id, *at, fact.category, fact.tier, fact.resolve_by, _limits(fact))


def dispatched(fact: router.CaseDispatched, at: Said) -> note.Note:
    return note.NoteDispatched(
        fact.case_id,
        *at,
        fact.work_order_id,
        fact.unit,
        tuple((order.work_order_id, order.unit) for order in fact.co_orders),
        fact.place,
        fact.category,
        fact.tier,
        fact.sign_by,
        fact.resolve_by,
        fact.redo,
        fact.proactive,
    )


def signed(fact: router.CaseSigned | router.CoOrderSigned, at: Said) -> note.Note:
    return note.NoteSigned(fact.case_id, *at, fact.work_order_id, fact.in_time)


def contacted(fact: router.CaseContacted, at: Said) -> note.Note:
    return note.NoteContacted(fact.case_id, *at, fact.work_order_id)


def assigned(fact: router.CaseAssigned, at: Said) -> note.Note:
    return note.NoteAssigned(fact.case_id, *at, fact.work_order_id, fact.to_unit)


def returned(fact: router.CaseReturned, at: Said) -> note.Note:
    return note.NoteReturned(fact.case_id, *at, fact.work_order_id)


def adjudicated(fact: router.CaseAdjudicated, at: Said) -> note.Note:
    return note.NoteRuled(fact.case_id, *at, fact.ruling, fact.returned_by, fact.to_unit)


def extended(fact: router.CaseExtended, at: Said) -> note.Note:
    return note.NoteExtended(fact.case_id, *at, fact.work_order_id, fact.resolve_by)


def mode_set(fact: router.CaseModeSet, at: Said) -> note.Note:
    return note.NoteExtended(fact.case_id, *at, fact.work_order_id, fact.resolve_by, _limits(fact))


def _limits(fact: router.CaseReclassified | router.CaseModeSet) -> note.SignLimits:
    return tuple((each.work_order_id, each.sign_by) for each in fact.sign_limits)


def resolved(fact: router.CaseResolved | router.CoOrderResolved, at: Said) -> note.Note:
    return note.NoteResolved(fact.case_id, *at, fact.work_order_id, fact.in_time)


def reopened(fact: router.CaseReopened, at: Said) -> note.Note:
    return note.NoteReopened(fact.case_id, *at, fact.redo)


def answered(fact: router.CaseAnswered, at: Said) -> note.Note:
    return note.NoteAnswered(fact.case_id, *at)


def declined(fact: router.CaseDeclined, at: Said) -> note.Note:
    return note.NoteDeclined(fact.case_id, *at, fact.reason)


def merged(fact: router.CaseMerged, at: Said) -> note.Note:
    return note.NoteMerged(fact.case_id, *at, fact.into_case_id)


def unmerged(fact: router.CaseUnmerged, at: Said) -> note.Note:
    return note.NoteUnmerged(fact.case_id, *at)


def withdrawn(fact: router.CaseWithdrawn, at: Said) -> note.Note:
    return note.NoteWithdrawn(fact.case_id, *at)


def closed(fact: router.CaseClosed, at: Said) -> note.Note:
    return note.NoteClosed(fact.case_id, *at)


def completed(fact: survey.CallbackCompleted, at: Said) -> note.Note:
    answer = Answer(fact.channel, fact.contacted, fact.solved, fact.satisfied)
    return note.NoteResult(fact.case_id, *at, fact.callback_id, fact.round, answer, fact.scored)


def unreachable(fact: survey.CallbackUnreachable, at: Said) -> note.Note:
    return note.NoteResult(fact.case_id, *at, fact.callback_id, fact.round, None, scored=False)


def department_signed(fact: grid.WhistleSigned, at: Said) -> note.NoteWhistle:
    return note.NoteDepartmentSigned(fact.whistle_id, *at, fact.unit, fact.in_time)


def department_contacted(fact: grid.WhistleContacted, at: Said) -> note.NoteWhistle:
    return note.NoteDepartmentContacted(fact.whistle_id, *at, fact.unit, fact.in_time)


def reported_in(fact: grid.WhistleReportedIn, at: Said) -> note.NoteWhistle:
    return note.NoteReportedIn(fact.whistle_id, *at, fact.unit, fact.in_time, fact.counts_as_signed)


def acted(fact: grid.WhistleActed, at: Said) -> note.NoteWhistle:
    return note.NoteActed(fact.whistle_id, *at, fact.unit)


def scored(fact: grid.WhistleScored, at: Said) -> note.NoteWhistle:
    return note.NoteScored(fact.whistle_id, *at, fact.unit, fact.reported_in_time, fact.score)


def whistle_closed(fact: grid.WhistleClosed, at: Said) -> note.NoteWhistle:
    return note.NoteWhistleClosed(fact.whistle_id, *at)


def whistle_cancelled(fact: grid.WhistleCancelled, at: Said) -> note.NoteWhistle:
    return note.NoteWhistleCancelled(fact.whistle_id, *at)


async def whistle_blown(work: ScoringWork, heard: Heard[grid.WhistleBlown]) -> None:
    fact = heard.fact
    called = tuple(
        Department(each.unit, each.sign_by, each.contact_by, each.report_in_by) for each in fact.departments
    )
    at = said(heard.envelope)
    await handlers.note_blown(
        work, note.NoteBlown(fact.whistle_id, *at, fact.case_id, fact.kind, fact.blown_by, called)
    )


async def hotspot_taken_up(work: ScoringWork, heard: Heard[router.HotspotTakenUp]) -> None:
    await handlers.note_taken_up(work, heard.fact.hotspot_id, heard.fact.case_id)


def about_case(fact: type[CaseFact], translate: Callable[[Any, Said], note.Note]) -> Subscription:
    """Hear a fact about a case as a note about its entry."""

    async def handle(work: ScoringWork, heard: Heard[Any]) -> None:
        await handlers.take_note(work, translate(heard.fact, said(heard.envelope)))

    return on(fact, handle, needs={"entries": "case_id"})


def about_whistle(
    fact: type[grid.WhistleFact], translate: Callable[[Any, Said], note.NoteWhistle]
) -> Subscription:
    """Hear a fact about a whistle as a note about it."""

    async def handle(work: ScoringWork, heard: Heard[Any]) -> None:
        await handlers.note_whistle(work, translate(heard.fact, said(heard.envelope)))

    return on(fact, handle, needs={"whistles": "whistle_id"})


async def unit_changed(work: ScoringWork, heard: Heard[directory.UnitChanged]) -> None:
    await handlers.learn_unit(work, copy_of(heard))


SUBSCRIPTIONS = (
    about_case(intake.CaseRegistered, registered),
    about_case(router.CaseClassified, classified),
    about_case(router.CaseDispatched, dispatched),
    about_case(router.CaseSigned, signed),
    about_case(router.CoOrderSigned, signed),
    about_case(router.CaseContacted, contacted),
    about_case(router.CaseAssigned, assigned),
    about_case(router.CaseReturned, returned),
    about_case(router.CaseAdjudicated, adjudicated),
    about_case(router.CaseExtended, extended),
    about_case(router.CaseModeSet, mode_set),
    about_case(router.CaseReclassified, reclassified),
    about_case(router.CaseResolved, resolved),
    about_case(router.CoOrderResolved, resolved),
    about_case(router.CaseReopened, reopened),
    about_case(router.CaseAnswered, answered),
    about_case(router.CaseDeclined, declined),
    about_case(router.CaseMerged, merged),
    about_case(router.CaseUnmerged, unmerged),
    about_case(router.CaseWithdrawn, withdrawn),
    about_case(router.CaseClosed, closed),
    about_case(survey.CallbackCompleted, completed),
    about_case(survey.CallbackUnreachable, unreachable),
    on(grid.WhistleBlown, whistle_blown, needs={"whistles": "whistle_id"}),
    about_whistle(grid.WhistleSigned, department_signed),
    about_whistle(grid.WhistleContacted, department_contacted),
    about_whistle(grid.WhistleReportedIn, reported_in),
    about_whistle(grid.WhistleActed, acted),
    about_whistle(grid.WhistleScored, scored),
    about_whistle(grid.WhistleClosed, whistle_closed),
    about_whistle(grid.WhistleCancelled, whistle_cancelled),
    on(directory.UnitChanged, unit_changed, needs={"unit_copies": "code"}),
    on(router.HotspotTakenUp, hotspot_taken_up),
)
