"""What the desk does with a work order: extend, shelve and take up again, urge, set the mode, supervise."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.router import handlers
from services.router.api import asked as say
from services.router.api.acting import Desk, OpenWork, Urger, desk_clerk, sees_all
from services.router.api.orders import moved_order
from services.router.api.schemas import OrderOut
from services.router.domain import commands as do
from shared.http.callers import Role
from shared.http.etag import IfMatch, Seen
from shared.http.idempotency import OnceOnly
from shared.kernel.ids import WorkOrderId

ROUTES = APIRouter(prefix="/work-orders")


@ROUTES.post("/{order_id}/extend", response_model=OrderOut)
async def extend_work_order(
    order_id: UUID, body: say.ExtendIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """延期, approved by whoever asks this: once, at most the original limit again."""
    command = do.Extend(**_by_desk(order_id, seen, caller), until=body.until, reason=body.reason)
    return await moved_order(open_work, once, command, handlers.extend)


@ROUTES.post("/{order_id}/shelve", response_model=OrderOut)
async def shelve_work_order(
    order_id: UUID, body: say.ShelveIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """挂账, approved by whoever asks this, until a day to look again."""
    command = do.Shelve(**_by_desk(order_id, seen, caller), review_at=body.review_at, reason=body.reason)
    return await moved_order(open_work, once, command, handlers.shelve)


@ROUTES.post("/{order_id}/unshelve", response_model=OrderOut)
async def unshelve_work_order(
    order_id: UUID, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """Take up again before the day."""
    return await moved_order(
        open_work, once, do.Unshelve(**_by_desk(order_id, seen, caller)), handlers.unshelve
    )


@ROUTES.post("/{order_id}/urge", response_model=OrderOut)
async def urge_work_order(
    order_id: UUID,
    open_work: OpenWork,
    once: OnceOnly,
    seen: IfMatch,
    caller: Urger,
    body: say.NoteIn = say.NO_NOTE,
) -> Response:
    """催办. A caller, who reads no orders, is answered with the outline."""
    command = do.Urge(**_by_desk(order_id, seen, caller), note=body.note)
    return await moved_order(open_work, once, command, handlers.urge, whole=sees_all(caller))


@ROUTES.post("/{order_id}/mode", response_model=OrderOut)
async def set_handling_mode(
    order_id: UUID, body: say.ModeIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """办理模式 for the case; 难题专办 takes a supervisor, a leader and a plan."""
    command = do.SetMode(
        **_by_desk(order_id, seen, caller),
        mode=body.mode,
        reason=body.reason,
        leader=body.leader,
        plan=body.plan,
        plan_until=body.plan_until,
        by_supervisor=caller.may(Role.SUPERVISOR),
    )
    return await moved_order(open_work, once, command, handlers.set_mode)


@ROUTES.post("/{order_id}/supervise", response_model=OrderOut)
async def supervise_work_order(
    order_id: UUID, body: say.ReasonIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """督办."""
    command = do.Supervise(**_by_desk(order_id, seen, caller), reason=body.reason)
    return await moved_order(open_work, once, command, handlers.supervise)


def _by_desk(order_id: UUID, seen: Seen, caller: Desk) -> Any:
    return {"order_id": WorkOrderId(order_id), "by": desk_clerk(caller), "seen": seen.versions}
