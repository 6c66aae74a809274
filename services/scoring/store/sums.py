"""What lines add up to: live while a period is open, as it was written down once it is closed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.departments import CallSum
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.rates import Sum, Tally
from services.scoring.store import tables
from services.scoring.store.counting import COUNTS
from services.scoring.store.joined import counted

S = tables.MONTH_SUMS.c

_TALLY = """
       sum(numerator), sum(denominator), count(*) FILTER (WHERE undecided_until > :at),
       {cases},
       count(*) FILTER (WHERE number = 0 AND late_from IS NOT NULL), count(*) FILTER (WHERE number > 0)
"""
_LIVE = f"""
{counted("l.period = :period")}
SELECT whose, measure, proactive, excluded, {_TALLY.format(cases="sum(counted_cases)")}
FROM counted WHERE whose IS NOT NULL AND {COUNTS}
GROUP BY whose, measure, proactive, excluded
"""
_LIVE_CALLS = f"""
SELECT unit, measure, {_TALLY.format(cases="0")}
FROM department_lines WHERE period = :period AND (denominator <> 0 OR numerator <> 0)
GROUP BY unit, measure
"""
_FROZEN = (S.numerator, S.denominator, S.undecided, S.cases, S.late, S.adjustments)


async def live_sums(connection: AsyncConnection, period: str, *, at: datetime) -> list[Sum]:
    """What the lines of a period add up to now, by unit, measure and side."""
    found = await connection.execute(text(_LIVE), {"period": period, "at": at})
    return [_sum(row) for row in found]


async def frozen_sums(connection: AsyncConnection, period: str) -> list[Sum]:
    """What was written down of a period at its close; nothing of one that is not closed."""
    asked = select(S.unit, S.measure, S.proactive, S.excluded, *_FROZEN)
    found = await connection.execute(
        asked.where(S.period == period, S.unit != "", S.measure.in_(list(Measure)))
    )
    return [_sum(row) for row in found]


async def live_calls(connection: AsyncConnection, period: str, *, at: datetime) -> list[CallSum]:
    """How the departments came in a period, as it is known now."""
    found = await connection.execute(text(_LIVE_CALLS), {"period": period, "at": at})
    return [_call(row) for row in found]


async def frozen_calls(connection: AsyncConnection, period: str) -> list[CallSum]:
    """The same of a closed period."""
    asked = select(S.unit, S.measure, *_FROZEN)
    found = await connection.execute(asked.where(S.period == period, S.measure.in_(list(CallMeasure))))
    return [_call(row) for row in found]


def _sum(row: Any) -> Sum:
    unit, measure, proactive, excluded, *tally = row
    return Sum(unit, Measure(measure), proactive, _tally(tally), excluded)


def _call(row: Any) -> CallSum:
    unit, measure, *tally = row
    return CallSum(unit, CallMeasure(measure), _tally(tally))


def _tally(found: list[Any]) -> Tally:
    numerator, *counts = found
    return Tally(Decimal(numerator), *map(int, counts))
