"""The desk's figures: every queue counted in one call, and what each unit did in a period."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.router.api.acting import Reader, sees_all, units_asked
from services.router.domain.errors import PeriodReversed, PeriodTooLong
from services.router.store import figures
from services.router.store.figures import UnitFigures
from shared.http.knock import InCity, Now, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Text, Wire
from shared.kernel.words import HandlingMode, Tier

ROUTES = APIRouter()
USUAL_PERIOD = timedelta(days=30)
LONGEST_PERIOD = timedelta(days=366)
"""Each page counts the whole period anew: a city dispatches tens of millions of orders a year."""
OfUnit = Annotated[Text | None, Query(max_length=40, description="This unit and those below it.")]


class OrderCountsOut(Wire):
    """Open work orders by what is to be done with them; one may be in several."""

    open: int
    to_sign: int
    sign_overdue: int
    in_hand: int
    due_soon: int
    overdue: int
    shelved: int
    supervised: int
    co: int = Field(description="Where the unit helps and another one leads.")
    by_tier: dict[Tier, int]
    by_mode: dict[HandlingMode, int]


class CaseCountsOut(Wire):
    """Cases that wait for the desk."""

    awaiting_dispatcher: int
    dispatch_overdue: int
    returned: int
    reopened: int


class QueuesOut(Wire):
    """Every queue, counted at one moment."""

    work_orders: OrderCountsOut
    cases: CaseCountsOut | None = Field(description="For the desk; null for a unit.")


class UnitFiguresOut(Wire):
    """One unit's orders that were dispatched in the period, and what became of them."""

    unit: str = Field(examples=["110115009"])
    orders: int
    open: int
    overdue: int = Field(description="Open beyond the deadline, or resolved after it.")
    signed: int
    signed_in_time: int
    resolved: int
    resolved_in_time: int
    returns: int
    redo: int = Field(description="Led once more because the citizen said no, and not returned.")

    @classmethod
    def of(cls, found: UnitFigures) -> "UnitFiguresOut":
        return cls(**asdict(found))


@ROUTES.get("/queues")
async def count_queues(
    at: Now, connection: Reading, caller: Reader, city: InCity, unit: OfUnit = None
) -> QueuesOut:
    """How many lie in each queue. A unit's own and those below it; the desk's all, or a unit's."""
    orders = await figures.order_counts(connection, units_asked(caller, city, unit), at=at)
    cases = await figures.case_counts(connection, at=at) if sees_all(caller) else None
    return QueuesOut(
        work_orders=OrderCountsOut(**asdict(orders)),
        cases=CaseCountsOut(**asdict(cases)) if cases else None,
    )


@ROUTES.get("/statistics/units")
async def read_unit_statistics(
    at: Now,
    connection: Reading,
    caller: Reader,
    city: InCity,
    asked: Asked,
    since: Annotated[Instant | None, Query(description="Dispatched from here on; left out: 30 days.")] = None,
    until: Annotated[Instant | None, Query(description="Dispatched before; left out: now.")] = None,
    unit: OfUnit = None,
) -> Page[UnitFiguresOut]:
    """By unit: open, overdue, signed and resolved in time, returns, redo; without those that had none. A year
    at most.
    """
    end = until or at
    start = since or end - USUAL_PERIOD
    if start > end:
        raise PeriodReversed
    if end - start > LONGEST_PERIOD:
        raise PeriodTooLong(LONGEST_PERIOD.days)
    rows = await figures.unit_figures(
        connection,
        units_asked(caller, city, unit),
        since=start,
        until=end,
        at=at,
        after=str(asked.after[0]) if asked.after else None,
        limit=asked.fetch,
    )
    return asked.page(rows, position=lambda row: (row.unit,), item=UnitFiguresOut.of)
