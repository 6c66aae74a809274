"""工单: what units and desk do with a work order; load, decide, keep."""

from datetime import datetime
from typing import Protocol, TypeVar

from services.router.domain import commands as do
from services.router.domain.model import Case
from services.router.domain.policy import handling, modes, overseeing, returns
from services.router.domain.words import StatedPlace, Words
from services.router.handlers.ids import order_ids
from services.router.ports import RouterWork
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, new_id

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


async def read_contact(work: RouterWork, cmd: do.ReadContact) -> CaseId:
    """Write down who is about to learn whom to call; the case it is about."""
    case = await work.cases.of_order(cmd.order_id)
    order = handling.may_call(case, cmd, work.city.units)
    # The clerk's own: it may be the community's that was passed the street's order.
    unit = cmd.by.unit or order.unit
    await work.readings.note(case.case_id, order.id, unit, cmd.by.name, at=work.now)
    return case.case_id


async def progress(work: RouterWork, cmd: do.Progress) -> Case:
    return await _with_order(work, cmd, handling.progress)


async def assign(work: RouterWork, cmd: do.Assign) -> Case:
    return await _with_order(work, cmd, handling.assign)


async def hand_on(work: RouterWork, cmd: do.HandOn) -> Case:
    return await _with_order(work, cmd, handling.hand_on)


async def find(work: RouterWork, cmd: do.Find) -> tuple[Case, CaseId]:
    """The case it was found at, and the one it becomes."""
    case = await work.cases.of_order(cmd.order_id)
    found = CaseId(new_id())
    site = handling.site_of(case, cmd, work.city)
    places = (StatedPlace("site", site),) if site else None
    sealed = work.seal(found, Words(cmd.text, cmd.address, places=places))
    decision = handling.find(case, cmd, found, sealed, work.city, at=work.now)
    return await work.cases.keep(decision), found


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


async def set_mode(work: RouterWork, cmd: do.SetMode) -> Case:
    return await _with_order(work, cmd, modes.set_mode)
