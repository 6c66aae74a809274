"""Router's reads: queues of work orders, lists of cases, one case without a lock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.errors import UnknownCase, UnknownOrder
from services.router.domain.model import OPEN_ORDERS, Case, OrderRole, OrderState
from services.router.store import tables
from services.router.store.repository import CaseRepository
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId
from shared.kernel.words import HandlingMode, Tier
from shared.lifecycle.case import OWED, CaseState
from shared.store.among import among

Position = tuple[Any, ...] | None
# Written out: with parameters a plan could not know that it is within the index of open orders.
IS_OPEN: ColumnElement[bool] = literal_column(f"work_orders.{tables.OPEN_ONES}", Boolean)
IS_OWED = tables.WORK_ORDERS.c.case_state.in_(sorted(OWED))
"""What a case still owes; a co-unit's order stays open when the lead's claim has ended the matter."""
MOST_FOUND = 100
"""Of what was found on one site, or joined to one case, as many as are shown."""


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
    mode: str | None
    redo: int
    supervised: bool
    proactive: bool
    dispatched_at: datetime
    sign_by: datetime
    resolve_by: datetime
    remind_at: datetime | None
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
    mode: str | None
    confidence: float
    place: str | None
    registered_at: datetime
    dispatch_by: datetime
    resolve_by: datetime | None
    redo: int
    supervised: bool


@dataclass(frozen=True, slots=True)
class QueueQuestion:
    """Which work orders; what is None is not asked about."""

    of_units: Collection[UnitCode] | None = None
    """Theirs, or passed to them."""
    state: OrderState | None = None
    role: OrderRole | None = None
    tier: Tier | None = None
    mode: HandlingMode | None = None
    category: str | None = None
    due_before: datetime | None = None
    due_soon_at: datetime | None = None
    """Open orders to be reminded of at this moment; what is over already is not soon."""


@dataclass(frozen=True, slots=True)
class CaseQuestion:
    """Which cases; what is None is not asked about."""

    state: CaseState | None = None
    tier: Tier | None = None
    mode: HandlingMode | None = None
    category: str | None = None
    place: str | None = None
    let_go_by: CaseId | None = None


async def queue(
    connection: AsyncConnection, asked: QueueQuestion, *, after: Position, limit: int
) -> list[QueueRow]:
    """Work orders, the first due first."""
    c = tables.WORK_ORDERS.c
    query = select(*(c[name] for name in QueueRow.__slots__)).order_by(c.resolve_by, c.order_id).limit(limit)
    if asked.of_units is not None:
        query = query.where(of_these(asked.of_units))
    if asked.due_before is not None:
        query = query.where(c.resolve_by <= asked.due_before)
    if asked.due_soon_at is not None:
        query = query.where(due_soon(at=asked.due_soon_at))
    if asked.state in OPEN_ORDERS:
        query = query.where(IS_OPEN)
    if after is not None:
        query = query.where(tuple_(c.resolve_by, c.order_id) > tuple_(*after))
    query = query.where(*_equal(c, asked, ("state", "role", "tier", "mode", "category")))
    return [QueueRow(*row) for row in await connection.execute(query)]


async def cases(
    connection: AsyncConnection, asked: CaseQuestion, *, after: Position, limit: int
) -> list[CaseRow]:
    """Cases, the oldest first."""
    c = tables.CASES.c
    query = select(*(c[name] for name in CaseRow.__slots__)).order_by(c.case_id).limit(limit)
    if after is not None:
        query = query.where(c.case_id > after[0])
    query = query.where(*about(asked))
    return [CaseRow(*row) for row in await connection.execute(query)]


async def case_numbered(connection: AsyncConnection, number: str) -> Case | None:
    """The case the citizen calls by this number."""
    return await _one(connection, select(tables.CASES).where(tables.CASES.c.tracking_number == number))


async def found_at(connection: AsyncConnection, case_id: CaseId) -> list[UUID]:
    """未诉先办: the cases that were found on this one's site, the oldest first."""
    c = tables.CASES.c
    query = select(c.case_id).where(c.linked_case_id == case_id).order_by(c.case_id).limit(MOST_FOUND)
    return list(await connection.scalars(query))


async def joined_to(connection: AsyncConnection, case_id: CaseId) -> list[Case]:
    """并案: the cases that are handled with this one, those joined to them too, the oldest first."""
    c = tables.CASES.c
    joined = select(c.case_id).where(c.merged_into == case_id).cte("joined", recursive=True)
    joined = joined.union(select(c.case_id).where(c.merged_into == joined.c.case_id))
    query = select(tables.CASES).where(c.case_id.in_(select(joined.c.case_id))).order_by(c.case_id)
    found = (await connection.execute(query.limit(MOST_FOUND))).mappings()
    return [CaseRepository.read(row) for row in found]


def of_these(units: Collection[UnitCode]) -> ColumnElement[bool]:
    """Orders of these units, or passed to them."""
    c = tables.WORK_ORDERS.c
    return or_(among(c.unit, units), among(c.assigned_to, units))


def due_soon(*, at: datetime) -> ColumnElement[bool]:
    """临期: open orders of cases that owe something, between reminder and deadline; list and count agree."""
    c = tables.WORK_ORDERS.c
    return and_(IS_OPEN, IS_OWED, c.remind_at <= at, c.resolve_by > at)


def about(asked: CaseQuestion) -> list[ColumnElement[bool]]:
    """The question as conditions."""
    return _equal(tables.CASES.c, asked, ("state", "tier", "mode", "category", "place", "let_go_by"))


def _equal(columns: Any, asked: object, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    wanted = ((name, getattr(asked, name)) for name in names)
    return [columns[name] == value for name, value in wanted if value is not None]


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
