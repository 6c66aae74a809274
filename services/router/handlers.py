"""The desk: one function for each command; load, decide, keep."""

from collections.abc import Mapping
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
    lists,
    opening,
    overseeing,
    proposed,
    returns,
)
from services.router.domain.records import DrawnDirectory, DrawnList, ImportDirectory, PublishList
from services.router.ports import RouterWork
from shared.city.city import City
from shared.city.directory import Listed
from shared.city.responsibility_lists import load_list
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


async def compare_directory(work: RouterWork, cmd: ImportDirectory) -> DrawnDirectory:
    """What an import would change; nothing is."""
    return directory.draw_up(cmd, work.city, await work.directory_versions.last(), at=work.now)


async def import_directory(work: RouterWork, cmd: ImportDirectory) -> DrawnDirectory:
    """Put a directory in whole, and say what is new or changed; one that changes nothing is no version."""
    await work.alone_with_city()
    drawn, last = await compare_directory(work, cmd), await work.directory_versions.last()
    if drawn.change or not last:
        await work.directory_versions.keep(directory.record(cmd, drawn, last, at=work.now))
        await work.put_areas(drawn.found.areas)
        await _say_units(work, directory.to_say(drawn.found, work.city, last))
    return drawn


async def _say_units(work: RouterWork, listed: Mapping[str, Listed]) -> None:
    await work.units.preload([UnitCode(code) for code in listed])
    for code, each in listed.items():
        decision = directory.publish(await work.units.find(UnitCode(code)), each)
        if decision is not None:
            await work.units.keep(decision)


async def compare_list(work: RouterWork, cmd: PublishList) -> DrawnList:
    """What a list would change; nothing is."""
    version = load_list(cmd.document, work.city.units, work.city.categories).version
    return lists.draw_up(cmd.document, work.city, await work.lists.find(version), at=work.now)


async def publish_list(work: RouterWork, cmd: PublishList) -> DrawnList:
    """公布: the list is applied from its day on. What the folder has been giving is published before it."""
    await work.alone_with_city()
    await _publish_applied(work, cmd.by)
    drawn = await compare_list(work, cmd)
    if not drawn.is_known:
        known = await work.lists.find(drawn.found.version)
        await work.lists.keep(lists.publish(cmd, drawn, known, at=work.now))
    return drawn


async def _publish_applied(work: RouterWork, by: str) -> None:
    if await work.lists.any():
        return
    for document in work.city.lists.documents:
        cmd = PublishList(document=document, by=by)
        await work.lists.keep(lists.publish(cmd, lists.first(document, work.city), None, at=work.now))
