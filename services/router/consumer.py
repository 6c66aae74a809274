"""The bus knocks: intake's, survey's, grid's and scoring's facts become router's own commands."""

from services.router import handlers
from services.router.domain import commands as do
from services.router.ports import RouterWork
from shared.bus.subscriptions import on
from shared.events.envelope import Heard
from shared.events.grid import ConferenceHeld
from shared.events.intake import (
    CaseAnswerProposed,
    CaseDeclineProposed,
    CaseMergeProposed,
    CaseRegistered,
    CaseSupplemented,
    UrgeAsked,
    WithdrawalAsked,
)
from shared.events.scoring import HotspotDetected
from shared.events.survey import CallbackCompleted, CallbackScheduled, CallbackSkipped, CallbackUnreachable
from shared.kernel.words import MergeReason, Share

WISHES = {MergeReason.JOINED: "join", MergeReason.REPEAT_CALLER: "merge"}


async def case_registered(work: RouterWork, heard: Heard[CaseRegistered]) -> None:
    fact = heard.fact
    command = do.OpenCase(
        case_id=fact.case_id,
        registered_at=heard.envelope.time,
        channel=fact.channel,
        kind=fact.kind,
        stated_category=fact.category,
        sealed_words=fact.sealed_words,
        words=work.unseal(fact.case_id, fact.sealed_words),
        read=work.opinions,
        has_phone=fact.has_phone,
        confidential=fact.confidential,
        anonymous=fact.anonymous,
        proactive=fact.proactive,
        linked_case_id=fact.linked_case_id,
        being_answered=fact.being_answered,
    )
    await handlers.open_case(work, command)


async def case_supplemented(work: RouterWork, heard: Heard[CaseSupplemented]) -> None:
    # Opened once before they are kept: words that nobody can open would break every reading of the case.
    work.unseal(heard.fact.case_id, heard.fact.sealed_words)
    command = do.AddWords(heard.fact.case_id, heard.fact.sealed_words, heard.envelope.id)
    await handlers.supplement(work, command)


async def withdrawal_asked(work: RouterWork, heard: Heard[WithdrawalAsked]) -> None:
    await handlers.withdraw(work, do.AskedByCitizen(heard.fact.case_id, heard.envelope.id))


async def urge_asked(work: RouterWork, heard: Heard[UrgeAsked]) -> None:
    await handlers.citizen_urges(work, do.AskedByCitizen(heard.fact.case_id, heard.envelope.id))


async def answer_proposed(work: RouterWork, heard: Heard[CaseAnswerProposed]) -> None:
    command = do.AnswerProposed(case_id=heard.fact.case_id, asked_by=heard.envelope.id)
    await handlers.answer_proposed(work, command)


async def decline_proposed(work: RouterWork, heard: Heard[CaseDeclineProposed]) -> None:
    fact = heard.fact
    command = do.DeclineProposed(case_id=fact.case_id, asked_by=heard.envelope.id, reason=fact.reason)
    await handlers.decline_proposed(work, command)


async def merge_proposed(work: RouterWork, heard: Heard[CaseMergeProposed]) -> None:
    fact = heard.fact
    command = do.MergeProposed(
        case_id=fact.case_id,
        into_case_id=fact.into_case_id,
        asked_by=heard.envelope.id,
        wish=WISHES[fact.reason],
    )
    await handlers.merge_proposed(work, command)


async def callback_scheduled(work: RouterWork, heard: Heard[CallbackScheduled]) -> None:
    fact = heard.fact
    command = do.StartSurvey(
        case_id=fact.case_id, callback_id=fact.callback_id, round=fact.round, asked_by=heard.envelope.id
    )
    await handlers.start_survey(work, command)


async def callback_completed(work: RouterWork, heard: Heard[CallbackCompleted]) -> None:
    fact = heard.fact
    command = do.TakeAnswer(
        case_id=fact.case_id,
        callback_id=fact.callback_id,
        round=fact.round,
        asked_by=heard.envelope.id,
        solved=fact.solved,
        satisfied=fact.satisfied,
    )
    await handlers.take_answer(work, command)


async def callback_unreachable(work: RouterWork, heard: Heard[CallbackUnreachable]) -> None:
    fact = heard.fact
    command = do.GiveUpSurvey(
        case_id=fact.case_id, callback_id=fact.callback_id, round=fact.round, asked_by=heard.envelope.id
    )
    await handlers.give_up_survey(work, command)


async def callback_skipped(work: RouterWork, heard: Heard[CallbackSkipped]) -> None:
    fact = heard.fact
    command = do.CloseUnasked(
        case_id=fact.case_id, callback_id=fact.callback_id, round=fact.round, asked_by=heard.envelope.id
    )
    await handlers.close_unasked(work, command)


async def conference_held(work: RouterWork, heard: Heard[ConferenceHeld]) -> None:
    fact = heard.fact
    command = do.TakeDivision(
        case_id=fact.case_id,
        asked_by=heard.envelope.id,
        leads=tuple(each.unit for each in fact.parties if each.share is Share.LEAD),
        co_units=tuple(each.unit for each in fact.parties if each.share is Share.CO),
    )
    await handlers.take_division(work, command)


async def hotspot_detected(work: RouterWork, heard: Heard[HotspotDetected]) -> None:
    fact = heard.fact
    command = do.TakeUpHotspot(
        fact.hotspot_id, fact.unit, fact.category, fact.days, fact.cases, fact.expected
    )
    await handlers.take_up_hotspot(work, command)


_CASE = {"cases": "case_id"}
SUBSCRIPTIONS = (
    on(CaseRegistered, case_registered, needs=_CASE),
    on(CaseSupplemented, case_supplemented, needs=_CASE),
    on(WithdrawalAsked, withdrawal_asked, needs=_CASE),
    on(UrgeAsked, urge_asked, needs=_CASE),
    on(CaseAnswerProposed, answer_proposed, needs=_CASE),
    on(CaseDeclineProposed, decline_proposed, needs=_CASE),
    on(CaseMergeProposed, merge_proposed, needs=_CASE),
    on(CallbackScheduled, callback_scheduled, needs=_CASE),
    on(CallbackCompleted, callback_completed, needs=_CASE),
    on(CallbackUnreachable, callback_unreachable, needs=_CASE),
    on(CallbackSkipped, callback_skipped, needs=_CASE),
    on(ConferenceHeld, conference_held, needs=_CASE),
    on(HotspotDetected, hotspot_detected),
)
