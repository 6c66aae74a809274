"""Survey's desk: load, decide, keep."""

from services.survey.domain import commands as do
from services.survey.domain import policy
from services.survey.domain.model import Survey
from services.survey.ports import SurveyWork
from shared.kernel.ids import CallbackId, CaseId, new_id

LINKS_AT_ONCE = 200


async def note_case(work: SurveyWork, cmd: do.NoteCase) -> Survey:
    known = await work.surveys.find(cmd.case_id)
    return await work.surveys.keep(policy.note_case(known, cmd))


async def join(work: SurveyWork, cmd: do.Join) -> Survey:
    survey = await work.surveys.get(cmd.into_case_id)
    return await work.surveys.keep(policy.join(survey, cmd.case_id))


async def schedule(work: SurveyWork, case_id: CaseId) -> Survey:
    """Start a round for the case, and one for each case that was merged into it."""
    survey = await _schedule_one(work, case_id)
    for joined in survey.joined:
        await _schedule_one(work, joined)
    return survey


async def _schedule_one(work: SurveyWork, case_id: CaseId) -> Survey:
    survey = await work.surveys.get(case_id)
    cmd = do.Schedule(case_id, CallbackId(new_id()))
    return await work.surveys.keep(policy.schedule(survey, cmd, work.city, at=work.now))


async def cancel(work: SurveyWork, case_id: CaseId) -> Survey:
    """End the case's round; whoever was joined to it is asked now, for nothing more will come of it."""
    survey = await work.surveys.get(case_id)
    for joined in survey.joined:
        await _schedule_one(work, joined)
    return await work.surveys.keep(policy.cancel(survey))


async def claim(work: SurveyWork, cmd: do.ClaimRound) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.claim(survey, cmd, at=work.now))


async def record_attempt(work: SurveyWork, cmd: do.RecordAttempt) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.record_attempt(survey, cmd, work.city, at=work.now))


async def answer_by_link(work: SurveyWork, cmd: do.AnswerByLink) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.answer_by_link(survey, cmd, at=work.now))


async def send_link(work: SurveyWork, callback_id: CallbackId) -> None:
    survey = await work.surveys.with_callback(callback_id)
    await work.surveys.keep(policy.send_link(survey, callback_id, work.city, at=work.now))
    await work.messages.send_link(callback_id, at=work.now)


async def send_due_links(work: SurveyWork) -> int:
    """Send a link for every round that is due and has none; answers how many."""
    due = await work.surveys.without_link(work.now, LINKS_AT_ONCE)
    for callback_id in due:
        await send_link(work, callback_id)
    return len(due)
