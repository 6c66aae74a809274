"""Every line behind a unit's numbers in one pass: for files, where every page would read all of it again."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.policy.lines import Measure
from services.scoring.store.counting import COUNTS
from services.scoring.store.joined import counted
from shared.store import driver

AT_ONCE = 2_000
LONGEST = 900.0
"""Seconds: a whole city's month is no page that somebody turns."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A line, with what is known of its case."""

    case_id: UUID
    measure: Measure
    unit: str
    at: datetime
    period: str
    late_from: str | None
    numerator: Decimal
    denominator: int
    proactive: bool
    excluded: bool
    is_lead: bool
    redo: int
    number: int
    cases: int
    undecided_until: datetime | None
    category: str | None
    place: str | None
    channel: str | None
    tier: str | None


_NAMES = {
    "unit": "whose AS unit",
    "cases": "counted_cases AS cases",
    **{name: f"e.{name}" for name in ("category", "place", "channel", "tier")},
}
_SHOWN = ", ".join(
    _NAMES.get(name, f"counted.{name}" if name != "unit" else name) for name in Exported.__dataclass_fields__
)
LINES = f"""
{counted("l.period = $1")}
SELECT {_SHOWN} FROM counted JOIN entries e ON e.case_id = counted.case_id
WHERE whose = ANY($2::text[]) AND {COUNTS} AND (NOT excluded OR $3)
ORDER BY counted.at, counted.case_id, measure, because, number
"""


async def every_line(
    connection: AsyncConnection, period: str, units: Collection[str], *, with_excluded: bool
) -> AsyncGenerator[list[Exported], None]:
    """The lines of a period, oldest first."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    async with driver.transaction(connection):
        cursor = await raw.cursor(LINES, period, list(units), with_excluded, timeout=LONGEST)
        while rows := await cursor.fetch(AT_ONCE, timeout=LONGEST):
            yield [Exported(**row) for row in rows]
