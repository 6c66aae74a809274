"""Reading the numbers: what lies behind each of them, down to the entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.errors import UnknownCase
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.lines import Measure
from services.scoring.store import tables
from services.scoring.store.counting import COUNTS
from services.scoring.store.joined import counted
from shared.kernel.ids import CaseId
from shared.kernel.words import WhistleKind
from shared.store.shape import Shape

E = tables.ENTRIES.c
D = tables.DEPARTMENT_LINES.c
ENTRY, WHISTLE = Shape(Entry, tables.ENTRIES), Shape(Whistle, tables.WHISTLES)


@dataclass(frozen=True, slots=True)
class Behind:
    """One line behind a number: a case, or an adjustment to what was said of it in a settled period."""

    case_id: CaseId
    measure: Measure
    because: UUID
    number: int
    unit: str | None
    at: datetime
    period: str
    late_from: str | None
    numerator: Decimal
    denominator: int
    proactive: bool
    excluded: bool
    is_lead: bool
    redo: int
    cases: int
    undecided_until: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """One call behind a department's numbers."""

    whistle_id: UUID
    unit: str
    measure: CallMeasure
    number: int
    case_id: UUID | None
    kind: WhistleKind
    blown_by: str
    at: datetime
    period: str
    late_from: str | None
    numerator: Decimal
    denominator: int
    undecided_until: datetime | None


Place = tuple[datetime, UUID, UUID, int]
"""Where a page ended: instant, case or whistle, and what broke the tie."""

_COMPUTED = {"unit": "whose", "cases": "counted_cases"}
_SHOWN = ", ".join(_COMPUTED.get(name, name) for name in Behind.__dataclass_fields__)
_BEHIND = f"""
{counted("l.period = :period AND l.measure = :measure")}
SELECT {_SHOWN} FROM counted
WHERE proactive = :proactive AND whose = ANY(:units) AND {COUNTS}
  AND (NOT excluded OR :with_excluded)
"""
_AFTER = " AND (at, case_id, because, number) > (:at, :case_id, :because, :number)"
_IN_ORDER = " ORDER BY at, case_id, because, number LIMIT :limit"
_OF_CASE = f"""
{counted("l.case_id = :case_id")}
SELECT {_SHOWN} FROM counted ORDER BY at, measure, because, number
"""


async def behind(
    connection: AsyncConnection,
    period: str,
    measure: Measure,
    unit_codes: Collection[str],
    *,
    proactive: bool,
    with_excluded: bool,
    after: Place | None,
    limit: int,
) -> Sequence[Behind]:
    """The cases behind a number, oldest first."""
    asked: dict[str, Any] = {
        "period": period,
        "measure": measure,
        "units": list(unit_codes),
        "proactive": proactive,
        "with_excluded": with_excluded,
        "limit": limit,
    }
    if after:
        asked |= dict(zip(("at", "case_id", "because", "number"), after, strict=True))
    page = _BEHIND + (_AFTER if after else "") + _IN_ORDER
    return [_behind(row) for row in await connection.execute(text(page), asked)]


async def lines(connection: AsyncConnection, case_id: CaseId) -> Sequence[Behind]:
    """Every line of a case, those that do not count after all too."""
    found = await connection.execute(text(_OF_CASE), {"case_id": case_id})
    return [_behind(row) for row in found]


async def counts_in(connection: AsyncConnection, case_id: CaseId, period: str) -> bool:
    """Whether anything of the case counts in the period."""
    lines = tables.SCORE_LINES.c
    counting = select(lines.case_id).where(
        lines.case_id == case_id, lines.period == period, lines.denominator != 0
    )
    return (await connection.execute(counting.limit(1))).first() is not None


async def entry(connection: AsyncConnection, case_id: CaseId) -> Entry:
    """A case's entry. Raises `UnknownCase`."""
    found = await connection.execute(select(tables.ENTRIES).where(E.case_id == case_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    return ENTRY.from_row(row)


async def whistles_on(connection: AsyncConnection, case_id: CaseId) -> list[Whistle]:
    """The whistles blown on a case."""
    blown = select(tables.WHISTLES).where(tables.WHISTLES.c.case_id == case_id)
    found = await connection.execute(blown.order_by(tables.WHISTLES.c.whistle_id))
    return [WHISTLE.from_row(row) for row in found.mappings()]


async def calls(
    connection: AsyncConnection,
    period: str,
    unit: str,
    measure: CallMeasure,
    *,
    after: Place | None,
    limit: int,
) -> Sequence[Call]:
    """The calls behind a department's number, oldest first."""
    columns = [tables.DEPARTMENT_LINES.c[name] for name in Call.__dataclass_fields__]
    page = select(*columns).where(
        D.period == period, D.unit == unit, D.measure == measure, (D.denominator != 0) | (D.numerator != 0)
    )
    if after:
        page = page.where(tuple_(D.at, D.whistle_id, D.number) > (after[0], after[1], after[3]))
    found = await connection.execute(page.order_by(D.at, D.whistle_id, D.number).limit(limit))
    return [Call(*row) for row in found]


def _behind(row: Any) -> Behind:
    case_id, measure, *rest = row
    return Behind(case_id, Measure(measure), *rest)
