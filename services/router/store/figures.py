"""Router's figures: how many lie in each queue, and what each unit did with its orders in a period."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Label, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.model import OrderRole, OrderState
from services.router.store import tables
from services.router.store.queries import IS_OPEN, IS_OWED, due_soon, of_these
from shared.kernel.ids import UnitCode
from shared.kernel.words import HandlingMode, Tier
from shared.lifecycle.case import CaseState
from shared.store.among import among

_O = tables.WORK_ORDERS.c
_C = tables.CASES.c


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """Open work orders by what is to be done with them; one may be in several."""

    open: int
    to_sign: int
    sign_overdue: int
    in_hand: int
    due_soon: int
    overdue: int
    shelved: int
    supervised: int
    co: int
    by_tier: dict[Tier, int]
    by_mode: dict[HandlingMode, int]


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Cases that wait for the desk."""

    awaiting_dispatcher: int
    dispatch_overdue: int
    returned: int
    reopened: int


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One unit's orders that were dispatched in the period."""

    unit: str
    orders: int
    open: int
    overdue: int
    """Open beyond the deadline, or resolved after it."""
    signed: int
    signed_in_time: int
    resolved: int
    resolved_in_time: int
    returns: int
    redo: int
    """Led once more because the citizen said no; what was returned is led by whom the ruling names."""


async def order_counts(
    connection: AsyncConnection, of_units: Collection[UnitCode] | None, *, at: datetime
) -> OrderCounts:
    """All queues of work orders in one look."""
    asked = [
        _many("open", IS_OPEN),
        _many("to_sign", _O.state == OrderState.SENT),
        _many("sign_overdue", _O.state == OrderState.SENT, _O.sign_by < at),
        _many("in_hand", _O.state == OrderState.SIGNED, _O.case_state != CaseState.SHELVED),
        _many("due_soon", due_soon(at=at)),
        _many("overdue", IS_OPEN, IS_OWED, _O.resolve_by < at),
        _many("shelved", _O.state == OrderState.SIGNED, _O.case_state == CaseState.SHELVED),
        _many("supervised", IS_OPEN, _O.supervised),
        _many("co", IS_OPEN, _O.role == OrderRole.CO),
        *(_many(f"tier_{tier}", IS_OPEN, _O.tier == tier) for tier in Tier),
        *(_many(f"mode_{mode}", IS_OPEN, _O.mode == mode) for mode in HandlingMode),
    ]
    query = select(*asked).where(IS_OPEN)
    if of_units is not None:
        query = query.where(of_these(of_units))
    row = (await connection.execute(query)).one()._mapping
    plain = {each.name: row[each.name] for each in fields(OrderCounts) if each.name in row}
    by_tier = {tier: row[f"tier_{tier}"] for tier in Tier}
    return OrderCounts(**plain, by_tier=by_tier, by_mode={mode: row[f"mode_{mode}"] for mode in HandlingMode})


async def case_counts(connection: AsyncConnection, *, at: datetime) -> CaseCounts:
    """What waits for the desk, in one look."""
    waits = [CaseState.AWAITING_DISPATCHER, CaseState.RETURNED, CaseState.REOPENED, CaseState.REGISTERED]
    row = await connection.execute(
        select(
            _many("awaiting_dispatcher", _C.state == CaseState.AWAITING_DISPATCHER),
            _many("dispatch_overdue", _C.state != CaseState.RETURNED, _C.dispatch_by < at),
            _many("returned", _C.state == CaseState.RETURNED),
            _many("reopened", _C.state == CaseState.REOPENED),
        ).where(_C.state.in_(waits))
    )
    return CaseCounts(*row.one())


async def unit_figures(
    connection: AsyncConnection,
    of_units: Collection[UnitCode] | None,
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    after: str | None,
    limit: int,
) -> list[UnitFigures]:
    """By unit, in the order of their codes; a unit without an order in the period is left out."""
    late = or_(_O.resolved_at > _O.resolve_by, and_(IS_OPEN, IS_OWED, _O.resolve_by < at))
    query = (
        select(
            _O.unit,
            func.count().label("orders"),
            _many("open", IS_OPEN),
            _many("overdue", late),
            _many("signed", _O.signed_at.is_not(None)),
            _many("signed_in_time", _O.signed_at <= _O.sign_by),
            _many("resolved", _O.resolved_at.is_not(None)),
            _many("resolved_in_time", _O.resolved_at <= _O.resolve_by),
            _many("returns", _O.state == OrderState.RETURNED),
            _many("redo", _O.redo > 0, _O.role == OrderRole.LEAD, _O.state != OrderState.RETURNED),
        )
        .where(_O.dispatched_at >= since, _O.dispatched_at < until)
        .group_by(_O.unit)
        .order_by(_O.unit)
        .limit(limit)
    )
    if of_units is not None:
        query = query.where(among(_O.unit, of_units))
    if after is not None:
        query = query.where(_O.unit > after)
    return [UnitFigures(*row) for row in await connection.execute(query)]


def _many(name: str, *conditions: ColumnElement[bool] | Any) -> Label[int]:
    return func.count().filter(and_(*conditions)).label(name)
