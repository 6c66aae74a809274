"""The desk: one function for each command; load, decide, keep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from services.router.domain import commands as do
from services.router.domain.model import Case
from services.router.domain.policy import (
    callback,
    citizen,
    clocks,
    directory,
    handling,
    opening,
    overseeing,
    proposed,
    returns,
)
from services.router.ports import RouterWork
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode, WorkOrderId, new_id

MOST_CO_UNITS = 10


def order_ids() -> do.OrderIds:
    """Ids for whatever a decision may dispatch."""
    return do.OrderIds(WorkOrderId(new_id()), tuple(WorkOrderId(new_id()) for _ in range(MOST_CO_UNITS)))


async def open_case(work: RouterWork, cmd: do.OpenCase) -> Case:
    """A case that is here already is answered as it stands: a registration heard twice changes nothing."""
    known = await work.cases.find(cmd.case_id)
    return known or await work.cases.keep(opening.open_case(cmd, order_ids(), work.city, at=work.now))


async def dispatch(work: RouterWork, cmd: do.Dispatch) -> Case:
    case = await work.cases.get(cmd.case_id)
    words = work.unseal(case.case_id, case.sealed_words)
    return await work.cases.keep(opening.dispatch(case, cmd, words, order_ids(), work.city, at=work.now))


async def answer(work: RouterWork, cmd: do.Answer) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(opening.answer(case, cmd, at=work.now))


async def decline(work: RouterWork, cmd: do.Decline) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(opening.decline(case, cmd, at=work.now))


async def merge(work: RouterWork, cmd: do.Merge) -> Case:
    await work.cases.preload([cmd.case_id, cmd.into_case_id])
    case, into = await work.cases.get(cmd.case_id), await work.cases.get(cmd.into_case_id)
    return await work.cases.keep(opening.merge(case, into, cmd, at=work.now))


async def answer_proposed(work: RouterWork, cmd: do.AnswerProposed) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(proposed.answer(case, cmd, at=work.now))


async def decline_proposed(work: RouterWork, cmd: do.DeclineProposed) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(proposed.decline(case, cmd, at=work.now))


async def merge_proposed(work: RouterWork, cmd: do.MergeProposed) -> Case:
    await work.cases.preload([cmd.case_id, cmd.into_case_id])
    case, into = await work.cases.get(cmd.case_id), await work.cases.find(cmd.into_case_id)
    return await work.cases.keep(proposed.merge(case, into, cmd, at=work.now))


async def adjudicate(work: RouterWork, cmd: do.Adjudicate) -> Case:
    case = await work.cases.get(cmd.case_id)
    words = work.unseal(case.case_id, case.sealed_words)
    return await work.cases.keep(returns.adjudicate(case, cmd, words, order_ids(), work.city, at=work.now))


C = TypeVar("C", bound=do.OrderCommand, contravariant=True)


class _OnOrder(Protocol[C]):
    """A rule about a running order."""

    def __call__(self, case: Case, cmd: C, city: City, *, at: datetime) -> Decision[Case]: ...


async def _with_order(work: RouterWork, cmd: C, decide: _OnOrder[C]) -> Case:
    case = await work.cases.of_order(cmd.order_id)
    return await work.cases.keep(decide(case, cmd, work.city, at=work.now))


async def sign(work: RouterWork, cmd: do.Sign) -> Case:
    return await _with_order(work, cmd, handling.sign)


async def contact(work: RouterWork, cmd: do.Contact) -> Case:
    return await _with_order(work, cmd, handling.contact)


async def progress(work: RouterWork, cmd: do.Progress) -> Case:
    return await _with_order(work, cmd, handling.progress)


async def assign(work: RouterWork, cmd: do.Assign) -> Case:
    return await _with_order(work, cmd, handling.assign)


async def resolve(work: RouterWork, cmd: do.Resolve) -> Case:
    return await _with_order(work, cmd, handling.resolve)


async def return_case(work: RouterWork, cmd: do.ReturnOrder) -> Case:
    case = await work.cases.of_order(cmd.order_id)
    return await work.cases.keep(returns.return_case(case, cmd, order_ids(), work.city, at=work.now))


async def extend(work: RouterWork, cmd: do.Extend) -> Case:
    return await _with_order(work, cmd, overseeing.extend)


async def shelve(work: RouterWork, cmd: do.Shelve) -> Case:
    return await _with_order(work, cmd, overseeing.shelve)


async def unshelve(work: RouterWork, cmd: do.Unshelve) -> Case:
    return await _with_order(work, cmd, overseeing.unshelve)


async def urge(work: RouterWork, cmd: do.Urge) -> Case:
    return await _with_order(work, cmd, overseeing.urge)


async def supervise(work: RouterWork, cmd: do.Supervise) -> Case:
    return await _with_order(work, cmd, overseeing.supervise)


async def withdraw(work: RouterWork, cmd: do.AskedByCitizen) -> Case:
    case = await work.cases.get(cmd.case_id)
    return await work.cases.keep(citizen.withdraw(case, cmd, at=work.now))


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


async def ring_bells(work: RouterWork, *, limit: int) -> int:
    """Ring what is due, one clock of each case; how many there were."""
    due = await work.cases.due(work.now, limit=limit)
    await work.cases.preload(due)
    for case_id in due:
        case = await work.cases.get(case_id)
        await work.cases.keep(clocks.ring(case, order_ids(), work.city, at=work.now))
    return len(due)


async def publish_units(work: RouterWork, codes: Sequence[UnitCode]) -> int:
    """Say what the directory does not say yet of these units of the city; how many were said."""
    await work.units.preload(codes)
    said = 0
    for code in codes:
        decision = directory.publish(await work.units.find(code), work.city.units.get(code))
        if decision is not None:
            await work.units.keep(decision)
            said += 1
    return said
