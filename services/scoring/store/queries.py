"""Reading the numbers: sums of a period, and what lies behind each of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.departments import DepartmentStanding
from services.scoring.domain.errors import UnknownCase
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.rates import Sum, Tally
from services.scoring.store import tables
from services.scoring.store.repository import EntryRepository, WhistleRepository
from shared.kernel.ids import CaseId

L = tables.SCORE_LINES.c
E = tables.ENTRIES.c
D = tables.DEPARTMENT_LINES.c


@dataclass(frozen=True, slots=True)
class Behind:
    """One case behind a number."""

    case_id: CaseId
    measure: Measure
    because: UUID
    unit: str | None
    at: datetime
    period: str
    numerator: Decimal
    denominator: int
    proactive: bool
    is_lead: bool
    redo: int
    undecided_until: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """One whistle behind a department's numbers."""

    whistle_id: UUID
    unit: str
    case_id: UUID | None
    kind: str
    blown_by: str
    at: datetime
    signed_in_time: bool | None
    reported_in_time: bool | None
    score: int | None


Place = tuple[datetime, UUID, UUID]
"""Where a page ended: instant, case or whistle, and what broke the tie."""


async def sums(
    connection: AsyncConnection, period: str, *, at: datetime, unit_codes: Collection[str] | None = None
) -> list[Sum]:
    """What the lines of a period add up to, by unit, measure and side."""
    source, unit = _counted(L.period == period)
    undecided = func.count().filter(L.undecided_until > at)
    totals = (
        select(unit, L.measure, L.proactive, func.sum(L.numerator), func.count(), undecided)
        .select_from(source)
        .where(L.period == period, L.denominator == 1, unit.is_not(None))
        .group_by(unit, L.measure, L.proactive)
    )
    if unit_codes is not None:
        totals = totals.where(unit.in_(unit_codes))
    found = await connection.execute(totals)
    return [
        Sum(code, Measure(measure), proactive, Tally(top, bottom, waiting))
        for code, measure, proactive, top, bottom, waiting in found
    ]


async def behind(
    connection: AsyncConnection,
    period: str,
    measure: Measure,
    unit_codes: Collection[str],
    *,
    proactive: bool,
    after: Place | None,
    limit: int,
) -> Sequence[Behind]:
    """The cases behind a number, oldest first."""
    source, unit = _counted(L.period == period)
    page = (
        _lines(source, unit)
        .where(L.period == period, L.measure == measure, L.denominator == 1, L.proactive == proactive)
        .where(unit.in_(unit_codes))
        .order_by(L.at, L.case_id, L.because)
        .limit(limit)
    )
    if after:
        page = page.where(tuple_(L.at, L.case_id, L.because) > after)
    return [_behind(row) for row in await connection.execute(page)]


async def lines(connection: AsyncConnection, case_id: CaseId) -> Sequence[Behind]:
    """Every line of a case, those that do not count after all too."""
    source, unit = _counted(L.case_id == case_id)
    found = _lines(source, unit).where(L.case_id == case_id).order_by(L.at, L.measure, L.because)
    return [_behind(row) for row in await connection.execute(found)]


async def entry(connection: AsyncConnection, case_id: CaseId) -> Entry:
    """A case's entry. Raises `UnknownCase`."""
    found = await connection.execute(select(tables.ENTRIES).where(E.case_id == case_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    return EntryRepository.read(dict(row))


async def whistles_on(connection: AsyncConnection, case_id: CaseId) -> list[Whistle]:
    """The whistles blown on a case."""
    blown = select(tables.WHISTLES).where(tables.WHISTLES.c.case_id == case_id)
    found = await connection.execute(blown.order_by(tables.WHISTLES.c.whistle_id))
    return [WhistleRepository.read(dict(row)) for row in found.mappings()]


async def departments(connection: AsyncConnection, period: str) -> list[DepartmentStanding]:
    """How the departments came in a period."""
    totals = (
        select(
            D.unit,
            func.count(),
            func.count().filter(D.signed_in_time),
            func.count().filter(D.reported_in_time),
            func.count(D.score),
            func.coalesce(func.sum(D.score), 0),
        )
        .where(D.period == period, D.counts)
        .group_by(D.unit)
    )
    return [DepartmentStanding(*row) for row in await connection.execute(totals)]


async def calls(
    connection: AsyncConnection, period: str, unit: str, *, after: Place | None, limit: int
) -> Sequence[Call]:
    """The whistles behind a department's numbers, oldest first."""
    columns = [tables.DEPARTMENT_LINES.c[name] for name in Call.__dataclass_fields__]
    page = select(*columns).where(D.period == period, D.unit == unit, D.counts)
    if after:
        page = page.where(tuple_(D.at, D.whistle_id) > after[:2])
    found = await connection.execute(page.order_by(D.at, D.whistle_id).limit(limit))
    return [Call(*row) for row in found]


async def periods(connection: AsyncConnection) -> dict[str, int]:
    """The periods something counts in, with the number of cases, newest first."""
    counted = (
        select(L.period, func.count(L.case_id.distinct()))
        .where(L.denominator == 1)
        .group_by(L.period)
        .order_by(L.period.desc())
    )
    rows: Sequence[Any] = (await connection.execute(counted)).all()
    return dict(rows)


def _counted(these: ColumnElement[bool]) -> tuple[FromClause, ColumnElement[str]]:
    """Lines with the unit each counts for: a joined case's through the case at the end of the joining.

    Looked up when read, so it does not matter which of the two cases was folded first.
    """
    joined = (
        select(L.case_id, L.joined_into.label("into"))
        .where(these, L.unit.is_(None), L.joined_into.is_not(None))
        .cte("joined", recursive=True)
    )
    further = select(joined.c.case_id, E.merged_into).join(tables.ENTRIES, E.case_id == joined.c.into)
    joined = joined.union(further.where(E.merged_into.is_not(None)))
    leads = (
        select(joined.c.case_id, E.lead)
        .join(tables.ENTRIES, E.case_id == joined.c.into)
        .where(E.lead.is_not(None))
        .distinct()
        .subquery("leads")
    )
    source = tables.SCORE_LINES.outerjoin(leads, and_(L.unit.is_(None), leads.c.case_id == L.case_id))
    return source, func.coalesce(L.unit, leads.c.lead)


def _lines(source: FromClause, unit: ColumnElement[str]) -> Select[Any]:
    columns = [unit if name == "unit" else L[name] for name in Behind.__dataclass_fields__]
    return select(*columns).select_from(source)


def _behind(row: Any) -> Behind:
    case_id, measure, *rest = row
    return Behind(case_id, Measure(measure), *rest)
