"""What others ask of a case by a fact: intake and its citizens, survey, a joint conference."""

from services.router.domain import commands as do
from services.router.domain.model import Case
from services.router.domain.policy import callback, citizen, dividing, proposed
from services.router.handlers.ids import order_ids
from services.router.handlers.joined import let_joined_go
from services.router.ports import RouterWork


async def answer_proposed(work: RouterWork, cmd: do.AnswerProposed) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(proposed.answer(case, cmd, at=work.now))


async def decline_proposed(work: RouterWork, cmd: do.DeclineProposed) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await let_joined_go(work, await work.cases.keep(proposed.decline(case, cmd, at=work.now)))


async def merge_proposed(work: RouterWork, cmd: do.MergeProposed) -> Case:
    await work.cases.preload([cmd.case_id, cmd.into_case_id])
    case, into = await work.cases.get(cmd.case_id), await work.cases.find(cmd.into_case_id)
    return await work.cases.keep(proposed.merge(case, into, cmd, at=work.now))


async def withdraw(work: RouterWork, cmd: do.AskedByCitizen) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await let_joined_go(work, await work.cases.keep(citizen.withdraw(case, cmd, at=work.now)))


async def citizen_urges(work: RouterWork, cmd: do.AskedByCitizen) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(citizen.urge(case, cmd, at=work.now))


async def supplement(work: RouterWork, cmd: do.AddWords) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(citizen.supplement(case, cmd, at=work.now))


async def start_survey(work: RouterWork, cmd: do.StartSurvey) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(callback.start(case, cmd))


async def take_answer(work: RouterWork, cmd: do.TakeAnswer) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(callback.take_answer(case, cmd, order_ids(), work.city, at=work.now))


async def give_up_survey(work: RouterWork, cmd: do.GiveUpSurvey) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(callback.give_up(case, cmd, at=work.now))


async def close_unasked(work: RouterWork, cmd: do.CloseUnasked) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(callback.close_unasked(case, cmd, at=work.now))


async def take_division(work: RouterWork, cmd: do.TakeDivision) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(dividing.take_division(case, cmd, order_ids(), work.city, at=work.now))
