"""派单 and 裁定: what the desk decides about a case."""

from services.router.domain import commands as do
from services.router.domain.model import Case
from services.router.domain.policy import opening, reclassifying, returns
from services.router.domain.words import Words
from services.router.handlers.ids import order_ids
from services.router.handlers.joined import let_joined_go, preload_with_joined
from services.router.ports import RouterWork


async def open_case(work: RouterWork, cmd: do.OpenCase) -> Case:
    """A case that is here already is answered as it stands: a registration heard twice changes nothing."""
    known = await work.cases.find(cmd.case_id)
    return known or await work.cases.keep(opening.open_case(cmd, order_ids(), work.city, at=work.now))


async def dispatch(work: RouterWork, cmd: do.Dispatch) -> Case:
    case = await work.cases.get(cmd.case_id)
    words = work.unseal(case.case_id, case.sealed_words)
    return await work.cases.keep(opening.dispatch(case, cmd, words, order_ids(), work.city, at=work.now))


async def answer(work: RouterWork, cmd: do.Answer) -> Case:
    """The citizen reads it at intake: it goes there sealed, as their own words came."""
    case = await work.cases.get(cmd.case_id)
    sealed = work.seal(case.case_id, Words(cmd.text))
    return await work.cases.keep(opening.answer(case, cmd, sealed, at=work.now))


async def decline(work: RouterWork, cmd: do.Decline) -> Case:
    await preload_with_joined(work, cmd.case_id)
    case = await work.cases.get(cmd.case_id)
    return await let_joined_go(work, await work.cases.keep(opening.decline(case, cmd, at=work.now)))


async def merge(work: RouterWork, cmd: do.Merge) -> Case:
    await work.cases.preload([cmd.case_id, cmd.into_case_id])
    case, into = await work.cases.get(cmd.case_id), await work.cases.get(cmd.into_case_id)
    return await work.cases.keep(opening.merge(case, into, cmd, at=work.now))


async def adjudicate(work: RouterWork, cmd: do.Adjudicate) -> Case:
    case = await work.cases.get(cmd.case_id)
    words = work.unseal(case.case_id, case.sealed_words)
    return await work.cases.keep(returns.adjudicate(case, cmd, words, order_ids(), work.city, at=work.now))


async def reclassify(work: RouterWork, cmd: do.Reclassify) -> Case:
    case = await work.cases.get(cmd.case_id)
    words = work.unseal(case.case_id, case.sealed_words)
    return await work.cases.keep(reclassifying.reclassify(case, cmd, words, work.city, at=work.now))
