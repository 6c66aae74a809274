"""The bus knocks: a foreign fact becomes a command of survey's own."""

from services.survey import handlers
from services.survey.domain.commands import Join, NoteCase, NoteMatter, Unjoin
from services.survey.ports import SurveyWork
from shared.bus.subscriptions import on
from shared.events.envelope import Heard
from shared.events.intake import CaseAnonymised, CaseRegistered
from shared.events.router import (
    CaseAnswered,
    CaseDeclined,
    CaseMerged,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
    CaseWithdrawn,
)
from shared.kernel.words import Channel


async def case_registered(work: SurveyWork, heard: Heard[CaseRegistered]) -> None:
    fact = heard.fact
    has_citizen = not fact.proactive and fact.channel is not Channel.SENSOR
    stated = NoteCase(
        fact.case_id, fact.has_phone, has_citizen, heard.envelope.time, fact.category, fact.language
    )
    await handlers.note_case(work, stated)


async def case_handled(work: SurveyWork, heard: Heard[CaseResolved | CaseAnswered]) -> None:
    fact = heard.fact
    # The end tells both: to follow the case up to there would double what a case costs survey.
    unit = fact.unit if isinstance(fact, CaseResolved) else None
    await handlers.note_matter(work, NoteMatter(fact.case_id, fact.category, unit))
    await handlers.schedule(work, fact.case_id)


async def case_merged(work: SurveyWork, heard: Heard[CaseMerged]) -> None:
    await handlers.join(work, Join(heard.fact.case_id, heard.fact.into_case_id))


async def case_unmerged(work: SurveyWork, heard: Heard[CaseUnmerged]) -> None:
    await handlers.unjoin(work, Unjoin(heard.fact.case_id, heard.fact.from_case_id))


async def case_dropped(work: SurveyWork, heard: Heard[CaseWithdrawn | CaseDeclined]) -> None:
    await handlers.cancel(work, heard.fact.case_id, joined_go_on=heard.fact.joined_go_on)


async def case_reopened(work: SurveyWork, heard: Heard[CaseReopened]) -> None:
    await handlers.reopen(work, heard.fact.case_id)


async def case_anonymised(work: SurveyWork, heard: Heard[CaseAnonymised]) -> None:
    await handlers.erase(work, heard.fact.case_id)


_SURVEY = {"surveys": "case_id"}
SUBSCRIPTIONS = (
    on(CaseRegistered, case_registered, needs=_SURVEY),
    on(CaseResolved, case_handled, needs=_SURVEY),
    on(CaseAnswered, case_handled, needs=_SURVEY),
    on(CaseMerged, case_merged, needs={"surveys": "into_case_id"}),
    on(CaseUnmerged, case_unmerged, needs=_SURVEY),
    on(CaseWithdrawn, case_dropped, needs=_SURVEY),
    on(CaseDeclined, case_dropped, needs=_SURVEY),
    on(CaseReopened, case_reopened, needs=_SURVEY),
    on(CaseAnonymised, case_anonymised, needs=_SURVEY),
)
