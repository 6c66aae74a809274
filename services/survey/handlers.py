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


async def join(work: SurveyWork, cmd: do.Join) -> None:
    """并案. The two cases' facts travel by different keys: the other one may be unknown yet, or handled."""
    into = await work.surveys.find(cmd.into_case_id) or Survey(cmd.into_case_id, has_phone=False)
    if into.handled:
        await schedule(work, cmd.case_id)
    else:
        await work.surveys.keep(policy.join(into, cmd.case_id))


async def schedule(work: SurveyWork, case_id: CaseId) -> None:
    """Start a round for the case, and one for each case that was merged into it."""
    survey = await work.surveys.get(case_id)
    cmd = do.Schedule(case_id, CallbackId(new_id()))
    await _part(work, await work.surveys.keep(policy.schedule(survey, cmd, work.city, at=work.now)))


async def cancel(work: SurveyWork, case_id: CaseId) -> None:
    """End the case's round; whoever was joined to it is asked now, for nothing more will come of it."""
    survey = await work.surveys.get(case_id)
    await _part(work, await work.surveys.keep(policy.cancel(survey)))


async def _part(work: SurveyWork, survey: Survey) -> None:
    await work.surveys.keep(policy.part(survey))
    for joined in survey.joined:
        await schedule(work, joined)


async def reopen(work: SurveyWork, case_id: CaseId) -> None:
    survey = await work.surveys.get(case_id)
    await work.surveys.keep(policy.reopen(survey))


async def claim(work: SurveyWork, cmd: do.ClaimRound) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.claim(survey, cmd, at=work.now))


async def record_attempt(work: SurveyWork, cmd: do.RecordAttempt) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.record_attempt(survey, cmd, work.city, at=work.now))


async def answer_by_link(work: SurveyWork, cmd: do.AnswerByLink) -> Survey:
    survey = await work.surveys.with_callback(cmd.callback_id)
    return await work.surveys.keep(policy.answer_by_link(survey, cmd, at=work.now))


async def send_due_links(work: SurveyWork) -> int:
    """Send a link for every round that is due and has none, in decent hours; answers how many."""
    if work.city.calendar.in_quiet_hours(work.now, work.city.policy.callback.hours.window):
        return 0
    due = await work.surveys.without_link(work.now, LINKS_AT_ONCE)
    owed = [callback_id for case_id, callback_id in due if await _send_link(work, case_id, callback_id)]
    await work.messages.send_links(owed, at=work.now)
    return len(due)


async def _send_link(work: SurveyWork, case_id: CaseId, callback_id: CallbackId) -> bool:
    """False when the citizen answered while we waited for the case."""
    survey = await work.surveys.get(case_id)
    if not policy.owes_link(survey, callback_id):
        return False
    await work.surveys.keep(policy.send_link(survey, callback_id, work.city, at=work.now))
    return True
