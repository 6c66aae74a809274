"""批量: many work orders assigned or urged in one; each stands for itself.

Answered with 200 and an outcome for each, in order: the status it would have had alone, and its order or its
problem. It is no transaction: what was done stays done, and the same request sent again with its
Idempotency-Key finishes what was cut off.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.router import handlers
from services.router.api.acting import OpenWork, UnitStaff, Urger, desk_clerk, may_read, unit_clerk
from services.router.api.asked import MaySay, Unit
from services.router.api.orders import moved_order
from services.router.api.schemas import OrderOut
from services.router.domain import commands as do
from shared.http.idempotency import Once, OnceOnly
from shared.http.problems import problem_of
from shared.http.wire import Wire
from shared.kernel.ids import UnitCode, WorkOrderId

BULK = APIRouter()
MOST_ITEMS = 200


class BulkItemIn(Wire):
    """One order; its version is what If-Match is elsewhere."""

    order_id: UUID
    version: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        description="The version it was decided on; null for whichever it is now."
    )


class AssignItemIn(BulkItemIn):
    to_unit: Unit = Field(examples=["110115009006"])


class UrgeItemIn(BulkItemIn):
    note: MaySay = Field("", examples=["请于今日反馈"])


class AssignManyIn(Wire):
    """Up to 200."""

    items: Annotated[list[AssignItemIn], Field(min_length=1, max_length=MOST_ITEMS)] = Field(
        examples=[
            [{"order_id": "01950000-0000-7000-8000-00000000001e", "version": 3, "to_unit": "110115009006"}]
        ]
    )


class UrgeManyIn(Wire):
    """Up to 200."""

    items: Annotated[list[UrgeItemIn], Field(min_length=1, max_length=MOST_ITEMS)] = Field(
        examples=[[{"order_id": "01950000-0000-7000-8000-00000000001e", "version": None}]]
    )


class OutcomeOut(Wire):
    """What became of one item."""

    order_id: UUID
    status: int = Field(description="What it would have been answered alone.")
    order: OrderOut | None = None
    problem: dict[str, Any] | None = Field(None, description="RFC 9457, where it was not done.")


class OutcomesOut(Wire):
    """An outcome for each item, in order."""

    outcomes: list[OutcomeOut]


Item = TypeVar("Item", bound=BulkItemIn)
Do = Callable[[Item, Once], Awaitable[Response]]


@BULK.post("/work-orders:assign")
async def assign_work_orders(
    request: Request, body: AssignManyIn, open_work: OpenWork, once: OnceOnly, caller: UnitStaff
) -> OutcomesOut:
    """Pass many to communities; a bad one does not stop the others."""
    by = unit_clerk(caller)

    async def assign(item: AssignItemIn, own: Once) -> Response:
        command = do.Assign(**_meant(item, by), to_unit=UnitCode(item.to_unit))
        return await moved_order(open_work, own, command, handlers.assign)

    return await _each(request, body.items, once, assign)


@BULK.post("/work-orders:urge")
async def urge_work_orders(
    request: Request, body: UrgeManyIn, open_work: OpenWork, once: OnceOnly, caller: Urger
) -> OutcomesOut:
    """催办 many; a bad one does not stop the others."""
    by = desk_clerk(caller)

    async def urge(item: UrgeItemIn, own: Once) -> Response:
        command = do.Urge(**_meant(item, by), note=item.note)
        return await moved_order(open_work, own, command, handlers.urge, whole=may_read(caller))

    return await _each(request, body.items, once, urge)


def _meant(item: BulkItemIn, by: do.By) -> Any:
    seen = None if item.version is None else frozenset({item.version})
    return {"order_id": WorkOrderId(item.order_id), "by": by, "seen": seen}


async def _each(request: Request, items: Sequence[Item], once: Once, does: Do[Item]) -> OutcomesOut:
    """One after the other: each is a transaction of its own, and two of them may be about one case."""
    return OutcomesOut(
        outcomes=[await _outcome(request, item, _own(once, place), does) for place, item in enumerate(items)]
    )


def _own(once: Once, place: int) -> Once:
    """The item's own claim to be done once, by its place in a request with a key."""
    key = f"{place}:{once.key}" if once.key is not None else None
    return replace(once, caller=f"{once.caller}/bulk", key=key)


async def _outcome(request: Request, item: Item, own: Once, does: Do[Item]) -> OutcomeOut:
    try:
        taken = await does(item, own)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        document = problem.document(request.url.path)
        return OutcomeOut(order_id=item.order_id, status=problem.status, problem=document)
    order = OrderOut.model_validate_json(bytes(taken.body))
    return OutcomeOut(order_id=item.order_id, status=taken.status_code, order=order)
