"""Rounds 回访: followed, asked about, taken in hand, answered, ended."""

from services.survey.domain import commands as do
from services.survey.domain.errors import NothingAsked
from services.survey.domain.messages import EventKind
from services.survey.domain.model import Survey
from services.survey.domain.policy import anonymising, answering, calling, scheduling
from services.survey.ports import SurveyWork
from shared.kernel.ids import CallbackId, CaseId, new_id

EXPIRED_AT_ONCE = 200
ANONYMISED_AT_ONCE = 200
PASSED_OVER = 100
"""How often others may be quicker while one caller asks for the next; then there is none for now."""


async def note_case(work: SurveyWork, cmd: do.NoteCase) -> Survey:
    known = await work.surveys.find(cmd.case_id)
    return await work.surveys.keep(scheduling.note_case(known, cmd))


async def note_matter(work: SurveyWork, cmd: do.NoteMatter) -> None:
    survey = await work.surveys.get(cmd.case_id)
    await work.surveys.keep(scheduling.note_matter(survey, cmd))


async def join(work: SurveyWork, cmd: do.Join) -> None:
    """并案. The two cases' facts travel by different keys: the other one may be unknown yet, or handled."""
    into = await work.surveys.find(cmd.into_case_id) or Survey(cmd.into_case_id, has_phone=False)
    if into.handled:
        await _ask_joined(work, cmd.case_id, into)
    else:
        await work.surveys.keep(scheduling.join(into, cmd.case_id))


async def unjoin(work: SurveyWork, cmd: do.Unjoin) -> None:
    """并案 undone: from now on it is handled by itself. What the other one's end is may be heard later."""
    from_ = await work.surveys.find(cmd.from_case_id)
    if from_ is not None:
        await work.surveys.keep(scheduling.unjoin(from_, cmd.case_id))
    survey = await work.surveys.get(cmd.case_id)
    await work.surveys.keep(scheduling.let_go(survey, at=work.now))


async def schedule(work: SurveyWork, case_id: CaseId) -> None:
    """Start a round for the case, and one for each case that was merged into it."""
    survey = await work.surveys.get(case_id)
    cmd = do.Schedule(case_id, CallbackId(new_id()))
    await _part(work, await work.surveys.keep(scheduling.schedule(survey, cmd, work.city, at=work.now)))


async def cancel(work: SurveyWork, case_id: CaseId, *, joined_go_on: bool) -> None:
    """End the case's round. Each that was joined to it goes on alone, as router says of it; of a case that
    ended before there was that, nothing more will come: they are asked now.
    """
    survey = await work.surveys.get(case_id)
    survey = await work.surveys.keep(scheduling.cancel(survey, at=work.now))
    if not joined_go_on:
        await _part(work, survey)


async def _part(work: SurveyWork, survey: Survey) -> None:
    await work.surveys.keep(scheduling.part(survey))
    for joined in survey.joined:
        await _ask_joined(work, joined, survey)


async def _ask_joined(work: SurveyWork, case_id: CaseId, into: Survey) -> None:
    survey = await work.surveys.get(case_id)
    await work.surveys.keep(scheduling.handled_with(survey, into))
    await schedule(work, case_id)


async def reopen(work: SurveyWork, case_id: CaseId) -> None:
    survey = await work.surveys.get(case_id)
    await work.surveys.keep(scheduling.reopen(survey, at=work.now))


async def claim(work: SurveyWork, cmd: do.ClaimRound) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    held = await work.surveys.keep(calling.choose(survey, cmd, work.city, at=work.now))
    if not cmd.inbound:
        await _note_reading(work, held, cmd.callback_id, cmd.by)
    return held


async def hand_back(work: SurveyWork, cmd: do.HandBack) -> None:
    survey = await work.surveys.with_callback(cmd.callback_id)
    await work.surveys.keep(calling.hand_back(survey, cmd, at=work.now))


async def _note_reading(work: SurveyWork, survey: Survey, callback_id: CallbackId, by: str) -> None:
    """Written with the claim, before intake is asked: whoever is shown a contact is in the audit."""
    await work.readings.note(survey.case_id, callback_id, by, at=work.now)


async def claim_next(work: SurveyWork, by: str, many: int = 1) -> list[tuple[Survey, CallbackId]]:
    """The next-best callbacks for this caller; none when nothing is due. Raises `QuietHours`."""
    calling.require_open_hours(work.city, at=work.now)
    for _ in range(PASSED_OVER):
        found = await work.surveys.next_for(by, work.now, many)
        taken = [one for one in found if await _taken(work, by, *one)]
        if taken or not found:
            return [(await work.surveys.get(case_id), callback_id) for case_id, callback_id in taken]
    return []


async def reserve(work: SurveyWork, by: str, many: int) -> list[tuple[Survey, CallbackId]]:
    """The next handful, as far as there is room for it. Raises `HandsFull`, `QuietHours`."""
    in_hand = await work.surveys.many_in_hand_of(by, work.now)
    return await claim_next(work, by, calling.room_for(many, in_hand))


async def take_next(work: SurveyWork, by: str) -> list[tuple[Survey, CallbackId]]:
    """The next call for this caller, with the note that he is shown whom to call."""
    found = await _in_hand_or_next(work, by)
    for survey, callback_id in found:
        await _note_reading(work, survey, callback_id, by)
    return found


async def _in_hand_or_next(work: SurveyWork, by: str) -> list[tuple[Survey, CallbackId]]:
    """The call this caller has in hand and has not written down, else the next-best one.

    Who asks again because the answer was lost, or because intake was away, is given the same callback.
    """
    calling.require_open_hours(work.city, at=work.now)
    for case_id, callback_id in await work.surveys.in_hand_of(by, work.now):
        survey = await work.surveys.get(case_id)
        if calling.has_in_hand(survey, callback_id, by, at=work.now):
            renewed = calling.claim(survey, do.ClaimRound(callback_id, by), at=work.now)
            return [(await work.surveys.keep(renewed), callback_id)]
    return await claim_next(work, by)


async def _taken(work: SurveyWork, by: str, case_id: CaseId, callback_id: CallbackId) -> bool:
    """The worklist is read without lock: what somebody took meanwhile is passed over, and not found again."""
    survey = await work.surveys.get(case_id)
    if not calling.may_take(survey, callback_id, by, at=work.now):
        return False
    await work.surveys.keep(calling.claim(survey, do.ClaimRound(callback_id, by), at=work.now))
    return True


async def record_attempt(work: SurveyWork, cmd: do.RecordAttempt) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(calling.record_attempt(survey, cmd, work.city, at=work.now))


async def answer_by_link(work: SurveyWork, cmd: do.AnswerByLink) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(answering.answer_by_link(survey, cmd, work.city, at=work.now))


async def answer_in_app(work: SurveyWork, cmd: do.AnswerInApp) -> Survey:
    survey = await work.surveys.find(cmd.case_id)
    if survey is None:
        raise NothingAsked
    return await work.surveys.keep(answering.answer_in_app(survey, cmd, work.city, at=work.now))


async def answer_by_keys(work: SurveyWork, event_id: str, cmd: do.AnswerByKeys) -> bool:
    """What was pressed; False when this very event was taken before."""
    if not await work.webhooks.is_first(EventKind.KEYS, event_id, at=work.now):
        return False
    survey = await work.surveys.with_callback(cmd.callback_id)
    await work.surveys.keep(answering.answer_by_keys(survey, cmd, work.city, at=work.now))
    return True


async def end_expired(work: SurveyWork) -> int:
    """End the rounds whose days to answer are over; how many."""
    over = await work.surveys.expired(work.now, EXPIRED_AT_ONCE)
    for case_id, callback_id in over:
        survey = await work.surveys.get(case_id)
        await work.surveys.keep(calling.expire(survey, callback_id, at=work.now))
    return len(over)


async def anonymise(work: SurveyWork) -> int:
    """匿名化: forget the citizens' own words of rounds that ended long ago; of how many."""
    before = anonymising.due_before(work.city, at=work.now)
    old = await work.surveys.with_notes(before, ANONYMISED_AT_ONCE)
    for case_id, _ in old:
        survey = await work.surveys.get(case_id)
        await work.surveys.keep(anonymising.anonymise(survey, work.city, at=work.now))
    return len(old)


async def erase(work: SurveyWork, case_id: CaseId) -> None:
    """删除个人信息: forget now what the citizen told us, and ask nothing more."""
    survey = await work.surveys.get(case_id)
    await work.surveys.keep(anonymising.erase(survey, at=work.now))
