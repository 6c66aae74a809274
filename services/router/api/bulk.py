"""批量: many work orders assigned or urged, many cases declined in one; each stands for itself.

Answered with 200 and an outcome for each, in order: the status it would have had alone, and its order or case
or its problem. It is no transaction: what was done stays done, and the same request sent again with its
Idempotency-Key finishes what was cut off.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.router import handlers
from services.router.api.acting import (
    Desk,
    OpenWork,
    UnitStaff,
    Urger,
    desk_clerk,
    moved,
    sees_all,
    unit_clerk,
)
from services.router.api.asked import DeclineIn, MaySay, Unit
from services.router.api.orders import moved_order
from services.router.api.schemas import CaseOut, OrderOut
from services.router.domain import commands as do
from shared.http.idempotency import Once, OnceOnly
from shared.http.problems import problem_of
from shared.http.wire import Wire
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId

ROUTES = APIRouter()
MOST_ITEMS = 200


class VersionIn(Wire):
    """What was seen of it: what If-Match is elsewhere."""

    version: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        description="The version it was decided on; null for whichever it is now."
    )

    @property
    def seen(self) -> frozenset[int] | None:
        return None if self.version is None else frozenset({self.version})


class BulkItemIn(VersionIn):
    """One order."""

    order_id: UUID


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


class DeclineItemIn(VersionIn, DeclineIn):
    """One case."""

    case_id: UUID


class DeclineManyIn(Wire):
    """Up to 200."""

    items: Annotated[list[DeclineItemIn], Field(min_length=1, max_length=MOST_ITEMS)] = Field(
        examples=[
            [{"case_id": "01950000-0000-7000-8000-0000000000ca", "version": 4, "reason": "in_litigation"}]
        ]
    )


class DoneOut(Wire):
    """What became of one item."""

    status: int = Field(description="What it would have been answered alone.")
    problem: dict[str, Any] | None = Field(None, description="RFC 9457, where it was not done.")


class OutcomeOut(DoneOut):
    """What became of one order."""

    order_id: UUID
    order: OrderOut | None = None


class OutcomesOut(Wire):
    """An outcome for each item, in order."""

    outcomes: list[OutcomeOut]


class CaseOutcomeOut(DoneOut):
    """What became of one case."""

    case_id: UUID
    case: CaseOut | None = None


class CaseOutcomesOut(Wire):
    """An outcome for each item, in order."""

    outcomes: list[CaseOutcomeOut]


Item = TypeVar("Item", bound=VersionIn)
Do = Callable[[Item, Once], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Done(Generic[Item]):
    """An item with the answer it would have had alone."""

    item: Item
    status: int
    body: bytes | None = None
    problem: dict[str, Any] | None = None


@ROUTES.post("/work-orders:assign")
async def assign_work_orders(
    request: Request, body: AssignManyIn, open_work: OpenWork, once: OnceOnly, caller: UnitStaff
) -> OutcomesOut:
    """Pass many to communities; a bad one does not stop the others."""
    by = unit_clerk(caller)

    async def assign(item: AssignItemIn, own: Once) -> Response:
        command = do.Assign(**_meant(item, by), to_unit=UnitCode(item.to_unit))
        return await moved_order(open_work, own, command, handlers.assign)

    return _of_orders(await _each(request, body.items, once, assign))


@ROUTES.post("/work-orders:urge")
async def urge_work_orders(
    request: Request, body: UrgeManyIn, open_work: OpenWork, once: OnceOnly, caller: Urger
) -> OutcomesOut:
    """催办 many; a bad one does not stop the others."""
    by = desk_clerk(caller)

    async def urge(item: UrgeItemIn, own: Once) -> Response:
        command = do.Urge(**_meant(item, by), note=item.note)
        return await moved_order(open_work, own, command, handlers.urge, whole=sees_all(caller))

    return _of_orders(await _each(request, body.items, once, urge))


@ROUTES.post("/cases:decline")
async def decline_cases(
    request: Request, body: DeclineManyIn, open_work: OpenWork, once: OnceOnly, caller: Desk
) -> CaseOutcomesOut:
    """不予受理 many, as when the case they were joined to was; a bad one does not stop the others."""
    by = desk_clerk(caller)

    async def decline(item: DeclineItemIn, own: Once) -> Response:
        command = do.Decline(
            case_id=CaseId(item.case_id), by=by, seen=item.seen, reason=item.reason, note=item.note
        )
        return await moved(open_work, own, lambda work: handlers.decline(work, command), CaseOut.whole)

    found = await _each(request, body.items, once, decline)
    return CaseOutcomesOut(
        outcomes=[
            CaseOutcomeOut(
                case_id=done.item.case_id,
                status=done.status,
                case=CaseOut.model_validate_json(done.body) if done.body else None,
                problem=done.problem,
            )
            for done in found
        ]
    )


def _meant(item: BulkItemIn, by: do.By) -> Any:
    return {"order_id": WorkOrderId(item.order_id), "by": by, "seen": item.seen}


def _of_orders(found: Sequence[Done[Any]]) -> OutcomesOut:
    return OutcomesOut(
        outcomes=[
            OutcomeOut(
                order_id=done.item.order_id,
                status=done.status,
                order=OrderOut.model_validate_json(done.body) if done.body else None,
                problem=done.problem,
            )
            for done in found
        ]
    )


async def _each(request: Request, items: Sequence[Item], once: Once, does: Do[Item]) -> list[Done[Item]]:
    """One after the other: each is a transaction of its own, and two of them may be about one case."""
    return [await _done(request, item, _own(once, place), does) for place, item in enumerate(items)]


def _own(once: Once, place: int) -> Once:
    """The item's own claim to be done once, by its place in a request with a key."""
    key = f"{place}:{once.key}" if once.key is not None else None
    return replace(once, caller=f"{once.caller}/bulk", key=key)


async def _done(request: Request, item: Item, own: Once, does: Do[Item]) -> Done[Item]:
    try:
        taken = await does(item, own)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return Done(item, problem.status, problem=problem.document(request.url.path))
    return Done(item, taken.status_code, bytes(taken.body))
