"""Router's reads: queues of work orders, lists of cases, one case without a lock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, any_, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.errors import UnknownCase, UnknownOrder
from services.router.domain.model import Case, OrderState
from services.router.store import tables
from services.router.store.repository import CaseRepository
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId
from shared.lifecycle.case import CaseState

Position = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A line of a unit's queue: no words, no notes."""

    order_id: UUID
    case_id: UUID
    unit: str
    assigned_to: str | None
    role: str
    state: str
    case_state: str
    category: str | None
    tier: str | None
    place: str | None
    redo: int
    supervised: bool
    proactive: bool
    dispatched_at: datetime
    sign_by: datetime
    resolve_by: datetime
    signed_at: datetime | None
    resolved_at: datetime | None
    urged: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the desk's list."""

    case_id: UUID
    state: str
    kind: str
    channel: str
    category: str | None
    tier: str | None
    confidence: float
    place: str | None
    registered_at: datetime
    dispatch_by: datetime
    resolve_by: datetime | None
    redo: int
    supervised: bool


async def queue(
    connection: AsyncConnection,
    *,
    of_units: Collection[UnitCode] | None,
    state: OrderState | None,
    due_before: datetime | None,
    after: Position,
    limit: int,
) -> list[QueueRow]:
    """Work orders of these units, or passed to them, the first due first; None: of all units."""
    c = tables.WORK_ORDERS.c
    query = select(*(c[name] for name in QueueRow.__slots__)).order_by(c.resolve_by, c.order_id).limit(limit)
    if of_units is not None:
        # One array instead of thousands of parameters: a district has hundreds of units below it.
        codes = any_(literal(list(of_units), ARRAY(Text)))
        query = query.where(or_(c.unit == codes, c.assigned_to == codes))
    if state is not None:
        query = query.where(c.state == state)
    if due_before is not None:
        query = query.where(c.resolve_by <= due_before)
    if after is not None:
        query = query.where(tuple_(c.resolve_by, c.order_id) > tuple_(*after))
    return [QueueRow(*row) for row in await connection.execute(query)]


async def cases(
    connection: AsyncConnection, *, state: CaseState | None, after: Position, limit: int
) -> list[CaseRow]:
    """Cases in a state, the oldest first."""
    c = tables.CASES.c
    query = select(*(c[name] for name in CaseRow.__slots__)).order_by(c.case_id).limit(limit)
    if state is not None:
        query = query.where(c.state == state)
    if after is not None:
        query = query.where(c.case_id > after[0])
    return [CaseRow(*row) for row in await connection.execute(query)]


async def case(connection: AsyncConnection, case_id: CaseId) -> Case:
    """The case as it is now. Raises `UnknownCase`."""
    found = await _one(connection, select(tables.CASES).where(tables.CASES.c.case_id == case_id))
    if found is None:
        raise UnknownCase(case_id)
    return found


async def case_of_order(connection: AsyncConnection, order_id: WorkOrderId) -> Case:
    """The case of a work order as it is now. Raises `UnknownOrder`."""
    orders = tables.WORK_ORDERS.c
    its_case = select(orders.case_id).where(orders.order_id == order_id).scalar_subquery()
    found = await _one(connection, select(tables.CASES).where(tables.CASES.c.case_id == its_case))
    if found is None:
        raise UnknownOrder(order_id)
    return found


async def _one(connection: AsyncConnection, query: Select[Any]) -> Case | None:
    row = (await connection.execute(query)).mappings().first()
    return CaseRepository.read(row) if row is not None else None
