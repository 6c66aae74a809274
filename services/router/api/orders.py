"""Work orders: the queue, one order, and what a unit does with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.router import handlers
from services.router.api import asked as say
from services.router.api.acting import (
    Equipped,
    Handle,
    OpenWork,
    Reader,
    UnitStaff,
    joined_words,
    moved,
    reader,
    unit_clerk,
    units_asked,
    words_of,
)
from services.router.api.schemas import FindingOut, OrderOut, QueueItem
from services.router.domain import commands as do
from services.router.domain.errors import UnknownOrder
from services.router.domain.model import Case, OrderRole, OrderState
from services.router.domain.policy.orders import sees
from services.router.store import queries
from services.router.store.queries import QueueQuestion
from shared.http.etag import IfMatch, Seen, tag, tagged
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import InCity, Now, Opening, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Text
from shared.kernel.ids import CategoryCode, UnitCode, WorkOrderId
from shared.kernel.words import HandlingMode, Tier

ROUTES = APIRouter(prefix="/work-orders")


@ROUTES.get("")
async def list_work_orders(
    now: Now,
    connection: Reading,
    caller: Reader,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40)] = None,
    state: OrderState | None = None,
    role: OrderRole | None = None,
    tier: Tier | None = None,
    mode: HandlingMode | None = None,
    category: Annotated[Text | None, Query(max_length=60)] = None,
    due_before: Instant | None = None,
    due_soon: Annotated[bool, Query(description="Open, to be reminded of, and not over yet.")] = False,
) -> Page[QueueItem]:
    """The queue, the first due first. A unit sees its own orders and those of the units below it."""
    question = QueueQuestion(
        of_units=units_asked(caller, city, unit),
        state=state,
        role=role,
        tier=tier,
        mode=mode,
        category=category,
        due_before=due_before,
        due_soon_at=now if due_soon else None,
    )
    rows = await queries.queue(connection, question, after=asked.after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.resolve_by, row.order_id), item=QueueItem.of)


@ROUTES.get("/{order_id}")
async def read_work_order(
    order_id: UUID, equipped: Equipped, response: Response, connection: Reading, caller: Reader, city: InCity
) -> OrderOut:
    """One order with the citizen's words. 404 for somebody else's."""
    case = await queries.case_of_order(connection, WorkOrderId(order_id))
    order = next(each for each in case.orders if each.id == order_id)
    if not sees(order, reader(caller), city.units):
        raise UnknownOrder(order_id)
    tag(response, case.version)
    joined = await joined_words(equipped.ring, connection, case, caller, city)
    return OrderOut.of(case, order, words_of(equipped.ring, case, caller, city), joined)


@ROUTES.post("/{order_id}/sign", response_model=OrderOut)
async def sign_work_order(
    order_id: UUID, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """签收."""
    command = do.Sign(**_by_unit(order_id, seen, caller))
    return await moved_order(open_work, once, command, handlers.sign)


@ROUTES.post("/{order_id}/contact", response_model=OrderOut)
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
    return await moved_order(open_work, once, command, handlers.contact)


@ROUTES.post("/{order_id}/progress", response_model=OrderOut)
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
    return await moved_order(open_work, once, command, handlers.progress)


@ROUTES.post("/{order_id}/assign", response_model=OrderOut)
async def assign_work_order(
    order_id: UUID, body: say.AssignIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """The street passes the work to its own community."""
    command = do.Assign(**_by_unit(order_id, seen, caller), to_unit=UnitCode(body.to_unit))
    return await moved_order(open_work, once, command, handlers.assign)


@ROUTES.post("/{order_id}/hand-on", response_model=OrderOut)
async def hand_on_work_order(
    order_id: UUID, body: say.HandOnIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """Note who does the work without being a unit, such as the property company."""
    command = do.HandOn(**_by_unit(order_id, seen, caller), to=body.to, note=body.note)
    return await moved_order(open_work, once, command, handlers.hand_on)


@ROUTES.post("/{order_id}/findings", status_code=202, response_model=FindingOut)
async def report_finding(
    order_id: UUID, body: say.FindIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """未诉先办: what the unit found on the site becomes a case of its own, proactive and linked to this one,
    as soon as intake has registered it.
    """
    command = do.Find(
        **_by_unit(order_id, seen, caller),
        kind=body.kind,
        text=body.text,
        category=CategoryCode(body.category) if body.category else None,
        address=body.address,
        place=UnitCode(body.place) if body.place else None,
    )
    async with open_work() as work:
        return await once.moved(
            work,
            status=202,
            move=lambda: handlers.find(work, command),
            view=lambda left: FindingOut(case_id=left[1], linked_case_id=left[0].case_id),
            headers=lambda left: tagged(left[0]),
        )


@ROUTES.post("/{order_id}/return", response_model=OrderOut)
async def return_work_order(
    order_id: UUID, body: say.ReturnIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """退单: once per unit, inside the window. The deadline does not move."""
    command = do.ReturnOrder(**_by_unit(order_id, seen, caller), reason=body.reason, evidence=body.evidence)
    return await moved_order(open_work, once, command, handlers.return_case)


@ROUTES.post("/{order_id}/resolve", response_model=OrderOut)
async def resolve_work_order(
    order_id: UUID, body: say.ResolveIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: UnitStaff
) -> Response:
    """办结, with evidence; a co-unit resolves its own part."""
    command = do.Resolve(**_by_unit(order_id, seen, caller), evidence=body.evidence)
    return await moved_order(open_work, once, command, handlers.resolve)


def _by_unit(order_id: UUID, seen: Seen, caller: UnitStaff) -> Any:
    return {"order_id": WorkOrderId(order_id), "by": unit_clerk(caller), "seen": seen.versions}


async def moved_order(
    open_work: Opening[Any], once: Once, command: do.OrderCommand, handle: Handle, *, whole: bool = True
) -> Response:
    """One move of one order, answered with the order as it is after it; not `whole`: with its outline."""
    shown = OrderOut.of if whole else OrderOut.outline

    def show(case: Case) -> OrderOut:
        return shown(case, next(each for each in case.orders if each.id == command.order_id))

    return await moved(open_work, once, lambda work: handle(work, command), show)
