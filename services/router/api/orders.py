"""Work orders: the queue, one order, and what a unit or the desk does with it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.router import handlers
from services.router.api import asked as say
from services.router.api.acting import (
    Desk,
    InCity,
    OpenWork,
    Reader,
    UnitStaff,
    Urger,
    desk_clerk,
    moved,
    reader,
    unit_clerk,
    units_below,
    words_of,
)
from services.router.api.schemas import OrderOut, QueueItem
from services.router.domain import commands as do
from services.router.domain.errors import UnknownOrder
from services.router.domain.model import Case, OrderState
from services.router.domain.policy.orders import sees
from services.router.ports import RouterWork
from services.router.store import queries
from shared.http.etag import IfMatch, Seen, tag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Text
from shared.kernel.ids import UnitCode, WorkOrderId

ORDERS = APIRouter(prefix="/work-orders")
Handle = Callable[[RouterWork, Any], Awaitable[Case]]


@ORDERS.get("")
async def list_work_orders(
    connection: Reading,
    caller: Reader,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40)] = None,
    state: OrderState | None = None,
    due_before: Instant | None = None,
) -> Page[QueueItem]:
    """The queue, the first due first. A unit sees its own orders and those of the units below it."""
    of_units = units_below(reader(caller), city)
    if unit is not None:
        below = units_below(do.By(caller.subject, UnitCode(unit)), city) or frozenset()
        of_units = below if of_units is None else below & of_units
    rows = await queries.queue(
        connection,
        of_units=of_units,
        state=state,
        due_before=due_before,
        after=asked.after,
        limit=asked.fetch,
    )
    return asked.page(rows, position=lambda row: (row.resolve_by, row.order_id), item=QueueItem.of)


@ORDERS.get("/{order_id}")
async def read_work_order(
    order_id: UUID, request: Request, response: Response, connection: Reading, caller: Reader, city: InCity
) -> OrderOut:
    """One order with the citizen's words. 404 for somebody else's."""
    case = await queries.case_of_order(connection, WorkOrderId(order_id))
    order = next(each for each in case.orders if each.id == order_id)
    if not sees(order, reader(caller), city.units):
        raise UnknownOrder(order_id)
    tag(response, case.version)
    return OrderOut.of(case, order, words_of(request, case, caller))


@ORDERS.post("/{order_id}/sign", response_model=OrderOut)
async def sign_work_order(
    order_id: UUID, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """签收."""
    command = do.Sign(**_by_unit(order_id, seen, caller))
    return await _moved(open_work, once, command, handlers.sign)


@ORDERS.post("/{order_id}/contact", response_model=OrderOut)
async def contact_citizen(
    order_id: UUID,
    open_work: OpenWork,
    once: OnceOnly,
    seen: IfMatch,
    caller: UnitStaff,
    body: say.NoteIn = say.NO_NOTE,
) -> Response:
    """Note that the unit spoke with the citizen."""
    command = do.Contact(**_by_unit(order_id, seen, caller), note=body.note)
    return await _moved(open_work, once, command, handlers.contact)


@ORDERS.post("/{order_id}/progress", response_model=OrderOut)
async def note_progress(
    order_id: UUID,
    body: say.ProgressIn,
    open_work: OpenWork,
    once: OnceOnly,
    seen: IfMatch,
    caller: UnitStaff,
) -> Response:
    """Note progress; the note stays here."""
    command = do.Progress(**_by_unit(order_id, seen, caller), note=body.note)
    return await _moved(open_work, once, command, handlers.progress)


@ORDERS.post("/{order_id}/assign", response_model=OrderOut)
async def assign_work_order(
    order_id: UUID, body: say.AssignIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """The street passes the work to its own community."""
    command = do.Assign(**_by_unit(order_id, seen, caller), to_unit=UnitCode(body.to_unit))
    return await _moved(open_work, once, command, handlers.assign)


@ORDERS.post("/{order_id}/return", response_model=OrderOut)
async def return_work_order(
    order_id: UUID, body: say.ReturnIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """退单: once per unit, inside the window. The deadline does not move."""
    command = do.ReturnOrder(**_by_unit(order_id, seen, caller), reason=body.reason, evidence=body.evidence)
    return await _moved(open_work, once, command, handlers.return_case)


@ORDERS.post("/{order_id}/resolve", response_model=OrderOut)
async def resolve_work_order(
    order_id: UUID, body: say.ResolveIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """办结, with evidence; a co-unit resolves its own part."""
    command = do.Resolve(**_by_unit(order_id, seen, caller), evidence=body.evidence)
    return await _moved(open_work, once, command, handlers.resolve)


@ORDERS.post("/{order_id}/extend", response_model=OrderOut)
async def extend_work_order(
    order_id: UUID, body: say.ExtendIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """延期, approved by whoever asks this: once, at most the original limit again."""
    command = do.Extend(**_by_desk(order_id, seen, caller), until=body.until, reason=body.reason)
    return await _moved(open_work, once, command, handlers.extend)


@ORDERS.post("/{order_id}/shelve", response_model=OrderOut)
async def shelve_work_order(
    order_id: UUID, body: say.ShelveIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """挂账, approved by whoever asks this, until a day to look again."""
    command = do.Shelve(**_by_desk(order_id, seen, caller), review_at=body.review_at, reason=body.reason)
    return await _moved(open_work, once, command, handlers.shelve)


@ORDERS.post("/{order_id}/unshelve", response_model=OrderOut)
async def unshelve_work_order(
    order_id: UUID, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """Take up again before the day."""
    return await _moved(open_work, once, do.Unshelve(**_by_desk(order_id, seen, caller)), handlers.unshelve)


@ORDERS.post("/{order_id}/urge", response_model=OrderOut)
async def urge_work_order(
    order_id: UUID,
    open_work: OpenWork,
    once: OnceOnly,
    seen: IfMatch,
    caller: Urger,
    body: say.NoteIn = say.NO_NOTE,
) -> Response:
    """催办."""
    command = do.Urge(**_by_desk(order_id, seen, caller), note=body.note)
    return await _moved(open_work, once, command, handlers.urge)


@ORDERS.post("/{order_id}/supervise", response_model=OrderOut)
async def supervise_work_order(
    order_id: UUID, body: say.ReasonIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """督办."""
    command = do.Supervise(**_by_desk(order_id, seen, caller), reason=body.reason)
    return await _moved(open_work, once, command, handlers.supervise)


def _by_unit(order_id: UUID, seen: Seen, caller: UnitStaff) -> Any:
    return {"order_id": WorkOrderId(order_id), "by": unit_clerk(caller), "seen": seen.versions}


def _by_desk(order_id: UUID, seen: Seen, caller: Desk) -> Any:
    return {"order_id": WorkOrderId(order_id), "by": desk_clerk(caller), "seen": seen.versions}


async def _moved(open_work: Opening[Any], once: Once, command: do.OrderCommand, handle: Handle) -> Response:
    def show(case: Case) -> OrderOut:
        return OrderOut.of(case, next(each for each in case.orders if each.id == command.order_id))

    return await moved(open_work, once, lambda work: handle(work, command), show)
