"""Periods as they stand: open, closing, closed; and the exclusions in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.errors import UnknownExclusion
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.lifecycle import ExclusionState, MonthState
from services.scoring.domain.month import Month
from services.scoring.domain.policy.closing import Closable
from services.scoring.store import tables
from services.scoring.store.counting import CASES
from shared.kernel.ids import ExclusionId
from shared.store.shape import Shape

L = tables.SCORE_LINES.c
MONTH, EXCLUSION = Shape(Month, tables.MONTHS), Shape(Exclusion, tables.EXCLUSIONS)
M = tables.MONTHS.c
X = tables.EXCLUSIONS.c

# From one period to the next by the index: a MIN over what is not closed would read all that is.
_KNOWN = """
WITH RECURSIVE known (period) AS (
    SELECT least((SELECT min(period) FROM score_lines), (SELECT min(period) FROM department_lines))
  UNION ALL
    SELECT least((SELECT min(period) FROM score_lines l WHERE l.period > known.period),
                 (SELECT min(period) FROM department_lines l WHERE l.period > known.period))
    FROM known WHERE known.period IS NOT NULL
)"""
_CLOSABLE = f"""{_KNOWN}
SELECT min(period) FILTER (WHERE period < :period AND period NOT IN (SELECT period FROM months)) AS earlier,
       coalesce(bool_or(period = :period), false) AS counts
FROM known
"""
_CASES = f"""{_KNOWN}
SELECT known.period, (SELECT coalesce(sum({CASES}), 0) FROM score_lines l
                      WHERE l.period = known.period AND l.measure = 'response' AND NOT l.proactive)
FROM known WHERE known.period IS NOT NULL
  AND known.period NOT IN (SELECT period FROM months WHERE state = 'closed')
"""


async def month(connection: AsyncConnection, period: str) -> Month | None:
    """The period's close, when one was asked for."""
    found = await connection.execute(select(tables.MONTHS).where(M.period == period))
    row = found.mappings().one_or_none()
    return None if row is None else MONTH.from_row(row)


async def months(connection: AsyncConnection) -> dict[str, Month]:
    """Every period whose close was asked for."""
    found = await connection.execute(select(tables.MONTHS))
    return {row["period"]: MONTH.from_row(row) for row in found.mappings()}


async def closed(connection: AsyncConnection, upto: str, many: int) -> Sequence[str]:
    """The last closed periods up to this one, newest first."""
    asked = select(M.period).where(M.state == MonthState.CLOSED, M.period <= upto)
    return (await connection.execute(asked.order_by(M.period.desc()).limit(many))).scalars().all()


async def closable(connection: AsyncConnection, period: str) -> Closable:
    """What closing the period asks of the ledger."""
    found = (await connection.execute(text(_CLOSABLE), {"period": period})).one()
    return Closable(found.earlier, found.counts)


async def cases(connection: AsyncConnection) -> dict[str, int]:
    """The periods something counts in that are not closed, with their cases."""
    rows: Sequence[Any] = (await connection.execute(text(_CASES))).all()
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Lateness:
    """What came too late for a period and is booked in a later one."""

    facts: int
    """Facts said in time that came after the close."""
    late_lines: int
    adjustments: int


async def lateness(connection: AsyncConnection, period: str) -> Lateness:
    facts = select(func.count()).where(tables.LATE_FACTS.c.missed == period)
    late = select(func.count()).where(L.late_from == period, L.number == 0)
    adjusted = select(func.count()).where(L.late_from == period, L.number > 0)
    one, two, three = [(await connection.execute(asked)).scalar_one() for asked in (facts, late, adjusted)]
    return Lateness(one, two, three)


async def parked(connection: AsyncConnection) -> int:
    """Facts that cannot be handled, and those that wait behind them."""
    found = select(func.count()).select_from(tables.METADATA.tables["parked"])
    return int((await connection.execute(found)).scalar_one())


async def pending(connection: AsyncConnection, period: str) -> dict[ExclusionState, int]:
    """How many exclusions of a period stand where."""
    asked = select(X.state, func.count()).where(X.period == period).group_by(X.state)
    return {ExclusionState(state): many for state, many in await connection.execute(asked)}


async def exclusion(connection: AsyncConnection, key: ExclusionId) -> Exclusion:
    """One exclusion. Raises `UnknownExclusion`."""
    found = await connection.execute(select(tables.EXCLUSIONS).where(X.exclusion_id == key))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownExclusion(key)
    return EXCLUSION.from_row(row)


async def exclusions(
    connection: AsyncConnection,
    period: str,
    *,
    state: ExclusionState | None,
    units: Collection[str] | None,
    after: ExclusionId | None,
    limit: int,
) -> Sequence[Exclusion]:
    """The exclusions of a period, oldest first; only those of these units, if any are named."""
    page = select(tables.EXCLUSIONS).where(X.period == period)
    if state is not None:
        page = page.where(X.state == state)
    if units is not None:
        page = page.where(X.unit.in_(units))
    if after is not None:
        page = page.where(X.exclusion_id > after)
    found = await connection.execute(page.order_by(X.exclusion_id).limit(limit))
    return [EXCLUSION.from_row(row) for row in found.mappings()]
